"""A create of the fleet whose answer is lost: AWS refuses the provider's retry, and the engine takes it for failed."""

from collections.abc import Callable

import pytest
from mypy_boto3_autoscaling import AutoScalingClient
from mypy_boto3_ec2 import EC2Client

from tests.account import images, launch
from tests.faults import Drop, Fail, Fate, FaultProxy
from tests.main_job.test_releases import launched_images
from tests.program import STACK_TAG, Program

ZONE = "ap-northeast-2a"
TAG = "snapnames:stack"
LOST = [Fail(after=True), Drop(after=True)]


@pytest.fixture
def stack(program: Callable[..., Program], ec2: EC2Client, proxy: FaultProxy) -> Program:
    """One release and a fleet, not built yet."""
    fleet = {"launch": "configuration", "instanceType": "t3.micro", "minSize": 1, "maxSize": 2, "zones": [ZONE]}
    return program({"service": "web", "source": launch(ec2), "releases": ["1"], "fleet": fleet}, endpoint=proxy.url)


def ids(stack: Program) -> set[tuple[str, str]]:
    """What the state has."""
    return {(resource["urn"], resource.get("id", "")) for resource in stack.resources()}


@pytest.mark.parametrize("call", ["autoscaling.CreateAutoScalingGroup", "autoscaling.CreateLaunchConfiguration"])
@pytest.mark.parametrize("fate", LOST, ids=str)
def test_what_aws_made_of_the_first_fleet_is_taken_over(
    stack: Program, ec2: EC2Client, autoscaling: AutoScalingClient, proxy: FaultProxy, call: str, fate: Fate
) -> None:
    """The next update makes no second one."""
    proxy.schedule.at(call, 1, fate)
    failed = stack.up("--skip-preview", code=None)

    ran = stack.snapnames("recover", "--json")
    stack.up("--skip-preview")

    assert "AlreadyExists" in failed.out
    assert ran.json["adopted"] == ["web"]
    image = images(ec2)["web-1"]["ImageId"]
    assert launched_images(autoscaling) == {"groups": [image], "configurations": [image]}
    assert stack.steps() == []


def test_a_launch_configuration_that_aws_made_of_the_next_release_is_taken_over(
    stack: Program, ec2: EC2Client, autoscaling: AutoScalingClient, proxy: FaultProxy
) -> None:
    """The group moves to it, and the one of the release before goes."""
    stack.up("--skip-preview")
    stack.config["releases"] = ["2", "1"]
    proxy.schedule.at("autoscaling.CreateLaunchConfiguration", 1, Drop(after=True))
    stack.up("--skip-preview", code=None)
    made = {c["LaunchConfigurationName"] for c in autoscaling.describe_launch_configurations()["LaunchConfigurations"]}

    ran = stack.snapnames("recover", "--json")
    stack.up("--skip-preview")

    left = {c["LaunchConfigurationName"] for c in autoscaling.describe_launch_configurations()["LaunchConfigurations"]}
    assert (len(made), ran.json["adopted"]) == (2, ["web"])
    assert left < made
    image = images(ec2)["web-2"]["ImageId"]
    assert launched_images(autoscaling) == {"groups": [image], "configurations": [image]}
    assert stack.steps() == []


def test_what_is_not_certainly_this_fleet_s_is_left_alone(
    stack: Program, ec2: EC2Client, autoscaling: AutoScalingClient
) -> None:
    """Another image, or a name that Pulumi did not generate for it."""
    stack.up("--skip-preview")
    image = images(ec2)["web-1"]["ImageId"]
    other = ec2.create_image(InstanceId=stack.config["source"], Name="other", NoReboot=True)["ImageId"]
    for name, image_id in (("web-0000000", other), ("web-by-hand", image), ("database-0000000", image)):
        autoscaling.create_launch_configuration(LaunchConfigurationName=name, ImageId=image_id, InstanceType="t3.micro")
    before = ids(stack)

    ran = stack.snapnames("recover", "--json")

    assert ran.json["adopted"] == []
    assert ids(stack) == before


@pytest.mark.parametrize("owners", [["organization/database/test"], [STACK_TAG, STACK_TAG]], ids=["other", "two"])
def test_a_group_is_taken_over_only_where_it_is_this_stack_s_one(
    stack: Program, autoscaling: AutoScalingClient, proxy: FaultProxy, owners: list[str]
) -> None:
    """Which of two is meant only a person knows."""
    proxy.schedule.at("autoscaling.CreateAutoScalingGroup", 1, Fail())
    proxy.schedule.at("autoscaling.CreateAutoScalingGroup", 2, Fail(status=400, code="ValidationError"))
    stack.up("--skip-preview", code=None)
    (made,) = autoscaling.describe_launch_configurations()["LaunchConfigurations"]
    for number, owner in enumerate(owners):
        autoscaling.create_auto_scaling_group(
            AutoScalingGroupName=f"web-000000{number}",
            LaunchConfigurationName=made["LaunchConfigurationName"],
            MinSize=0,
            MaxSize=1,
            AvailabilityZones=[ZONE],
            Tags=[{"Key": TAG, "Value": owner, "PropagateAtLaunch": True}],
        )

    ran = stack.snapnames("recover", "--json")

    assert ran.json["adopted"] == []
