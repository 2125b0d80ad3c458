"""A deployment ends when its instances run the release, and fails with them."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from mypy_boto3_autoscaling import AutoScalingClient
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from dev.engine import Engine
from tests.account import images, launch
from tests.prepared import Prepared
from tests.program import Program

from .rolling import Make, group_name, refreshes, running, service, wait_until_followed

pytestmark = pytest.mark.xdist_group("rollouts")


@pytest.fixture
def source(aws: LocalAws, ec2: EC2Client) -> str:
    """An instance to make images of, in an account whose images are made at once."""
    aws.settings(pending_seconds=0)
    return launch(ec2)


@pytest.fixture
def on_four(prepared: Prepared, aws: LocalAws, ec2: EC2Client, engine: Engine) -> Callable[..., Program]:
    """Release 1 on four instances, of a fleet with these settings."""

    def make(folder: Path, **fleet: object) -> Program:
        aws.settings(pending_seconds=0)
        made = Program(folder, aws, engine, service(launch(ec2), "1", **fleet))
        made.up("--skip-preview")
        return made

    def ready(**fleet: object) -> Program:
        stack = prepared.stack(f"front-web-1 on four {fleet}", lambda folder: make(folder, **fleet))
        aws.settings(pending_seconds=0)
        return stack

    return ready


@pytest.fixture
def stack(on_four: Callable[..., Program]) -> Program:
    """Release 1 on four instances."""
    return on_four()


def test_a_release_whose_instances_never_become_healthy_leaves_the_fleet_on_the_old_one_and_everything_there(
    aws: LocalAws, ec2: EC2Client, autoscaling: AutoScalingClient, stack: Program
) -> None:
    """One screen says what happened; the same command tries it again."""
    before = dict(images(ec2))
    aws.settings(unhealthy_images=["front-web-2"], refresh_timeout_seconds=1)

    refused = stack.snapnames("deploy", "--release", "2", "--keep", "1", code=1)

    assert running(ec2, autoscaling) == {"front-web-1": 4}
    assert refreshes(autoscaling) == ["Successful", "Failed"]
    assert {name: image["ImageId"] for name, image in images(ec2).items() if name in before} == {
        name: image["ImageId"] for name, image in before.items()
    }
    assert sorted(images(ec2)) == ["front-web-1", "front-web-2"]
    said = refused.err
    assert re.search(r"^error: the rollout of front-web-\w+ is not done: the instance refresh ended as Failed", said)
    assert "is unhealthy" in said
    assert "the fleet went back: front-web-1 is live: 4 of 4 instances run it" in said
    assert "Pulumi.test.yaml is as it was" in said
    assert "no image was destroyed, EC2 has all 2: `snapnames deploy --release 2` tries front-web-2 again" in said
    assert " is live: 4 of 4 instances run it" not in refused.out


def test_a_plain_update_to_such_a_release_fails_and_deletes_nothing_until_it_is_good(
    aws: LocalAws, ec2: EC2Client, autoscaling: AutoScalingClient, stack: Program
) -> None:
    """Also the same update again; going back to the old release is an update like any other."""
    aws.settings(unhealthy_images=["front-web-2"], refresh_timeout_seconds=1)
    stack.config["releases"] = ["2"]

    failed = stack.up("--skip-preview", code=1).out
    again = stack.up("--skip-preview", code=1).out
    kept = sorted(images(ec2)), running(ec2, autoscaling)
    stack.config["releases"], stack.config["live"] = ["2", "1"], "1"
    stack.up("--skip-preview")

    says = "is not done: the instance refresh ended as Failed"
    assert says in failed
    assert says in again
    assert kept[0] == ["front-web-1", "front-web-2"]
    assert kept[1].get("front-web-2") is None
    assert running(ec2, autoscaling) == {"front-web-1": 4}


def test_nothing_is_live_or_dropped_while_the_refresh_stands_still_and_all_is_when_it_ends(
    aws: LocalAws, ec2: EC2Client, autoscaling: AutoScalingClient, stack: Program
) -> None:
    """It shows how far the refresh is."""
    aws.settings(hold_refreshes=True)
    mark = aws.mark()

    with stack.command("deploy", "--release", "2", "--keep", "1") as process:
        wait_until_followed(process, aws, mark)
        meanwhile = sorted(images(ec2)), running(ec2, autoscaling)
        aws.settings(hold_refreshes=False)
        out, err = process.communicate()

    assert process.returncode == 0, err
    assert meanwhile == (["front-web-1", "front-web-2"], {"front-web-1": 4})
    assert "InProgress, 0 %" in out
    assert out.splitlines()[-1].endswith("done: front-web-2 is live: 4 of 4 instances run it")
    assert sorted(images(ec2)) == ["front-web-2"]
    assert running(ec2, autoscaling) == {"front-web-2": 4}


def test_a_refresh_that_somebody_cancels_fails_the_deployment(
    aws: LocalAws, ec2: EC2Client, autoscaling: AutoScalingClient, stack: Program
) -> None:
    """With --no-rollback the fleet stays as it is then, and the message says what runs and what launches.

    The config has release 1 live, as before: `rollback` asks AWS what the fleet launches, and goes back to 1.
    """
    aws.settings(hold_refreshes=True)
    mark = aws.mark()

    with stack.command("deploy", "--release", "2", "--keep", "1", "--no-rollback") as process:
        wait_until_followed(process, aws, mark)
        autoscaling.cancel_instance_refresh(AutoScalingGroupName=group_name(autoscaling))
        _, err = process.communicate()
    aws.settings(hold_refreshes=False)
    back = stack.snapnames("rollback").out

    assert process.returncode == 1
    assert "rolling stack test back from 2 to 1" in back
    assert back.splitlines()[-1].endswith("done: front-web-1 is live: 4 of 4 instances run it")
    assert running(ec2, autoscaling) == {"front-web-1": 4}
    assert "the instance refresh ended as Cancelled" in err
    assert "new launches use front-web-2; 4 of 4 instances run front-web-1" in err
    assert "it was not rolled back, since --no-rollback was given" in err
    assert sorted(images(ec2)) == ["front-web-1", "front-web-2"]


def test_a_refresh_that_takes_longer_than_the_timeout_goes_on_and_the_same_update_waits_for_it(
    aws: LocalAws, ec2: EC2Client, autoscaling: AutoScalingClient, stack: Program
) -> None:
    """Nothing is deleted and nothing is rolled back; no second refresh is started."""
    aws.settings(hold_refreshes=True)
    stack.config["fleet"]["rolloutTimeout"] = "1s"
    stack.config["releases"] = ["2"]

    refused = stack.up("--skip-preview", code=1).out
    meanwhile = refreshes(autoscaling), sorted(images(ec2))
    stack.config["fleet"]["rolloutTimeout"] = "5m"
    aws.settings(hold_refreshes=False)
    stack.up("--skip-preview")

    assert "after 1s, and goes on: run the same command again to wait for it" in refused
    assert meanwhile == (["InProgress"], ["front-web-1", "front-web-2"])
    assert refreshes(autoscaling) == ["Successful"]
    assert sorted(images(ec2)) == ["front-web-2"]


def test_a_refresh_that_was_never_started_is_started_once(
    ec2: EC2Client, autoscaling: AutoScalingClient, on_four: Callable[..., Program]
) -> None:
    """As after a kill between the group's update and the start of its refresh; with all that the config says of it."""
    stack = on_four(instanceRefresh=None)
    stack.config["releases"] = ["2", "1"]
    stack.up("--skip-preview")
    before = running(ec2, autoscaling), refreshes(autoscaling)
    stack.config["fleet"]["instanceRefresh"] = {
        "minHealthyPercentage": 50,
        "maxHealthyPercentage": 150,
        "instanceWarmup": 0,
        "skipMatching": True,
        "checkpointPercentages": [50, 100],
        "checkpointDelay": 0,
        "standbyInstances": "Terminate",
        "alarms": ["errors"],
        "triggers": ["tag"],
    }

    stack.up("--skip-preview")
    stack.up("--skip-preview")

    assert before == ({"front-web-1": 4}, [])
    assert running(ec2, autoscaling) == {"front-web-2": 4}
    assert refreshes(autoscaling) == ["Successful"]
    (started,) = autoscaling.describe_instance_refreshes(AutoScalingGroupName=group_name(autoscaling))[
        "InstanceRefreshes"
    ]
    assert started["Preferences"] == {
        "MinHealthyPercentage": 50,
        "MaxHealthyPercentage": 150,
        "InstanceWarmup": 0,
        "SkipMatching": True,
        "AutoRollback": False,
        "CheckpointPercentages": [50, 100],
        "CheckpointDelay": 0,
        "ScaleInProtectedInstances": "Ignore",
        "StandbyInstances": "Terminate",
        "AlarmSpecification": {"Alarms": ["errors"]},
    }


def test_behind_a_load_balancer_the_command_says_when_only_the_status_of_instances_was_checked(
    aws: LocalAws, ec2: EC2Client, program: Make, source: str
) -> None:
    """An instance that runs and answers no request passes the checks of EC2. `test_standing.py` has the other cases."""
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    made = aws.client("elbv2").create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=vpc)
    fed = {"targetGroupArns": [made["TargetGroups"][0]["TargetGroupArn"]]}
    stack = program(service(source, "1", healthCheck="EC2", group=fed))
    stack.up("--skip-preview")

    told = stack.snapnames("deploy", "--release", "2").out

    by = "by EC2's status checks alone; set snapnames:fleet.healthCheck to ELB to ask the load balancer"
    assert told.splitlines()[-1].endswith(f"front-web-2 is live: 4 of 4 instances run it ({by})")


def test_without_a_refresh_the_command_says_what_launches_and_what_runs_and_drops_nothing_that_runs(
    ec2: EC2Client, autoscaling: AutoScalingClient, on_four: Callable[..., Program]
) -> None:
    """And how to replace the instances; `releases` calls live what runs."""
    stack = on_four(instanceRefresh=None)

    told = stack.snapnames("deploy", "--release", "2", "--keep", "1").out
    stack.config["releases"] = ["2", "1"]
    listed = stack.snapnames("releases", "--json").json

    group = group_name(autoscaling)
    assert told.splitlines()[-1].endswith(
        "done: new launches use front-web-2; 4 of 4 instances run front-web-1. To replace the instances that run, set "
        "snapnames:fleet.instanceRefresh, or run `aws autoscaling start-instance-refresh --auto-scaling-group-name "
        f"{group}`"
    )
    assert "warning: front-web-1 stays, and stays listed: instances of the fleet that still run it: 4" in told
    assert sorted(images(ec2)) == ["front-web-1", "front-web-2"]
    assert [(row["release"], row["live"], row["launches"], row["running"]) for row in listed] == [
        ("2", False, True, 0),
        ("1", True, False, 4),
    ]


def test_a_rollback_goes_to_the_last_good_release_and_retention_keeps_it(
    ec2: EC2Client, autoscaling: AutoScalingClient, on_four: Callable[..., Program]
) -> None:
    """Deploy 1, 2, back to 1, deploy 3: the next rollback goes to 1, and never to 2, which was left."""
    stack = on_four(launch="configuration")
    for releases, live in ((["2", "1"], None), (["2", "1"], "1"), (["3", "2", "1"], None)):
        stack.config["releases"] = releases
        stack.config.pop("live", None)
        if live:
            stack.config["live"] = live
        stack.up("--skip-preview")

    planned = stack.snapnames("deploy", "--release", "4", "--keep", "3", "--preview", "--json").json
    back = stack.snapnames("rollback", "--json").json

    assert planned["dropped"] == ["2"]
    assert back["live"] == "1"
    assert back["fleet"]["running"] == {"front-web-1": 4}
    assert running(ec2, autoscaling) == {"front-web-1": 4}
