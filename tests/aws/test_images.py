"""What the reader of images makes of what EC2 answers."""

from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.stub import Stubber
from snapnames.aws.images import read_images
from snapnames.rules.image_selection import ImageSelection
from snapnames.rules.images import Holdings, Image
from snapnames.rules.owned_names import OwnedNames, Record, decide
from snapnames.testing.localaws.server import REGION


def read(*described: dict[str, Any]) -> list[Image]:
    """The images of such an answer. The local AWS makes none like these."""
    ec2 = boto3.client("ec2", region_name=REGION, aws_access_key_id="a", aws_secret_access_key="b")
    with Stubber(ec2) as answers:
        answers.add_response("describe_images", {"Images": list(described)})
        return read_images(ec2)


def test_an_image_without_a_name_a_date_or_a_mapping_is_read_like_any_other() -> None:
    """Kernels, RAM disks and the oldest images have no name; some have no date."""
    assert read({"ImageId": "aki-1", "State": "available", "ImageType": "kernel"}) == [
        Image("aki-1", "", datetime(1970, 1, 1, tzinfo=UTC))
    ]


def test_mappings_of_the_instance_store_and_those_that_suppress_a_device_have_no_snapshot() -> None:
    """Nor has a volume that is empty at each launch."""
    [image] = read(
        {
            "ImageId": "ami-1",
            "State": "available",
            "Name": "web-1",
            "BlockDeviceMappings": [
                {"DeviceName": "/dev/sda1", "Ebs": {"SnapshotId": "snap-1"}},
                {"DeviceName": "/dev/sdb", "VirtualName": "ephemeral0"},
                {"DeviceName": "/dev/sdc", "NoDevice": ""},
                {"DeviceName": "/dev/sdd", "Ebs": {"VolumeSize": 8}},
            ],
        }
    )

    assert dict(image.snapshots) == {"/dev/sda1": "snap-1"}


def test_an_image_without_a_name_gives_no_name_to_its_snapshots() -> None:
    """What the pattern makes of nothing is the name of nothing."""
    nameless = Image("ami-1", "", datetime(2010, 1, 1, tzinfo=UTC), snapshots={"/dev/sda1": "snap-1"})

    found = decide(
        Holdings({"ami-1": nameless}, {}),
        Record(),
        stack="me",
        selection=ImageSelection(),
        pattern="{image}({index:03d})",
        overwrite=True,
        now=datetime(2018, 3, 7, tzinfo=UTC),
    )

    assert found == OwnedNames()
