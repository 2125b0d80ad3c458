"""Tags: what EC2 takes and refuses, all or nothing, and how they are found."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from mypy_boto3_ec2 import EC2Client
from mypy_boto3_ec2.type_defs import FilterTypeDef, TagTypeDef
from snapnames.testing.localaws.server import LocalAws

Refused = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def snapshots(ec2: EC2Client) -> list[str]:
    """Make two snapshots."""
    volume = ec2.create_volume(AvailabilityZone="ap-northeast-2a", Size=1)["VolumeId"]
    return [ec2.create_snapshot(VolumeId=volume)["SnapshotId"] for _ in range(2)]


def tags_of(ec2: EC2Client, *filters: FilterTypeDef) -> list[tuple[str, str, str]]:
    """Describe tags as resource, key and value."""
    return [(tag["ResourceId"], tag["Key"], tag["Value"]) for tag in ec2.describe_tags(Filters=list(filters))["Tags"]]


def test_one_missing_resource_fails_the_whole_call(ec2: EC2Client, snapshots: list[str], refused: Refused) -> None:
    """Row 16: an image that was never there, too."""
    for missing, code in (
        ("snap-12345678", "InvalidSnapshot.NotFound"),
        ("ami-12345678", "InvalidAMIID.NotFound"),
        ("i-12345678", "InvalidInstanceID.NotFound"),
        ("vol-12345678", "InvalidVolume.NotFound"),
    ):
        with refused(code, missing):
            ec2.create_tags(Resources=[*snapshots, missing], Tags=[{"Key": "Name", "Value": "x"}])

    assert tags_of(ec2) == []


def test_a_deregistered_image_is_not_tagged(ec2: EC2Client, instance: str, refused: Refused) -> None:
    """Row 16."""
    image_id = ec2.create_image(InstanceId=instance, Name="front-1")["ImageId"]
    ec2.create_tags(Resources=[image_id], Tags=[{"Key": "Name", "Value": "x"}])
    ec2.deregister_image(ImageId=image_id)

    with refused("InvalidAMIID.NotFound", image_id):
        ec2.create_tags(Resources=[image_id], Tags=[{"Key": "Name", "Value": "x"}])


@pytest.mark.parametrize("resource_id", ["foo", "snap-", "snap-1234567", "snap-123456789", "snap-1234567G"])
def test_an_id_that_is_none_is_refused(ec2: EC2Client, refused: Refused, resource_id: str) -> None:
    """Row 19: an id has 8 or 17 hex digits."""
    with refused("InvalidID", f"The ID '{resource_id}' is not valid"):
        ec2.create_tags(Resources=[resource_id], Tags=[{"Key": "Name", "Value": "x"}])


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ({"Key": "aws:mine", "Value": "x"}, "Value ( aws:mine ) for parameter key is invalid."),
        ({"Key": "k" * 129, "Value": "x"}, "Tag key exceeds the maximum length of 128 characters"),
        ({"Key": "k", "Value": "v" * 257}, "Tag value exceeds the maximum length of 256 characters"),
        ({"Key": "", "Value": "x"}, "Tag key cannot be null or empty"),
    ],
)
def test_a_tag_that_ec2_refuses_is_not_set(
    ec2: EC2Client, snapshots: list[str], refused: Refused, tag: TagTypeDef, text: str
) -> None:
    """Row 18: nor one that is fine beside it."""
    with refused("InvalidParameterValue", text):
        ec2.create_tags(Resources=snapshots, Tags=[{"Key": "fine", "Value": "x"}, tag])

    assert tags_of(ec2) == []


def test_the_longest_tag_and_one_without_a_value_are_set(ec2: EC2Client, snapshots: list[str]) -> None:
    """Row 18: the good beside the bad."""
    ec2.create_tags(Resources=snapshots[:1], Tags=[{"Key": "k" * 128, "Value": "v" * 256}, {"Key": "bare"}])

    assert tags_of(ec2) == [(snapshots[0], "k" * 128, "v" * 256), (snapshots[0], "bare", "")]


def test_values_keep_their_characters(ec2: EC2Client, snapshots: list[str]) -> None:
    """Through XML and back."""
    value = "a<b>&\"'\u20ac \u65e5\u672c(001)"

    ec2.create_tags(Resources=snapshots[:1], Tags=[{"Key": "N&me", "Value": value}])

    assert tags_of(ec2) == [(snapshots[0], "N&me", value)]
    described = ec2.describe_snapshots(SnapshotIds=snapshots[:1])["Snapshots"][0]
    assert described["Tags"] == [{"Key": "N&me", "Value": value}]


def test_a_resource_has_at_most_50_tags_of_users(ec2: EC2Client, snapshots: list[str], refused: Refused) -> None:
    """One over the limit fails for all resources; overwriting one that is there doesn't count."""
    first, second = snapshots
    ec2.create_tags(Resources=[first], Tags=[{"Key": f"k{number}", "Value": "x"} for number in range(50)])

    with refused("TagLimitExceeded"):
        ec2.create_tags(Resources=[second, first], Tags=[{"Key": "more", "Value": "x"}])
    ec2.create_tags(Resources=[first], Tags=[{"Key": "k0", "Value": "y"}])

    assert tags_of(ec2, {"Name": "resource-id", "Values": [second]}) == []
    assert tags_of(ec2, {"Name": "key", "Values": ["k0"]}) == [(first, "k0", "y")]


def test_tags_are_deleted_by_key_or_by_key_and_value(ec2: EC2Client, snapshots: list[str]) -> None:
    """A value that differs deletes nothing; no tags at all deletes all."""
    first = snapshots[0]
    ec2.create_tags(Resources=[first], Tags=[{"Key": key, "Value": key.upper()} for key in "abcd"])

    ec2.delete_tags(Resources=[first], Tags=[{"Key": "a"}, {"Key": "b", "Value": "B"}, {"Key": "c", "Value": "x"}])
    assert tags_of(ec2) == [(first, "c", "C"), (first, "d", "D")]

    ec2.delete_tags(Resources=[first], Tags=[{"Key": "c", "Value": ""}])
    assert len(tags_of(ec2)) == 2

    ec2.delete_tags(Resources=[first])
    assert tags_of(ec2) == []


def test_deleting_tags_of_what_is_gone_succeeds(ec2: EC2Client, refused: Refused) -> None:
    """Row 17: what EC2 does is not documented; an id that is none is refused."""
    ec2.delete_tags(Resources=["snap-12345678"], Tags=[{"Key": "a"}])

    with refused("InvalidID"):
        ec2.delete_tags(Resources=["foo"], Tags=[{"Key": "a"}])


def test_tags_are_found_by_every_filter(ec2: EC2Client, snapshots: list[str], refused: Refused) -> None:
    """Row 20: resource type and `tag:<key>` too, whatever else has tags."""
    first, second = snapshots
    group = ec2.create_security_group(GroupName="g", Description="d")["GroupId"]
    ec2.create_tags(Resources=[first, group], Tags=[{"Key": "Name", "Value": "front-1(001)"}])
    ec2.create_tags(Resources=[second], Tags=[{"Key": "Owner", "Value": "front-1(001)"}])

    assert {one[0] for one in tags_of(ec2, {"Name": "resource-type", "Values": ["snapshot"]})} == {first, second}
    assert {one[0] for one in tags_of(ec2, {"Name": "tag:Name", "Values": ["front-1(*)"]})} == {first, group}
    assert {one[0] for one in tags_of(ec2, {"Name": "tag:Owner", "Values": ["back*"]})} == set()
    assert {one[0] for one in tags_of(ec2, {"Name": "key", "Values": ["O?ner"]})} == {second}
    assert {one[0] for one in tags_of(ec2, {"Name": "value", "Values": ["front-1(001)"]})} == {first, second, group}
    assert {one[0] for one in tags_of(ec2, {"Name": "resource-id", "Values": ["snap-*"]})} == {first, second}
    assert tags_of(ec2, {"Name": "resource-id", "Values": ["snap-12345678"]}) == []
    with refused("InvalidParameterValue", "The filter 'colour' is invalid"):
        tags_of(ec2, {"Name": "colour", "Values": ["red"]})


def test_tags_come_in_pages(ec2: EC2Client, snapshots: list[str], refused: Refused) -> None:
    """Row 20."""
    ec2.create_tags(Resources=snapshots, Tags=[{"Key": f"k{number}", "Value": "x"} for number in range(6)])

    pages = list(ec2.get_paginator("describe_tags").paginate(PaginationConfig={"PageSize": 5}))

    assert [len(page["Tags"]) for page in pages] == [5, 5, 2]
    assert len({(tag["ResourceId"], tag["Key"]) for page in pages for tag in page["Tags"]}) == 12
    with refused("InvalidParameterValue", "maxResults"):
        ec2.describe_tags(MaxResults=1001)


def test_a_reserved_tag_is_refused_at_the_launch_too(
    aws: LocalAws, ec2: EC2Client, public_image: str, refused: Refused
) -> None:
    """Row 18: wherever users give tags."""
    with refused("InvalidParameterValue", "reserved for internal use"):
        ec2.run_instances(
            ImageId=public_image,
            MinCount=1,
            MaxCount=1,
            TagSpecifications=[
                {"ResourceType": "instance", "Tags": [{"Key": "aws:autoscaling:groupName", "Value": "g"}]}
            ],
        )

    assert ec2.describe_instances()["Reservations"] == []
    assert aws.calls()[-2:] == ["ec2.RunInstances", "ec2.DescribeInstances"]
