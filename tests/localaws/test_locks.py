"""Locked snapshots: what a lock refuses, and for how long."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

Refused = Callable[..., AbstractContextManager[None]]
HOUR = 3600
DAY = 24 * HOUR


@pytest.fixture
def snapshot_id(ec2: EC2Client) -> str:
    """Take a snapshot of a volume."""
    volume = ec2.create_volume(AvailabilityZone="ap-northeast-2a", Size=1)["VolumeId"]
    return ec2.create_snapshot(VolumeId=volume)["SnapshotId"]


def state(ec2: EC2Client) -> list[str]:
    """Give the state of every lock of the account."""
    return [one["LockState"] for one in ec2.describe_locked_snapshots()["Snapshots"]]


def test_a_snapshot_in_governance_mode_is_deleted_once_it_is_unlocked(
    ec2: EC2Client, snapshot_id: str, refused: Refused
) -> None:
    """Or never locked."""
    assert state(ec2) == []
    locked = ec2.lock_snapshot(SnapshotId=snapshot_id, LockMode="governance", LockDuration=30)
    assert (locked["LockState"], locked["LockDuration"]) == ("governance", 30)
    assert locked["LockExpiresOn"] - locked["LockCreatedOn"] == timedelta(days=30)
    with refused("SnapshotLocked", snapshot_id):
        ec2.delete_snapshot(SnapshotId=snapshot_id)

    ec2.unlock_snapshot(SnapshotId=snapshot_id)

    assert state(ec2) == []
    with refused("IncorrectState", "is not locked"):
        ec2.unlock_snapshot(SnapshotId=snapshot_id)
    ec2.delete_snapshot(SnapshotId=snapshot_id)


def test_a_lock_expires(aws: LocalAws, ec2: EC2Client, snapshot_id: str, refused: Refused) -> None:
    """After its duration the snapshot can be deleted; until then the lock is still listed."""
    ec2.lock_snapshot(SnapshotId=snapshot_id, LockMode="compliance", LockDuration=2)
    aws.ec2(clock_ahead_seconds=DAY)
    with refused("SnapshotLocked"):
        ec2.delete_snapshot(SnapshotId=snapshot_id)

    aws.ec2(clock_ahead_seconds=2 * DAY + HOUR)

    assert state(ec2) == ["expired"]
    ec2.delete_snapshot(SnapshotId=snapshot_id)


def test_in_compliance_mode_a_lock_can_be_taken_back_only_while_it_cools_off(
    aws: LocalAws, ec2: EC2Client, snapshot_id: str, refused: Refused
) -> None:
    """Not deleted in that time either."""
    ec2.lock_snapshot(SnapshotId=snapshot_id, LockMode="compliance", LockDuration=9, CoolOffPeriod=3)
    assert state(ec2) == ["compliance-cooloff"]
    with refused("SnapshotLocked"):
        ec2.delete_snapshot(SnapshotId=snapshot_id)
    ec2.unlock_snapshot(SnapshotId=snapshot_id)
    ec2.lock_snapshot(SnapshotId=snapshot_id, LockMode="compliance", LockDuration=9, CoolOffPeriod=3)

    aws.ec2(clock_ahead_seconds=4 * HOUR)

    assert state(ec2) == ["compliance"]
    with refused("OperationNotPermitted", snapshot_id):
        ec2.unlock_snapshot(SnapshotId=snapshot_id)


@pytest.mark.parametrize(
    "change",
    [
        {"LockMode": "governance", "LockDuration": 20},
        {"LockMode": "compliance", "LockDuration": 8},
        {"LockMode": "compliance", "LockDuration": 20, "CoolOffPeriod": 1},
    ],
)
def test_a_lock_in_compliance_mode_can_only_be_extended(
    ec2: EC2Client, snapshot_id: str, refused: Refused, change: dict[str, Any]
) -> None:
    """Its mode stays, and it takes no cooling-off period any more."""
    ec2.lock_snapshot(SnapshotId=snapshot_id, LockMode="compliance", LockDuration=9)
    with refused("OperationNotPermitted", "can only be extended"):
        ec2.lock_snapshot(SnapshotId=snapshot_id, **change)

    longer = ec2.lock_snapshot(SnapshotId=snapshot_id, LockMode="compliance", LockDuration=20)

    assert longer["LockExpiresOn"] - longer["LockCreatedOn"] == timedelta(days=20)


def test_a_lock_in_governance_mode_can_be_changed_in_every_way(ec2: EC2Client, snapshot_id: str) -> None:
    """Also to compliance, and to a shorter time."""
    ec2.lock_snapshot(SnapshotId=snapshot_id, LockMode="governance", LockDuration=9)
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)

    changed = ec2.lock_snapshot(SnapshotId=snapshot_id, LockMode="compliance", ExpirationDate=until)

    assert (changed["LockState"], changed["LockExpiresOn"]) == ("compliance", until)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"LockMode": "governance"}, "MissingParameter"),
        ({"LockMode": "governance", "LockDuration": 1, "CoolOffPeriod": 1}, "InvalidParameterValue"),
        ({"LockMode": "compliance", "LockDuration": 1, "CoolOffPeriod": 73}, "InvalidParameterValue"),
        ({"LockMode": "compliance", "LockDuration": 36501}, "InvalidParameterValue"),
        ({"LockMode": "compliance", "ExpirationDate": datetime(2020, 1, 1, tzinfo=UTC)}, "InvalidParameterValue"),
        ({"LockMode": "other", "LockDuration": 1}, "InvalidParameterValue"),
    ],
)
def test_a_wrong_lock_is_refused(
    ec2: EC2Client, snapshot_id: str, refused: Refused, arguments: dict[str, Any], code: str
) -> None:
    """And the snapshot stays unlocked."""
    with refused(code):
        ec2.lock_snapshot(SnapshotId=snapshot_id, **arguments)

    assert state(ec2) == []


def test_the_duration_of_a_lock_begins_when_the_snapshot_is_completed(
    aws: LocalAws, ec2: EC2Client, instance: str
) -> None:
    """The lock itself begins at once."""
    aws.hold_next_image()
    image_id = ec2.create_image(InstanceId=instance, Name="front-1", NoReboot=True)["ImageId"]
    snapshot_id = ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"][0]["SnapshotId"]
    pending = ec2.lock_snapshot(SnapshotId=snapshot_id, LockMode="governance", LockDuration=1)
    assert "LockDurationStartTime" not in pending

    aws.ec2(clock_ahead_seconds=5 * DAY)
    assert state(ec2) == ["governance"]
    aws.finish_image(image_id)

    started = ec2.describe_locked_snapshots(SnapshotIds=[snapshot_id])["Snapshots"][0]["LockDurationStartTime"]
    assert started - pending["LockCreatedOn"] >= timedelta(days=5)
    assert state(ec2) == ["governance"]


def test_a_snapshot_that_fails_loses_its_lock(aws: LocalAws, ec2: EC2Client, instance: str, refused: Refused) -> None:
    """And can't be locked again."""
    aws.hold_next_image()
    image_id = ec2.create_image(InstanceId=instance, Name="front-1", NoReboot=True)["ImageId"]
    snapshot_id = ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"][0]["SnapshotId"]
    ec2.lock_snapshot(SnapshotId=snapshot_id, LockMode="compliance", LockDuration=9)

    aws.finish_image(image_id, "failed", "no")

    assert state(ec2) == []
    with refused("IncorrectState", snapshot_id):
        ec2.lock_snapshot(SnapshotId=snapshot_id, LockMode="compliance", LockDuration=9)


def test_an_image_with_a_locked_snapshot_is_deregistered_without_it(ec2: EC2Client, instance: str) -> None:
    """The others are deleted."""
    image_id = ec2.create_image(InstanceId=instance, Name="front-1", NoReboot=True)["ImageId"]
    first, *others = [one["SnapshotId"] for one in ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]]
    ec2.lock_snapshot(SnapshotId=first, LockMode="governance", LockDuration=1)

    results = ec2.deregister_image(ImageId=image_id, DeleteAssociatedSnapshots=True)["DeleteSnapshotResults"]

    codes = {one["SnapshotId"]: one["ReturnCode"] for one in results}
    assert codes == {first: "client-error", **dict.fromkeys(others, "success")}
    assert [one["SnapshotId"] for one in ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]] == [first]


def test_locks_are_found_by_state_and_come_in_pages(ec2: EC2Client, snapshot_id: str, refused: Refused) -> None:
    """At least five a page."""
    ec2.lock_snapshot(SnapshotId=snapshot_id, LockMode="governance", LockDuration=1)

    def ids(value: str) -> list[str]:
        found = ec2.describe_locked_snapshots(Filters=[{"Name": "lock-state", "Values": [value]}])["Snapshots"]
        return [one["SnapshotId"] for one in found]

    assert (ids("gov*"), ids("compliance")) == ([snapshot_id], [])
    assert len(ec2.describe_locked_snapshots(MaxResults=5)["Snapshots"]) == 1
    with refused("InvalidParameterValue", "The filter 'owner-id' is invalid"):
        ec2.describe_locked_snapshots(Filters=[{"Name": "owner-id", "Values": ["1"]}])
    with pytest.raises(ClientError, match="does not exist"):
        ec2.describe_locked_snapshots(SnapshotIds=["snap-12345678"])
