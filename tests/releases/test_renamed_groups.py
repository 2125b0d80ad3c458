"""A group that gets another name: AWS renames none, so another one takes its place."""

from collections.abc import Callable

from mypy_boto3_autoscaling import AutoScalingClient
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from tests.account import launch
from tests.program import Program


def test_the_old_group_serves_until_the_one_with_the_new_name_does(
    program: Callable[..., Program], aws: LocalAws, ec2: EC2Client, autoscaling: AutoScalingClient
) -> None:
    """With an explicit name the provider would delete the old one first. The preview says what the new one lacks."""
    aws.settings(pending_seconds=0)
    fleet = {"launch": "template", "instanceType": "t3.micro", "zones": ["ap-northeast-2a"], "minSize": 2}
    config = {"service": "web", "source": launch(ec2), "releases": ["1"], "fleet": {**fleet, "group": {"name": "old"}}}
    stack = program(config)
    stack.up("--skip-preview")
    stack.config["fleet"] = {**fleet, "group": {"name": "new"}}
    mark = aws.mark()

    planned = stack.snapnames("deploy", "--release", "2", "--preview").out
    stack.config["releases"] = ["2", "1"]
    stack.up("--skip-preview")

    calls = aws.calls(mark)
    [group] = autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    assert "warning: the update makes a new Auto Scaling group web, and then deletes the old one" in planned
    assert calls.index("autoscaling.CreateAutoScalingGroup") < calls.index("autoscaling.DeleteAutoScalingGroup")
    assert (group["AutoScalingGroupName"], len(group["Instances"])) == ("new", 2)
