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


@pytest.mark.parametrize("fate", LOST, ids=str)
def test_a_group_whose_create_was_not_recorded_is_taken_over_when_a_person_says_so(
    stack: Program, ec2: EC2Client, autoscaling: AutoScalingClient, proxy: FaultProxy, fate: Fate
) -> None:
    """Others can make a group with this name and tag. The error has the command; then no second group is made."""
    proxy.schedule.at("autoscaling.CreateAutoScalingGroup", 1, fate)
    failed = stack.up("--skip-preview", code=None)
    (group,) = autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    name = group["AutoScalingGroupName"]

    asked = stack.snapnames("recover", code=1).err
    ran = stack.snapnames("recover", "--adopt", name, "--json")
    stack.up("--skip-preview")

    assert "AlreadyExists" in failed.out
    assert f"run `snapnames recover --adopt {name}`" in asked
    assert ran.json["adopted"] == ["web"]
    image = images(ec2)["web-1"]["ImageId"]
    assert launched_images(autoscaling) == {"groups": [image], "configurations": [image]}
    assert stack.steps() == []


def test_a_launch_configuration_whose_create_was_not_recorded_is_reported_and_another_one_made(
    stack: Program, ec2: EC2Client, autoscaling: AutoScalingClient, proxy: FaultProxy
) -> None:
    """It launches nothing; the message has the command that deletes it."""
    stack.up("--skip-preview")
    stack.config["releases"] = ["2", "1"]
    proxy.schedule.at("autoscaling.CreateLaunchConfiguration", 1, Drop(after=True))
    stack.up("--skip-preview", code=None)
    made = {c["LaunchConfigurationName"] for c in autoscaling.describe_launch_configurations()["LaunchConfigurations"]}
    known = {resource.get("id") for resource in stack.resources()}
    (unknown,) = made - known

    told = stack.snapnames("recover").out
    stack.up("--skip-preview")

    assert f"`aws autoscaling delete-launch-configuration --launch-configuration-name {unknown}` deletes it" in told
    assert launched_images(autoscaling)["groups"] == [images(ec2)["web-2"]["ImageId"]]
    assert stack.steps() == []


def test_a_foreign_launch_configuration_with_a_name_like_a_generated_one_displaces_nothing(
    stack: Program, ec2: EC2Client, autoscaling: AutoScalingClient
) -> None:
    """Another key, a public address, other user data: the group stays on its own."""
    stack.up("--skip-preview")
    image = images(ec2)["web-1"]["ImageId"]
    ec2.create_key_pair(KeyName="attacker")
    autoscaling.create_launch_configuration(
        LaunchConfigurationName="web-0000000",
        ImageId=image,
        InstanceType="t3.micro",
        KeyName="attacker",
        AssociatePublicIpAddress=True,
        UserData="#!/bin/sh",
    )
    before = ids(stack)

    ran = stack.snapnames("recover", "--json").json

    assert ran["adopted"] == []
    assert ids(stack) == before


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

    code = 1 if STACK_TAG in owners else 0
    ran = stack.snapnames("recover", code=code)

    assert ran.err.count("run `snapnames recover --adopt web-000000") == (2 if code else 0)
    assert [resource for resource in stack.resources() if resource["type"] == "aws:autoscaling/group:Group"] == []
