"""Which snapshots are taken for those that CreateImage made for an image."""

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.aws.snapshots import made_for, snapshots_made_for
from snapnames.testing.localaws.server import REGION

from tests.account import launch, snapshot_ids

IMAGE = "ami-0123456789abcdef0"
CREATED = f"Created by CreateImage(i-0123456789abcdef0) for {IMAGE}"


@pytest.mark.parametrize("description", [CREATED, f"{CREATED} from vol-0123456789abcdef0"])
def test_a_snapshot_whose_description_is_as_ec2_writes_it_is_of_that_image(description: str) -> None:
    """Older ones name the volume."""
    assert made_for(description, "vol-0123456789abcdef0") == IMAGE


@pytest.mark.parametrize(
    "description",
    [f"{CREATED}, copied", f"Created by CreateImage(i-1) for {IMAGE}, copied", f"old: {CREATED}", f"{CREATED}0 x", ""],
)
def test_a_snapshot_with_any_other_description_is_of_no_image(description: str) -> None:
    """A person wrote it."""
    assert made_for(description, "vol-0123456789abcdef0") is None


def test_a_backup_that_keeps_the_description_and_one_with_a_longer_one_are_not_an_images_own(ec2: EC2Client) -> None:
    """EC2 finds both by the image's id."""
    source = launch(ec2)
    image_id = ec2.create_image(InstanceId=source, Name="web-1", NoReboot=True)["ImageId"]
    own = snapshot_ids(ec2)
    description = f"Created by CreateImage({source}) for {image_id}"
    ec2.copy_snapshot(SourceRegion=REGION, SourceSnapshotId=min(own), Description=description)
    volume = ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=1)["VolumeId"]
    ec2.create_snapshot(VolumeId=volume, Description=f"{description}, copied")

    found = snapshots_made_for(ec2, [image_id])

    assert {snapshot.snapshot_id for snapshot in found[image_id]} == own
