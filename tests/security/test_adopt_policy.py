"""The policy of a stack that takes a group of the team's own over is enough for that, and for nothing else."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import ACCESS_KEY, LocalAws

from dev.engine import Engine
from tests.account import images, launch, snapshot_ids, writes
from tests.adoption.account import CONFIGURATION, GROUP, group, launched, public_image, running, seed, unchanging
from tests.program import Program
from tests.shell import Shell

from .documents import ADOPT, PRUNE, STACK, both, enough, part, reductions

KEY = "local"
"""The access key of everything that a stack of the tests runs."""

SOURCE = {"aws:autoscaling:groupName": GROUP}
"""As `snapnames adopt` writes it. AWS alone writes this tag, on the instances of the group."""

REFRESHED: dict[str, Any] = {"adopt": GROUP, "instanceRefresh": {}}
ROLE = both(part("deploy"), part(ADOPT))


def test_the_policy_is_enough_to_take_a_group_over_and_holds_nothing_that_it_does_not_need(
    program: Callable[..., Program], aws: LocalAws, ec2: EC2Client
) -> None:
    """First deployment, a refresh that the next one cuts short, a bad release that goes back, rollback; the end.

    `pulumi destroy` needs prune.json beside, for the images that the group does not launch.
    """
    aws.settings(pending_seconds=0, hold_refreshes=True)
    seed(aws)
    before = unchanging(aws)
    without_wait = {**REFRESHED, "waitForRollout": False}
    config = {"service": "front-web", "source": SOURCE, "releases": ["1"], "fleet": without_wait}
    stack = program(config, stack=STACK)
    aws.restrict(KEY, ROLE)

    stack.up("--skip-preview")
    stack.config["releases"] = ["2", "1"]
    stack.up("--skip-preview")
    aws.settings(hold_refreshes=False, unhealthy_images=["front-web-3"], refresh_timeout_seconds=1)
    stack.config["fleet"] = REFRESHED
    bad = stack.snapnames("deploy", "--release", "3", code=1)
    after_bad = launched(aws)["ImageId"], images(ec2)["front-web-2"]["ImageId"]
    aws.settings(unhealthy_images=[], refresh_timeout_seconds=3600)
    stack.snapnames("deploy", "--release", "4", "--drop", "3", "--keep", "9")
    stack.config["releases"] = ["4", "3", "2", "1"]
    stack.config["live"] = stack.snapnames("rollback", "--json").json["live"]
    back = running(aws)
    asked = aws.authorized()
    aws.restrict(KEY, both(ROLE, part(PRUNE)))
    kept = images(ec2)[f"front-web-{stack.config['live']}"]
    stack.pulumi("destroy", "--yes", "--refresh")

    assert after_bad[0] == after_bad[1], bad.out + bad.err
    assert back == [kept["ImageId"]] * 4
    assert [*images(ec2)] == [kept["Name"]]
    assert len(snapshot_ids(ec2)) == sum("Ebs" in one for one in kept["BlockDeviceMappings"])
    assert (unchanging(aws), running(aws)) == (before, back)
    assert [out for out, less in reductions(part(ADOPT)) if enough(both(part("deploy"), less), asked)] == []


def test_the_command_that_writes_the_stack_needs_the_policy_of_a_preview_alone(
    aws: LocalAws, ec2: EC2Client, engine: Engine, tmp_path: Path
) -> None:
    """It writes nothing to AWS, whoever runs it."""
    aws.settings(pending_seconds=0)
    seed(aws)
    ec2.create_image(InstanceId=launch(ec2), Name="front-web-20180101120000", NoReboot=True)
    aws.restrict(KEY, part("preview"))
    shell, mark = Shell(tmp_path, aws, engine), aws.mark()

    said = shell("snapnames", "adopt", GROUP, "--region", "ap-northeast-2", "--service", "front-web")

    assert "front-web-20180101120000" in said
    assert writes(aws, mark) == []


def test_what_the_policy_does_not_allow_is_refused_over_the_wire(aws: LocalAws, ec2: EC2Client) -> None:
    """Other launch settings, the end of the group, its tags, policies and hooks, other groups and instances."""
    aws.settings(pending_seconds=0)
    seed(aws)
    groups, before, image = aws.client("autoscaling"), (group(aws), unchanging(aws)), public_image(aws)
    data: Any = {"ImageId": image, "InstanceType": "t3.micro"}
    foreign = ec2.create_launch_template(LaunchTemplateName="nightly", LaunchTemplateData=data)["LaunchTemplate"]
    mark: Any = [{"ResourceType": "launch-template", "Tags": [{"Key": "snapnames:stack", "Value": STACK}]}]
    theirs: Any = {"LaunchTemplateId": foreign["LaunchTemplateId"], "Version": "1"}
    groups.create_auto_scaling_group(
        AutoScalingGroupName="batch", LaunchTemplate=theirs, MinSize=0, MaxSize=0, AvailabilityZones=["ap-northeast-2a"]
    )
    named: Any = {"AutoScalingGroupName": GROUP}
    instance = launch(ec2)
    tag: Any = {"ResourceId": GROUP, "ResourceType": "auto-scaling-group", "Key": "cost-center", "Value": "1"}
    ours: Any = [
        {"ResourceType": "image", "Tags": [{"Key": "snapnames:stack", "Value": f"organization/snapnames/{STACK}"}]}
    ]
    aws.restrict(ACCESS_KEY, ROLE)

    calls: dict[str, Callable[[], object]] = {
        "another launch configuration": partial(
            groups.update_auto_scaling_group, LaunchConfigurationName=CONFIGURATION, **named
        ),
        "another launch template": partial(groups.update_auto_scaling_group, LaunchTemplate=theirs, **named),
        "the same in a mixed instances policy": partial(
            groups.update_auto_scaling_group,
            MixedInstancesPolicy={"LaunchTemplate": {"LaunchTemplateSpecification": theirs}},
            **named,
        ),
        "the end of the group": partial(groups.delete_auto_scaling_group, ForceDelete=True, **named),
        "a tag of the group": partial(groups.create_or_update_tags, Tags=[tag | {"PropagateAtLaunch": False}]),
        "the removal of a tag": partial(groups.delete_tags, Tags=[tag]),
        "a process of the group": partial(groups.suspend_processes, **named),
        "a policy of the group": partial(groups.delete_policy, PolicyName="cpu", **named),
        "a hook of the group": partial(groups.delete_lifecycle_hook, LifecycleHookName="drain", **named),
        "another group": partial(groups.update_auto_scaling_group, AutoScalingGroupName="batch", MaxSize=1),
        "a refresh of another group": partial(groups.start_instance_refresh, AutoScalingGroupName="batch"),
        "an image of an instance outside the group": partial(
            ec2.create_image, InstanceId=instance, Name="front-web-1", NoReboot=True, TagSpecifications=ours
        ),
        "a template with the mark of another stack": partial(
            ec2.create_launch_template, LaunchTemplateName="x", LaunchTemplateData=data, TagSpecifications=mark
        ),
        "a version of another template": partial(
            ec2.create_launch_template_version, LaunchTemplateId=foreign["LaunchTemplateId"], LaunchTemplateData=data
        ),
    }

    assert {what: _refused(call) for what, call in calls.items()} == dict.fromkeys(calls, True)
    aws.restrict(ACCESS_KEY, {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
    assert (group(aws), unchanging(aws)) == before


def _refused(call: Callable[[], object]) -> bool:
    """Whether IAM refuses the call."""
    try:
        call()
    except ClientError as error:
        return error.response["Error"]["Code"] in ("UnauthorizedOperation", "AccessDenied")
    return False


@pytest.mark.parametrize("sid", [statement["Sid"] for statement in part(ADOPT)["Statement"]])
def test_no_statement_grants_by_a_tag_that_the_role_may_write(sid: str) -> None:
    """A tag that begins with `aws:` is written by AWS alone; everything else names the group."""
    [statement] = [one for one in part(ADOPT)["Statement"] if one["Sid"] == sid]

    keys = {key for operator in statement.get("Condition", {}).values() for key in operator}
    by_tags = {key.partition("/")[2] for key in keys if "ResourceTag/" in key}
    assert all(tag.startswith("aws:") for tag in by_tags)
    assert by_tags or GROUP in statement["Resource"]
