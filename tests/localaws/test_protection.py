"""Deregistration protection: while it is on, and for a day after a protection with a cooldown."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

Refused = Callable[..., AbstractContextManager[None]]
HOUR = 3600


@pytest.fixture
def image_id(ec2: EC2Client, instance: str) -> str:
    """Make an image."""
    return ec2.create_image(InstanceId=instance, Name="front-1", NoReboot=True)["ImageId"]


def shown(ec2: EC2Client, image_id: str) -> str:
    """Give the protection as DescribeImages shows it."""
    return ec2.describe_images(ImageIds=[image_id])["Images"][0]["DeregistrationProtection"]


def test_a_protected_image_is_deregistered_once_the_protection_is_off(
    ec2: EC2Client, image_id: str, refused: Refused
) -> None:
    """Without a cooldown at once."""
    answer = ec2.enable_image_deregistration_protection(ImageId=image_id)
    assert answer["Return"] == shown(ec2, image_id) == "enabled-without-cooldown"
    with refused("OperationNotPermitted", image_id):
        ec2.deregister_image(ImageId=image_id)

    assert ec2.disable_image_deregistration_protection(ImageId=image_id)["Return"] == "disabled"

    assert shown(ec2, image_id) == "disabled"
    ec2.deregister_image(ImageId=image_id)


def test_a_cooldown_protects_for_a_day_after_the_protection_is_off(
    aws: LocalAws, ec2: EC2Client, image_id: str, refused: Refused
) -> None:
    """Turning it off once more does not begin the day again."""
    ec2.enable_image_deregistration_protection(ImageId=image_id, WithCooldown=True)
    assert shown(ec2, image_id) == "enabled-with-cooldown"
    ec2.disable_image_deregistration_protection(ImageId=image_id)
    until = shown(ec2, image_id)
    assert until.startswith("disabled after 20")

    aws.ec2(clock_ahead_seconds=23 * HOUR)
    ec2.disable_image_deregistration_protection(ImageId=image_id)
    assert shown(ec2, image_id) == until
    with refused("OperationNotPermitted", image_id):
        ec2.deregister_image(ImageId=image_id)

    aws.ec2(clock_ahead_seconds=25 * HOUR)
    assert shown(ec2, image_id) == "disabled"
    ec2.deregister_image(ImageId=image_id)


def test_a_protection_that_is_on_outlasts_any_cooldown(
    aws: LocalAws, ec2: EC2Client, image_id: str, refused: Refused
) -> None:
    """The day begins when the protection is turned off, not before."""
    ec2.enable_image_deregistration_protection(ImageId=image_id, WithCooldown=True)
    ec2.disable_image_deregistration_protection(ImageId=image_id)
    ec2.enable_image_deregistration_protection(ImageId=image_id)

    aws.ec2(clock_ahead_seconds=48 * HOUR)

    with refused("OperationNotPermitted", image_id):
        ec2.deregister_image(ImageId=image_id)


def test_a_protected_image_can_be_disabled(ec2: EC2Client, image_id: str) -> None:
    """The protection is against deregistration alone."""
    ec2.enable_image_deregistration_protection(ImageId=image_id)

    ec2.disable_image(ImageId=image_id)

    described = ec2.describe_images(ImageIds=[image_id], IncludeDisabled=True)["Images"][0]
    assert (described["State"], described["DeregistrationProtection"]) == ("disabled", "enabled-without-cooldown")
