"""The Recycle Bin: what a retention rule keeps, and how it comes back."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from .conftest import OTHER

Refused = Callable[..., AbstractContextManager[None]]
DAY = 24 * 3600
MARK = "aws:recycle-bin:resource-in-bin"


@pytest.fixture
def rules(aws: LocalAws) -> None:
    """Have retention rules for both."""
    aws.ec2(image_retention_seconds=7 * DAY, snapshot_retention_seconds=9 * DAY)


@pytest.fixture
def image_id(rules: None, ec2: EC2Client, instance: str) -> str:  # noqa: ARG001 - the rules come first
    """Make an image with three snapshots in a region with retention rules for both."""
    return ec2.create_image(InstanceId=instance, Name="front-1", NoReboot=True, Description="first")["ImageId"]


def own(ec2: EC2Client) -> list[str]:
    """Give the ids of the account's snapshots."""
    return sorted(one["SnapshotId"] for one in ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"])


def binned(ec2: EC2Client) -> tuple[list[str], list[str]]:
    """Give the ids of images and of snapshots in the bin."""
    images = ec2.list_images_in_recycle_bin()["Images"]
    snapshots = ec2.list_snapshots_in_recycle_bin()["Snapshots"]
    return [one["ImageId"] for one in images], sorted(one["SnapshotId"] for one in snapshots)


def tags(ec2: EC2Client, resource_id: str) -> dict[str, str]:
    """Give the tags of a resource."""
    found = ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [resource_id]}])["Tags"]
    return {tag["Key"]: tag["Value"] for tag in found}


def test_without_a_rule_nothing_is_kept(ec2: EC2Client, instance: str, refused: Refused) -> None:
    """Deregistered is gone, deleted too."""
    image_id = ec2.create_image(InstanceId=instance, Name="front-1", NoReboot=True)["ImageId"]

    ec2.deregister_image(ImageId=image_id, DeleteAssociatedSnapshots=True)

    assert binned(ec2) == ([], [])
    with refused("InvalidAMIID.NotFound", image_id):
        ec2.restore_image_from_recycle_bin(ImageId=image_id)
    with refused("InvalidAMIID.NotFound", image_id):
        ec2.list_images_in_recycle_bin(ImageIds=[image_id])
    with refused("InvalidSnapshot.NotFound"):
        ec2.restore_snapshot_from_recycle_bin(SnapshotId="snap-12345678")


@pytest.mark.usefixtures("rules")
def test_a_deregistered_image_comes_back_as_it_was(ec2: EC2Client, other: EC2Client, plain_instance: str) -> None:
    """With its tags and its launch permissions, which others lose meanwhile; its snapshots were never gone."""
    made = ec2.create_image(InstanceId=plain_instance, Name="front-1", NoReboot=True, Description="first")
    image_id = made["ImageId"]
    ec2.create_tags(Resources=[image_id], Tags=[{"Key": "Name", "Value": "x"}])
    ec2.modify_image_attribute(ImageId=image_id, LaunchPermission={"Add": [{"UserId": OTHER}]})
    before = ec2.describe_images(ImageIds=[image_id])["Images"]
    kept = own(ec2)

    ec2.deregister_image(ImageId=image_id)

    assert (
        ec2.describe_images(Owners=["self"])["Images"] == other.describe_images(Owners=["123456789012"])["Images"] == []
    )
    (listed,) = ec2.list_images_in_recycle_bin(ImageIds=[image_id])["Images"]
    assert (listed["Name"], listed["Description"]) == ("front-1", "first")
    assert listed["RecycleBinExitTime"] - listed["RecycleBinEnterTime"] == timedelta(days=7)
    assert tags(ec2, image_id) == {"Name": "x", MARK: "true"}
    assert own(ec2) == kept

    ec2.restore_image_from_recycle_bin(ImageId=image_id)

    assert binned(ec2) == ([], [])
    assert ec2.describe_images(ImageIds=[image_id])["Images"] == before
    assert len(other.describe_images(ImageIds=[image_id])["Images"]) == 1


def test_an_image_comes_back_only_after_its_snapshots(ec2: EC2Client, image_id: str, refused: Refused) -> None:
    """All of them; then they are in use again."""
    ids = own(ec2)
    results = ec2.deregister_image(ImageId=image_id, DeleteAssociatedSnapshots=True)["DeleteSnapshotResults"]
    assert {one["ReturnCode"] for one in results} == {"success"}
    assert (own(ec2), binned(ec2)) == ([], ([image_id], ids))
    for snapshot_id in ids:
        with refused("InvalidSnapshot.NotFound"):
            ec2.restore_image_from_recycle_bin(ImageId=image_id)
        assert ec2.restore_snapshot_from_recycle_bin(SnapshotId=snapshot_id)["SnapshotId"] == snapshot_id

    ec2.restore_image_from_recycle_bin(ImageId=image_id)

    assert (own(ec2), binned(ec2)) == (ids, ([], []))
    with refused("InvalidSnapshot.InUse", image_id):
        ec2.delete_snapshot(SnapshotId=ids[0])


def test_a_snapshot_of_an_image_in_the_bin_can_be_deleted(ec2: EC2Client, image_id: str) -> None:
    """It goes to the bin too, by the rule for snapshots."""
    ec2.deregister_image(ImageId=image_id)
    first = own(ec2)[0]

    ec2.delete_snapshot(SnapshotId=first)

    assert binned(ec2) == ([image_id], [first])


def test_what_stays_too_long_is_gone(aws: LocalAws, ec2: EC2Client, image_id: str, refused: Refused) -> None:
    """Each by its own rule; with its tags."""
    ids = own(ec2)
    ec2.deregister_image(ImageId=image_id, DeleteAssociatedSnapshots=True)

    aws.ec2(clock_ahead_seconds=8 * DAY)
    assert binned(ec2) == ([], ids)
    assert tags(ec2, image_id) == {}
    with refused("InvalidAMIID.NotFound"):
        ec2.restore_image_from_recycle_bin(ImageId=image_id)

    aws.ec2(clock_ahead_seconds=10 * DAY)
    assert binned(ec2) == ([], [])
    with refused("InvalidSnapshot.NotFound", ids[0]):
        ec2.restore_snapshot_from_recycle_bin(SnapshotId=ids[0])


def test_what_is_in_the_bin_can_be_tagged_and_not_used(ec2: EC2Client, image_id: str, refused: Refused) -> None:
    """Its name is free for another image."""
    first = own(ec2)[0]
    ec2.deregister_image(ImageId=image_id, DeleteAssociatedSnapshots=True)

    ec2.create_tags(Resources=[image_id, first], Tags=[{"Key": "Name", "Value": "x"}])

    assert tags(ec2, first) == {"Name": "x", MARK: "true"}
    with refused("InvalidAMIID.NotFound"):
        ec2.run_instances(ImageId=image_id, MinCount=1, MaxCount=1)
    with refused("InvalidSnapshot.NotFound"):
        ec2.create_volume(AvailabilityZone="ap-northeast-2a", SnapshotId=first)
    with refused("InvalidSnapshot.NotFound"):
        ec2.delete_snapshot(SnapshotId=first)
    with refused("InvalidAMIID.Unavailable"):
        ec2.deregister_image(ImageId=image_id)


def test_an_image_with_an_instance_store_root_is_not_kept(aws: LocalAws, ec2: EC2Client) -> None:
    """Only EBS-backed images are."""
    aws.ec2(image_retention_seconds=DAY)
    image_id = ec2.register_image(Name="bundled", ImageLocation="bucket/image.manifest.xml")["ImageId"]

    ec2.deregister_image(ImageId=image_id)

    assert binned(ec2) == ([], [])


def test_a_restored_image_has_its_name_again(ec2: EC2Client, instance: str, image_id: str, refused: Refused) -> None:
    """Also beside one that has taken the name meanwhile: it is free once both are gone."""
    ec2.deregister_image(ImageId=image_id)
    second = ec2.create_image(InstanceId=instance, Name="front-1", NoReboot=True)["ImageId"]
    ec2.restore_image_from_recycle_bin(ImageId=image_id)
    ec2.deregister_image(ImageId=second)
    with refused("InvalidAMIName.Duplicate", image_id):
        ec2.create_image(InstanceId=instance, Name="front-1", NoReboot=True)

    ec2.deregister_image(ImageId=image_id)

    ec2.create_image(InstanceId=instance, Name="front-1", NoReboot=True)
    assert sorted(binned(ec2)[0]) == sorted([image_id, second])


def test_the_bin_comes_in_pages(ec2: EC2Client, instance: str, image_id: str, refused: Refused) -> None:
    """One image a page, five snapshots."""
    second = ec2.create_image(InstanceId=instance, Name="front-2", NoReboot=True)["ImageId"]
    for one in (image_id, second):
        ec2.deregister_image(ImageId=one, DeleteAssociatedSnapshots=True)

    images = ec2.get_paginator("list_images_in_recycle_bin").paginate(PaginationConfig={"PageSize": 1})
    snapshots = ec2.get_paginator("list_snapshots_in_recycle_bin").paginate(PaginationConfig={"PageSize": 5})

    assert [[one["ImageId"] for one in page["Images"]] for page in images] == [[image_id], [second]]
    assert [len(page["Snapshots"]) for page in snapshots] == [5, 1]
    with refused("InvalidParameterValue", "At most 20"):
        ec2.list_images_in_recycle_bin(ImageIds=[f"ami-{number:08x}" for number in range(21)])
