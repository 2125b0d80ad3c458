"""The names of images: which EC2 takes, and when one is free."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

Refused = Callable[..., AbstractContextManager[None]]

MALFORMED = (
    "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, "
    "'(', ')', '.', '-', '/' and '_'"
)


def test_a_name_is_taken_once(ec2: EC2Client, instance: str, refused: Refused) -> None:
    """Row 5."""
    first = ec2.create_image(InstanceId=instance, Name="front-1")["ImageId"]

    with refused("InvalidAMIName.Duplicate", f"AMI name front-1 is already in use by AMI {first}"):
        ec2.create_image(InstanceId=instance, Name="front-1")

    ec2.create_image(InstanceId=instance, Name="Front-1")
    assert len(ec2.describe_images(Owners=["self"])["Images"]) == 2


def test_a_pending_image_has_its_name_already(aws: LocalAws, ec2: EC2Client, instance: str, refused: Refused) -> None:
    """Row 5."""
    aws.hold_next_image()
    ec2.create_image(InstanceId=instance, Name="front-1")

    with refused("InvalidAMIName.Duplicate"):
        ec2.create_image(InstanceId=instance, Name="front-1")


def test_a_deregistered_image_frees_its_name(ec2: EC2Client, instance: str) -> None:
    """Row 5."""
    first = ec2.create_image(InstanceId=instance, Name="front-1")["ImageId"]
    ec2.deregister_image(ImageId=first)

    second = ec2.create_image(InstanceId=instance, Name="front-1")["ImageId"]

    assert [image["ImageId"] for image in ec2.describe_images(Owners=["self"])["Images"]] == [second]


def test_a_name_is_free_in_another_region(aws: LocalAws, ec2: EC2Client, instance: str) -> None:
    """Row 5: account and region."""
    ec2.create_image(InstanceId=instance, Name="front-1")
    other = aws.client("ec2", "us-west-2")
    base = other.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    there = other.run_instances(ImageId=base, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]

    image_id = other.create_image(InstanceId=there, Name="front-1")["ImageId"]

    assert [image["ImageId"] for image in other.describe_images(Owners=["self"])["Images"]] == [image_id]
    assert len(ec2.describe_images(Owners=["self"])["Images"]) == 1


@pytest.mark.parametrize("name", ["front:1", "front#1", "fr\u00f6nt", "front,1", "front\\1"])
def test_a_malformed_name_is_refused(ec2: EC2Client, instance: str, refused: Refused, name: str) -> None:
    """Row 5."""
    with refused("InvalidAMIName.Malformed", MALFORMED):
        ec2.create_image(InstanceId=instance, Name=name)


@pytest.mark.parametrize("name", ["abc", "a" * 128, "Az09()[] ./-'@_"])
def test_every_character_that_ec2_takes_makes_a_name(ec2: EC2Client, instance: str, name: str) -> None:
    """The good beside the bad: EC2's text names fewer characters than it takes."""
    image_id = ec2.create_image(InstanceId=instance, Name=name)["ImageId"]

    assert ec2.describe_images(ImageIds=[image_id])["Images"][0]["Name"] == name
