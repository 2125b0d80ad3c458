"""Fast snapshot restores, EC2 Fast Launch, and answers that begin with an empty page."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

Refused = Callable[..., AbstractContextManager[None]]
ZONES = ["ap-northeast-2a", "ap-northeast-2b"]


def restores(ec2: EC2Client, snapshot_id: str) -> list[tuple[str, str]]:
    """Zone and state of the fast restores of a snapshot."""
    found = ec2.describe_fast_snapshot_restores(Filters=[{"Name": "snapshot-id", "Values": [snapshot_id]}])
    return [(one["AvailabilityZone"], one["State"]) for one in found["FastSnapshotRestores"]]


def snapshot(ec2: EC2Client) -> str:
    """Make a snapshot of a volume."""
    volume = ec2.create_volume(Size=1, AvailabilityZone=ZONES[0])["VolumeId"]
    return ec2.create_snapshot(VolumeId=volume)["SnapshotId"]


def test_fast_restores_are_listed_by_zone_until_they_are_switched_off_or_the_snapshot_goes(ec2: EC2Client) -> None:
    """docs.aws.amazon.com/ebs/latest/userguide/ebs-fast-snapshot-restore.html: they end with it."""
    first, second = snapshot(ec2), snapshot(ec2)

    ec2.enable_fast_snapshot_restores(SourceSnapshotIds=[first, second], AvailabilityZones=ZONES)
    listed = restores(ec2, first)
    ec2.disable_fast_snapshot_restores(SourceSnapshotIds=[first], AvailabilityZones=ZONES[:1])
    ec2.delete_snapshot(SnapshotId=second)

    assert listed == [(zone, "enabled") for zone in ZONES]
    assert restores(ec2, first) == [(ZONES[1], "enabled")]
    assert restores(ec2, second) == []


def test_fast_launch_is_listed_for_the_images_that_have_it(ec2: EC2Client, instance: str, refused: Refused) -> None:
    """All of them, or those that are asked for. An image that is not there can't have it."""
    one, other = (
        ec2.create_image(InstanceId=instance, Name=f"web-{number}", NoReboot=True)["ImageId"] for number in (1, 2)
    )

    ec2.enable_fast_launch(ImageId=one)

    assert [found["ImageId"] for found in ec2.describe_fast_launch_images()["FastLaunchImages"]] == [one]
    assert ec2.describe_fast_launch_images(ImageIds=[other])["FastLaunchImages"] == []
    ec2.disable_fast_launch(ImageId=one)
    assert ec2.describe_fast_launch_images()["FastLaunchImages"] == []
    with refused("InvalidAMIID.NotFound"):
        ec2.enable_fast_launch(ImageId="ami-0123456789abcdef0")


def test_an_answer_can_begin_with_an_empty_page(aws: LocalAws, ec2: EC2Client) -> None:
    """What there is comes with the token of that page."""
    made = snapshot(ec2)
    aws.ec2(empty_first_pages=True)

    first = ec2.describe_snapshots(OwnerIds=["self"])
    second = ec2.describe_snapshots(OwnerIds=["self"], NextToken=first["NextToken"])

    assert first["Snapshots"] == []
    assert [one["SnapshotId"] for one in second["Snapshots"]] == [made]
    assert "NextToken" not in second
