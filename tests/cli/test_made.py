"""What AWS has of pending creates: this stack's, and nobody else's of the same name."""

from typing import Any

import pytest
from mypy_boto3_autoscaling import AutoScalingClient
from mypy_boto3_ec2 import EC2Client
from snapnames.cli.account import aws_session
from snapnames.cli.recovery.made import Made
from snapnames.rules.resource_types import CONFIGURATION, GROUP, TEMPLATE
from snapnames.testing.environment import aws_variables
from snapnames.testing.localaws.server import REGION, LocalAws

from tests.account import launch

STACKS = OURS, THEIRS = "organization/snapnames/test", "bob/snapnames/test"


@pytest.fixture
def made(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> Made:
    """On the local AWS."""
    for name, value in aws_variables(aws.url).items():
        monkeypatch.setenv(name, value)
    return Made(aws_session({"aws:region": REGION}))


@pytest.mark.parametrize("stack", STACKS)
def test_a_group_and_a_template_are_of_the_stack_that_they_bear(
    made: Made, ec2: EC2Client, autoscaling: AutoScalingClient, stack: str
) -> None:
    """Of another stack's the name is the same."""
    image_id = ec2.create_image(InstanceId=launch(ec2), Name="web-1", NoReboot=True)["ImageId"]
    template = ec2.create_launch_template(
        LaunchTemplateName="web",
        LaunchTemplateData={"ImageId": image_id, "InstanceType": "t3.micro"},
        TagSpecifications=[{"ResourceType": "launch-template", "Tags": [{"Key": "snapnames:stack", "Value": stack}]}],
    )["LaunchTemplate"]["LaunchTemplateId"]
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName="web",
        MinSize=0,
        MaxSize=0,
        AvailabilityZones=[f"{REGION}a"],
        LaunchTemplate={"LaunchTemplateId": template},
        Tags=[{"Key": "Name", "Value": OURS}, {"Key": "snapnames:stack", "Value": stack}],
    )
    tags = [{"key": "Name", "value": "x"}, {"key": "snapnames:stack", "value": OURS, "propagateAtLaunch": True}]
    creates = [
        {"type": TEMPLATE, "inputs": {"name": "web", "tags": {"snapnames:stack": OURS}}},
        {"type": GROUP, "inputs": {"name": "web", "tags": tags}},
    ]

    found = [settled.resource_id for settled in made.settled(creates)]

    assert found == ([template, "web"] if stack == OURS else [])


@pytest.mark.parametrize("ours", [True, False])
def test_a_launch_configuration_is_of_the_stack_whose_image_it_launches(
    made: Made, ec2: EC2Client, autoscaling: AutoScalingClient, *, ours: bool
) -> None:
    """It has no tags."""
    source = launch(ec2)
    image, other = (
        ec2.create_image(InstanceId=source, Name=name, NoReboot=True)["ImageId"] for name in ("web-1", "other")
    )
    autoscaling.create_launch_configuration(
        LaunchConfigurationName="web", ImageId=image if ours else other, InstanceType="t3.micro"
    )

    found = made.settled(
        [{"type": CONFIGURATION, "inputs": {"name": "web", "imageId": image, "instanceType": "t3.micro"}}]
    )

    assert [settled.resource_id for settled in found] == (["web"] if ours else [])


@pytest.mark.parametrize(
    "change", [{"KeyName": "attacker"}, {"AssociatePublicIpAddress": True}, {"UserData": "#!/bin/sh"}]
)
def test_a_launch_configuration_with_another_field_is_nobody_s_create(
    made: Made, ec2: EC2Client, autoscaling: AutoScalingClient, change: dict[str, Any]
) -> None:
    """Also under the name and with the image of a create that was cut off."""
    image = ec2.create_image(InstanceId=launch(ec2), Name="web-1", NoReboot=True)["ImageId"]
    ec2.create_key_pair(KeyName="attacker")
    autoscaling.create_launch_configuration(
        LaunchConfigurationName="web", ImageId=image, InstanceType="t3.micro", **change
    )
    wanted = {"name": "web", "imageId": image, "instanceType": "t3.micro"}

    found = made.settled([{"type": CONFIGURATION, "inputs": wanted}])

    assert found == []


def test_an_image_that_was_deregistered_while_it_was_waited_for_is_not_pending(
    made: Made, aws: LocalAws, ec2: EC2Client
) -> None:
    """EC2 refuses a list of ids with one that it does not have."""
    aws.hold_next_image()
    image_id = ec2.create_image(InstanceId=launch(ec2), Name="web-1", NoReboot=True)["ImageId"]

    before = made.pending(image_id)
    ec2.deregister_image(ImageId=image_id)

    assert (before, made.pending(image_id)) == (True, False)


def test_images_that_the_recycle_bin_keeps_are_restorable(made: Made, aws: LocalAws, ec2: EC2Client) -> None:
    """Of those that are asked for; one that is not in the bin is gone for good."""
    aws.ec2(image_retention_seconds=3600)
    kept, other = (
        ec2.create_image(InstanceId=launch(ec2), Name=name, NoReboot=True)["ImageId"] for name in ("web-1", "web-2")
    )
    for image_id in (kept, other):
        ec2.deregister_image(ImageId=image_id)

    assert made.restorable([kept, "ami-0123456789abcdef0"]) == {kept}
