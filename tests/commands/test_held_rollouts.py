"""A rollout that somebody, or something, holds up: what is said before it, and where the fleet stands after it."""

import signal

import pytest
from mypy_boto3_autoscaling import AutoScalingClient
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from tests.account import ACCESS_KEY, all_but, images, launch
from tests.program import Program

from .rolling import Make, group_name, refreshes, running, service, wait_until_followed

NOTHING = {"Version": "2012-10-17", "Statement": []}


@pytest.fixture
def source(aws: LocalAws, ec2: EC2Client) -> str:
    """An instance to make images of, in an account whose images are made at once."""
    aws.settings(pending_seconds=0)
    return launch(ec2)


@pytest.fixture
def stack(program: Make, source: str) -> Program:
    """Release 1 on four instances."""
    made = program(service(source, "1"))
    made.up("--skip-preview")
    return made


def test_no_instance_is_replaced_while_new_ones_would_get_no_requests(
    aws: LocalAws, ec2: EC2Client, autoscaling: AutoScalingClient, program: Make, source: str
) -> None:
    """Auto Scaling adds such an instance to no target group, also not later. Preview and deployment say what to run."""
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    made = aws.client("elbv2").create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=vpc)
    target = made["TargetGroups"][0]["TargetGroupArn"]
    stack = program(service(source, "1", healthCheck="ELB", group={"targetGroupArns": [target]}))
    stack.up("--skip-preview")
    name = group_name(autoscaling)
    autoscaling.suspend_processes(AutoScalingGroupName=name, ScalingProcesses=["AddToLoadBalancer"])

    planned = stack.snapnames("deploy", "--release", "2", "--preview", code=1).err
    refused = stack.snapnames("deploy", "--release", "2", code=1).err

    resume = f"aws autoscaling resume-processes --auto-scaling-group-name {name} --scaling-processes AddToLoadBalancer"
    assert f"Run `{resume}`, and this command again: the update was not run" in planned
    assert f"Run `{resume}`, and this command again: the update was not run" in refused
    assert (sorted(images(ec2)), running(ec2, autoscaling)) == (["front-web-1"], {"front-web-1": 4})
    assert refreshes(autoscaling) == []


def test_a_rollout_that_stands_still_for_a_suspended_process_says_which(
    autoscaling: AutoScalingClient, stack: Program
) -> None:
    """Before it, and when the time is over. The refresh goes on when somebody resumes the process."""
    name = group_name(autoscaling)
    autoscaling.suspend_processes(AutoScalingGroupName=name, ScalingProcesses=["Launch"])
    stack.config["fleet"]["rolloutTimeout"] = "1s"

    told = stack.snapnames("deploy", "--release", "2", code=1)
    autoscaling.resume_processes(AutoScalingGroupName=name, ScalingProcesses=["Launch"])
    stack.config["fleet"]["rolloutTimeout"] = "5m"
    again = stack.snapnames("deploy", "--release", "2").out

    still = "Launch is suspended in"
    assert f"warning: {still} {name}: an instance refresh stands still until you run" in told.out
    assert "is not done: the instance refresh is" in told.err
    assert f"set fleet.rolloutTimeout to a longer time. {still} {name}" in told.err
    assert "new launches use front-web-2; 4 of 4 instances run front-web-1. The instance refresh is" in told.err
    assert "`pulumi up` removes it" not in told.err
    assert again.splitlines()[-1].endswith("done: front-web-2 is live: 4 of 4 instances run it")


def test_a_rollout_that_aws_refuses_to_begin_takes_the_group_back(
    aws: LocalAws, ec2: EC2Client, autoscaling: AutoScalingClient, stack: Program
) -> None:
    """The provider gives the group its new settings first, so the next scale-out would launch the new release."""
    aws.restrict(ACCESS_KEY, all_but("autoscaling:StartInstanceRefresh"))

    refused = stack.snapnames("deploy", "--release", "2", code=1).err

    assert "StartInstanceRefresh" in refused
    assert "the fleet went back: front-web-1 is live: 4 of 4 instances run it" in refused
    assert "The update back failed in the same way" in refused
    assert (sorted(images(ec2)), running(ec2, autoscaling)) == (["front-web-1", "front-web-2"], {"front-web-1": 4})


def test_a_deployment_that_is_interrupted_in_its_rollout_says_that_the_refresh_goes_on(
    aws: LocalAws, ec2: EC2Client, autoscaling: AutoScalingClient, stack: Program
) -> None:
    """Nothing is deleted and nothing rolled back; the same command follows the same refresh."""
    aws.settings(hold_refreshes=True)
    mark = aws.mark()

    with stack.command("deploy", "--release", "2", "--keep", "1") as process:
        wait_until_followed(process, aws, mark)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate()
    kept = sorted(images(ec2)), refreshes(autoscaling)
    aws.settings(hold_refreshes=False)
    again = stack.snapnames("deploy", "--release", "2", "--keep", "1").out

    assert process.returncode == 130
    assert "new launches use front-web-2; 4 of 4 instances run front-web-1. The instance refresh is InProgress" in err
    assert "`snapnames deploy --release 2` goes on from here" in err
    assert kept == (["front-web-1", "front-web-2"], ["InProgress"])
    assert again.splitlines()[-1].endswith("done: front-web-2 is live: 4 of 4 instances run it")
    assert (refreshes(autoscaling), sorted(images(ec2))) == (["Successful"], ["front-web-2"])


@pytest.mark.parametrize("command", [["deploy", "--release", "3"], ["rollback"]])
def test_keys_that_end_in_a_rollout_hide_neither_the_rollout_nor_the_way_on(
    aws: LocalAws, ec2: EC2Client, autoscaling: AutoScalingClient, stack: Program, command: list[str]
) -> None:
    """Nothing is deleted, and with new keys the same command follows the same refresh."""
    stack.snapnames("deploy", "--release", "2")
    stack.config["releases"] = ["2", "1"]
    aws.settings(hold_refreshes=True)
    before, mark = sorted(images(ec2)), aws.mark()

    with stack.command(*command) as process:
        wait_until_followed(process, aws, mark)
        aws.restrict(ACCESS_KEY, NOTHING)
        _, err = process.communicate()
    aws.restrict(ACCESS_KEY, None)
    aws.settings(hold_refreshes=False)
    again = stack.snapnames(*command).out

    assert process.returncode == 1
    assert "the rollout of front-web-" in err
    assert "can't be read" in err
    assert "Pulumi.test.yaml is as it was" in err
    assert set(before) <= set(images(ec2))
    assert again.splitlines()[-1].endswith("is live: 4 of 4 instances run it")
    assert running(ec2, autoscaling) == {"front-web-1" if command == ["rollback"] else "front-web-3": 4}
    assert refreshes(autoscaling)[1:] == ["Successful"]


def test_a_rollback_goes_past_a_release_whose_rollout_nobody_waited_for_and_aws_calls_failed(
    aws: LocalAws, ec2: EC2Client, autoscaling: AutoScalingClient, program: Make, source: str
) -> None:
    """The next deployment asks AWS how the rollout before it ended."""
    stack = program(service(source, "1", waitForRollout=False))
    stack.up("--skip-preview")
    aws.settings(unhealthy_images=["front-web-2"], refresh_timeout_seconds=0)
    stack.snapnames("deploy", "--release", "2")
    stack.config["releases"] = ["2", "1"]
    ended = refreshes(autoscaling)
    aws.settings(unhealthy_images=[])
    stack.snapnames("deploy", "--release", "3")
    stack.config["releases"] = ["3", "2", "1"]

    back = stack.snapnames("rollback", "--json").json

    assert ended == ["Failed"]
    assert [(one["release"], one["outcome"]) for one in stack.outputs()["history"]][1] == ("2", "failed")
    assert back["live"] == "1"
    assert running(ec2, autoscaling) == {"front-web-1": 4}


def test_instances_that_a_refresh_leaves_for_their_protection_are_told_with_the_way_to_replace_them(
    ec2: EC2Client, autoscaling: AutoScalingClient, stack: Program
) -> None:
    """The refresh has succeeded, and nothing is called live that does not run."""
    [group] = autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    name, members = group["AutoScalingGroupName"], [one["InstanceId"] for one in group["Instances"]]
    autoscaling.set_instance_protection(AutoScalingGroupName=name, InstanceIds=members[:1], ProtectedFromScaleIn=True)
    stack.config["releases"] = ["2", "1"]

    said = stack.up("--skip-preview").out
    told = stack.snapnames("deploy", "--release", "2").out

    left = "1 instance is left that Auto Scaling protects from scale-in. To replace them too, run"
    assert running(ec2, autoscaling) == {"front-web-1": 1, "front-web-2": 3}
    assert left in said
    assert "new launches use front-web-2; 3 of 4 instances run front-web-2, 1 of 4 run front-web-1. " in told
    assert left in told
    assert [one["outcome"] for one in stack.outputs()["history"]] == ["rolled out", "launched"]


def test_a_group_that_somebody_has_deleted_stops_a_deployment_before_it_builds_an_image(
    ec2: EC2Client, autoscaling: AutoScalingClient, stack: Program
) -> None:
    """It says where it has looked, and what makes a new group."""
    name = group_name(autoscaling)
    autoscaling.delete_auto_scaling_group(AutoScalingGroupName=name, ForceDelete=True)

    planned = stack.snapnames("deploy", "--release", "2", "--preview", code=1).err
    refused = stack.snapnames("deploy", "--release", "2", code=1).err
    kept = sorted(images(ec2))
    stack.up("--refresh", "--skip-preview")
    again = stack.snapnames("deploy", "--release", "2").out

    gone = f"the Auto Scaling group {name} of this stack does not exist in 123456789012 ap-northeast-2: the update was"
    assert gone in planned
    assert gone in refused
    assert kept == ["front-web-1"]
    assert again.splitlines()[-1].endswith("done: front-web-2 is live: 4 of 4 instances run it")
