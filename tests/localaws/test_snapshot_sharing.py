"""Snapshots that are shared: in which forms, which can't be, and what another account can do with one."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from .conftest import OTHER

Refused = Callable[..., AbstractContextManager[None]]
ZONE = "ap-northeast-2a"


@pytest.fixture
def snapshot_id(ec2: EC2Client) -> str:
    """Take a snapshot of a volume of 3 GiB."""
    volume = ec2.create_volume(AvailabilityZone=ZONE, Size=3)["VolumeId"]
    return ec2.create_snapshot(VolumeId=volume)["SnapshotId"]


def permissions(ec2: EC2Client, snapshot_id: str) -> list[Any]:
    """Give who may use the snapshot."""
    answer = ec2.describe_snapshot_attribute(SnapshotId=snapshot_id, Attribute="createVolumePermission")
    return list(answer["CreateVolumePermissions"])


def ids(ec2: EC2Client, **arguments: Any) -> list[str]:  # noqa: ANN401 - of boto3
    """Give the ids of the snapshots that are found."""
    return [one["SnapshotId"] for one in ec2.describe_snapshots(**arguments)["Snapshots"]]


BOTH = [{"Group": "all"}, {"UserId": OTHER}]


@pytest.mark.parametrize(
    ("add", "remove"),
    [
        ({"CreateVolumePermission": {"Add": BOTH}}, {"CreateVolumePermission": {"Remove": BOTH[:1]}}),
        (
            {"OperationType": "add", "UserIds": [OTHER], "GroupNames": ["all"]},
            {"OperationType": "remove", "GroupNames": ["all"]},
        ),
    ],
)
def test_permissions_are_added_and_removed_in_both_forms_of_the_call(
    ec2: EC2Client, snapshot_id: str, add: dict[str, Any], remove: dict[str, Any]
) -> None:
    """That of current SDKs and of the provider, and the older one; a reset takes all that is left."""
    ec2.modify_snapshot_attribute(SnapshotId=snapshot_id, Attribute="createVolumePermission", **add)
    assert permissions(ec2, snapshot_id) == BOTH

    ec2.modify_snapshot_attribute(SnapshotId=snapshot_id, Attribute="createVolumePermission", **remove)
    assert permissions(ec2, snapshot_id) == [{"UserId": OTHER}]

    ec2.reset_snapshot_attribute(SnapshotId=snapshot_id, Attribute="createVolumePermission")
    assert permissions(ec2, snapshot_id) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"CreateVolumePermission": {"Add": BOTH[:1], "Remove": BOTH[1:]}}, "InvalidParameterCombination"),
        ({"CreateVolumePermission": {"Add": [{"UserId": "1"}]}}, "InvalidAMIAttributeItemValue"),
        ({"OperationType": "add"}, "InvalidParameterValue"),
        ({"UserIds": [OTHER]}, "MissingParameter"),
        ({"CreateVolumePermission": {"Add": [{"UserId": f"{n:012}"} for n in range(501)]}}, "InvalidParameterValue"),
    ],
)
def test_a_wrong_change_is_refused_and_changes_nothing(
    ec2: EC2Client, snapshot_id: str, refused: Refused, change: dict[str, Any], code: str
) -> None:
    """Up to 500 permissions a call, added or removed."""
    with refused(code):
        ec2.modify_snapshot_attribute(SnapshotId=snapshot_id, **change)

    assert permissions(ec2, snapshot_id) == []


def test_another_account_finds_a_shared_snapshot_and_uses_it(
    ec2: EC2Client, other: EC2Client, snapshot_id: str, refused: Refused
) -> None:
    """For volumes, images and copies; before that it finds nothing by its id."""
    assert ids(other) == ids(other, SnapshotIds=[snapshot_id]) == []
    with refused("InvalidSnapshot.NotFound", snapshot_id):
        other.create_volume(AvailabilityZone=ZONE, SnapshotId=snapshot_id)

    ec2.modify_snapshot_attribute(SnapshotId=snapshot_id, OperationType="add", UserIds=[OTHER])

    assert ids(other) == ids(other, SnapshotIds=[snapshot_id]) == ids(other, OwnerIds=["123456789012"]) == [snapshot_id]
    assert ids(other, OwnerIds=["self"]) == []
    volume = other.create_volume(AvailabilityZone=ZONE, SnapshotId=snapshot_id)
    assert (volume["Size"], volume["SnapshotId"]) == (3, snapshot_id)
    other.register_image(
        Name="theirs",
        RootDeviceName="/dev/sda1",
        BlockDeviceMappings=[{"DeviceName": "/dev/sda1", "Ebs": {"SnapshotId": snapshot_id}}],
    )
    copied = other.copy_snapshot(SourceSnapshotId=snapshot_id, SourceRegion="ap-northeast-2")["SnapshotId"]
    assert ids(other, OwnerIds=["self"]) == [copied]
    with refused("InvalidSnapshot.NotFound"):
        other.delete_snapshot(SnapshotId=snapshot_id)


def test_restorable_by_selects_who_may_use_a_snapshot(ec2: EC2Client, other: EC2Client, snapshot_id: str) -> None:
    """Oneself, an account, or everybody."""
    ec2.modify_snapshot_attribute(SnapshotId=snapshot_id, OperationType="add", UserIds=[OTHER])

    assert ids(ec2, RestorableByUserIds=[OTHER]) == ids(other, RestorableByUserIds=["self"]) == [snapshot_id]
    assert ids(ec2, RestorableByUserIds=["all"]) == ids(ec2, RestorableByUserIds=["333333333333"]) == []

    ec2.modify_snapshot_attribute(SnapshotId=snapshot_id, OperationType="add", GroupNames=["all"])
    assert ids(ec2, RestorableByUserIds=["all"]) == [snapshot_id]


def test_a_snapshot_under_aws_s_own_key_is_not_shared(ec2: EC2Client, refused: Refused) -> None:
    """Nobody else could use it; removing permissions it never had does no harm."""
    volume = ec2.create_volume(AvailabilityZone=ZONE, Size=1, Encrypted=True)["VolumeId"]
    snapshot_id = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]

    with refused("OperationNotPermitted", "default key"):
        ec2.modify_snapshot_attribute(SnapshotId=snapshot_id, OperationType="add", UserIds=[OTHER])

    ec2.modify_snapshot_attribute(SnapshotId=snapshot_id, OperationType="remove", UserIds=[OTHER])


def test_a_snapshot_under_a_key_of_the_account_is_shared_but_not_public(
    aws: LocalAws, ec2: EC2Client, refused: Refused
) -> None:
    """The key can be shared too."""
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    volume = ec2.create_volume(AvailabilityZone=ZONE, Size=1, Encrypted=True, KmsKeyId=key)["VolumeId"]
    snapshot_id = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    ec2.modify_snapshot_attribute(SnapshotId=snapshot_id, OperationType="add", UserIds=[OTHER])

    with refused("OperationNotPermitted", "public"):
        ec2.modify_snapshot_attribute(SnapshotId=snapshot_id, OperationType="add", GroupNames=["all"])

    assert permissions(ec2, snapshot_id) == [{"UserId": OTHER}]


def test_an_archived_snapshot_is_not_shared(ec2: EC2Client, snapshot_id: str, refused: Refused) -> None:
    """It has to be restored first."""
    ec2.modify_snapshot_tier(SnapshotId=snapshot_id, StorageTier="archive")

    with refused("IncorrectState", snapshot_id):
        ec2.modify_snapshot_attribute(SnapshotId=snapshot_id, OperationType="add", UserIds=[OTHER])
