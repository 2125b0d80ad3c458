"""DeregisterImage with its snapshots: what becomes of each, and what a second call says."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from botocore.exceptions import ClientError
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import ACCESS_KEY, LocalAws

Refused = Callable[..., AbstractContextManager[None]]


def snapshots(ec2: EC2Client) -> list[str]:
    """Give the ids of the account's snapshots, the smallest first."""
    found = ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]
    return [one["SnapshotId"] for one in sorted(found, key=lambda one: one["VolumeSize"])]


def deregister(ec2: EC2Client, image_id: str) -> dict[str, str]:
    """Deregister with the snapshots, and give what became of each."""
    answer = ec2.deregister_image(ImageId=image_id, DeleteAssociatedSnapshots=True)
    assert answer["Return"] is True
    return {one["SnapshotId"]: one["ReturnCode"] for one in answer.get("DeleteSnapshotResults", [])}


@pytest.fixture
def image_id(ec2: EC2Client, instance: str) -> str:
    """Make an image with three snapshots."""
    return ec2.create_image(InstanceId=instance, Name="front-1", NoReboot=True)["ImageId"]


def test_a_snapshot_that_the_caller_may_not_delete_stays(aws: LocalAws, ec2: EC2Client, image_id: str) -> None:
    """The image is deregistered all the same."""
    kept, *others = snapshots(ec2)
    ec2.create_tags(Resources=others, Tags=[{"Key": "stack", "Value": "ours"}])
    ours = {"StringEquals": {"aws:ResourceTag/stack": "ours"}}
    statements = [
        {"Effect": "Allow", "Action": ["ec2:DeregisterImage", "ec2:Describe*"], "Resource": "*"},
        {"Effect": "Allow", "Action": "ec2:DeleteSnapshot", "Resource": "*", "Condition": ours},
    ]
    aws.restrict(ACCESS_KEY, {"Version": "2012-10-17", "Statement": statements})

    assert deregister(ec2, image_id) == {kept: "missing-permissions", **dict.fromkeys(others, "success")}

    assert snapshots(ec2) == [kept]
    deleted = [request["resource"] for request in aws.authorized() if request["action"] == "ec2:DeleteSnapshot"]
    assert sorted(deleted) == sorted(f"arn:aws:ec2:ap-northeast-2::snapshot/{one}" for one in others)


def test_a_snapshot_that_is_gone_does_not_keep_the_image(ec2: EC2Client, image_id: str, instance: str) -> None:
    """An image of an empty volume has no snapshot for it, so nothing is said of that."""
    second = ec2.create_image(
        InstanceId=instance,
        Name="front-2",
        NoReboot=True,
        BlockDeviceMappings=[{"DeviceName": "/dev/sdh", "Ebs": {"VolumeSize": 5}}],
    )["ImageId"]

    assert set(deregister(ec2, second).values()) == {"success"}
    assert len(deregister(ec2, image_id)) == 3
    assert snapshots(ec2) == []


def test_a_second_call_says_that_the_image_is_gone_and_deletes_nothing(
    ec2: EC2Client, image_id: str, refused: Refused
) -> None:
    """Also when the first call left the snapshots."""
    ec2.deregister_image(ImageId=image_id)
    left = snapshots(ec2)

    with refused("InvalidAMIID.Unavailable", image_id):
        ec2.deregister_image(ImageId=image_id, DeleteAssociatedSnapshots=True)

    assert snapshots(ec2) == left


def test_without_the_snapshots_nothing_is_said_of_them(ec2: EC2Client, image_id: str) -> None:
    """And a dry run does nothing."""
    with pytest.raises(ClientError, match="DryRunOperation"):
        ec2.deregister_image(ImageId=image_id, DeleteAssociatedSnapshots=True, DryRun=True)
    assert len(snapshots(ec2)) == 3

    assert "DeleteSnapshotResults" not in ec2.deregister_image(ImageId=image_id)
    assert len(snapshots(ec2)) == 3
