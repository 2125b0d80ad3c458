"""Archived snapshots: which can be archived, and what they are good for until they are restored."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from .conftest import OTHER

Refused = Callable[..., AbstractContextManager[None]]
ZONE = "ap-northeast-2a"
DAY = 24 * 3600


@pytest.fixture
def snapshot_id(ec2: EC2Client) -> str:
    """Take a snapshot of a volume, and archive it."""
    volume = ec2.create_volume(AvailabilityZone=ZONE, Size=1)["VolumeId"]
    snapshot_id = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    ec2.modify_snapshot_tier(SnapshotId=snapshot_id, StorageTier="archive")
    return snapshot_id


def tier(ec2: EC2Client, snapshot_id: str) -> str:
    """Give the tier that DescribeSnapshots shows."""
    return ec2.describe_snapshots(SnapshotIds=[snapshot_id])["Snapshots"][0]["StorageTier"]


def test_an_archived_snapshot_is_not_used_until_it_is_restored(
    ec2: EC2Client, snapshot_id: str, refused: Refused
) -> None:
    """For good: by volumes, images and copies."""
    assert tier(ec2, snapshot_id) == "archive"
    mapping: Any = {"DeviceName": "/dev/sda1", "Ebs": {"SnapshotId": snapshot_id}}
    with refused("IncorrectState", snapshot_id):
        ec2.create_volume(AvailabilityZone=ZONE, SnapshotId=snapshot_id)
    with refused("IncorrectState", snapshot_id):
        ec2.copy_snapshot(SourceSnapshotId=snapshot_id, SourceRegion="ap-northeast-2")
    with refused("IncorrectState", snapshot_id):
        ec2.register_image(Name="front-1", RootDeviceName="/dev/sda1", BlockDeviceMappings=[mapping])

    restored = ec2.restore_snapshot_tier(SnapshotId=snapshot_id, PermanentRestore=True)

    assert (restored["IsPermanentRestore"], tier(ec2, snapshot_id)) == (True, "standard")
    ec2.register_image(Name="front-1", RootDeviceName="/dev/sda1", BlockDeviceMappings=[mapping])


def test_a_temporary_restore_ends_by_itself(aws: LocalAws, ec2: EC2Client, snapshot_id: str, refused: Refused) -> None:
    """The snapshot stays in the archive all the while."""
    ec2.restore_snapshot_tier(SnapshotId=snapshot_id, TemporaryRestoreDays=2)
    ec2.create_volume(AvailabilityZone=ZONE, SnapshotId=snapshot_id)
    found = ec2.describe_snapshots(SnapshotIds=[snapshot_id])["Snapshots"][0]
    assert (found["StorageTier"], "RestoreExpiryTime" in found) == ("archive", True)

    aws.ec2(clock_ahead_seconds=3 * DAY)

    with refused("IncorrectState", snapshot_id):
        ec2.create_volume(AvailabilityZone=ZONE, SnapshotId=snapshot_id)


def test_a_snapshot_behind_an_image_is_archived_only_while_the_image_is_disabled(
    ec2: EC2Client, instance: str, refused: Refused
) -> None:
    """Once it is enabled again nothing launches from it until the snapshot is restored."""
    image_id = ec2.create_image(InstanceId=instance, Name="front-1", NoReboot=True)["ImageId"]
    first = ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"][0]["SnapshotId"]
    with refused("IncorrectState", image_id):
        ec2.modify_snapshot_tier(SnapshotId=first, StorageTier="archive")

    ec2.disable_image(ImageId=image_id)
    ec2.modify_snapshot_tier(SnapshotId=first, StorageTier="archive")
    ec2.enable_image(ImageId=image_id)

    with refused("IncorrectState", first):
        ec2.run_instances(ImageId=image_id, MinCount=1, MaxCount=1)
    ec2.restore_snapshot_tier(SnapshotId=first, PermanentRestore=True)
    ec2.run_instances(ImageId=image_id, MinCount=1, MaxCount=1)


def test_a_snapshot_that_is_pending_or_archived_is_not_archived(
    aws: LocalAws, ec2: EC2Client, instance: str, snapshot_id: str, refused: Refused
) -> None:
    """And one of the standard tier is not restored."""
    aws.hold_next_image()
    ec2.create_image(InstanceId=instance, Name="front-1", NoReboot=True)
    pending = ec2.describe_snapshots(Filters=[{"Name": "status", "Values": ["pending"]}])["Snapshots"][0]["SnapshotId"]

    for one in (pending, snapshot_id):
        with refused("IncorrectState", one):
            ec2.modify_snapshot_tier(SnapshotId=one, StorageTier="archive")
    with refused("IncorrectState", pending):
        ec2.restore_snapshot_tier(SnapshotId=pending, PermanentRestore=True)


@pytest.mark.parametrize(
    "arguments", [{}, {"TemporaryRestoreDays": 1, "PermanentRestore": True}, {"TemporaryRestoreDays": 181}]
)
def test_a_restore_is_for_some_days_or_for_good(
    ec2: EC2Client, snapshot_id: str, refused: Refused, arguments: dict[str, Any]
) -> None:
    """One of the two."""
    with refused("InvalidParameterValue"):
        ec2.restore_snapshot_tier(SnapshotId=snapshot_id, **arguments)


def test_who_was_given_a_snapshot_loses_it_when_it_is_archived(ec2: EC2Client, other: EC2Client) -> None:
    """Its owner still finds it, by its tier too."""
    volume = ec2.create_volume(AvailabilityZone=ZONE, Size=1)["VolumeId"]
    snapshot_id = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    ec2.modify_snapshot_attribute(SnapshotId=snapshot_id, OperationType="add", UserIds=[OTHER])
    assert [one["SnapshotId"] for one in other.describe_snapshots()["Snapshots"]] == [snapshot_id]

    ec2.modify_snapshot_tier(SnapshotId=snapshot_id, StorageTier="archive")

    assert other.describe_snapshots()["Snapshots"] == []
    found = ec2.describe_snapshots(Filters=[{"Name": "storage-tier", "Values": ["archive"]}])["Snapshots"]
    assert [one["SnapshotId"] for one in found] == [snapshot_id]


def test_an_archived_snapshot_can_be_locked_and_a_locked_one_archived(
    ec2: EC2Client, snapshot_id: str, refused: Refused
) -> None:
    """Neither is deleted."""
    ec2.lock_snapshot(SnapshotId=snapshot_id, LockMode="governance", LockDuration=1)
    with refused("SnapshotLocked"):
        ec2.delete_snapshot(SnapshotId=snapshot_id)

    ec2.restore_snapshot_tier(SnapshotId=snapshot_id, PermanentRestore=True)
    ec2.modify_snapshot_tier(SnapshotId=snapshot_id, StorageTier="archive")

    assert tier(ec2, snapshot_id) == "archive"
    with refused("SnapshotLocked"):
        ec2.delete_snapshot(SnapshotId=snapshot_id)
