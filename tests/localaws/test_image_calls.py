"""The other calls about images: describe, deregister, change, deprecate, register, copy."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

Refused = Callable[..., AbstractContextManager[None]]


def image_of(ec2: EC2Client, image_id: str) -> dict[str, Any]:
    """Describe one image."""
    return dict(ec2.describe_images(ImageIds=[image_id])["Images"][0])


def snapshots_of(ec2: EC2Client, image_id: str) -> list[str]:
    """Give the ids of an image's snapshots."""
    mappings = image_of(ec2, image_id)["BlockDeviceMappings"]
    return [mapping["Ebs"]["SnapshotId"] for mapping in mappings if "Ebs" in mapping]


def names(ec2: EC2Client, **filters: str) -> list[str]:
    """Give the names of the account's images that pass filters; `_` stands for `-` in a filter's name."""
    wanted: Any = [{"Name": name.replace("_", "-"), "Values": [value]} for name, value in filters.items()]
    return sorted(image["Name"] for image in ec2.describe_images(Owners=["self"], Filters=wanted)["Images"])


def test_ids_owners_and_filters_apply_together(ec2: EC2Client, instance: str, public_image: str) -> None:
    """Row 25."""
    image_id = ec2.create_image(InstanceId=instance, Name="front-1")["ImageId"]
    both = [image_id, public_image]

    own = ec2.describe_images(ImageIds=both, Owners=["self"])["Images"]
    other = ec2.describe_images(ImageIds=both, Filters=[{"Name": "name", "Values": ["front-2"]}])["Images"]

    assert [image["ImageId"] for image in own] == [image_id]
    assert other == []
    assert len(ec2.describe_images(ImageIds=both)["Images"]) == 2


def test_every_unknown_id_is_listed(ec2: EC2Client, instance: str, refused: Refused) -> None:
    """Row 26: beside a known one too."""
    image_id = ec2.create_image(InstanceId=instance, Name="front-1")["ImageId"]

    with refused("InvalidAMIID.NotFound", "The image id '[ami-12345678]' does not exist"):
        ec2.describe_images(ImageIds=[image_id, "ami-12345678"])
    with refused("InvalidAMIID.NotFound", "The image ids '[ami-12345678, ami-12345679]' do not exist"):
        ec2.describe_images(ImageIds=["ami-12345678", image_id, "ami-12345679"])
    with refused("InvalidAMIID.Malformed", 'Invalid id: "foo" (expecting "ami-...")'):
        ec2.describe_images(ImageIds=[image_id, "foo"])


def test_a_deregistered_image_is_not_found(ec2: EC2Client, instance: str, refused: Refused) -> None:
    """Row 26."""
    image_id = ec2.create_image(InstanceId=instance, Name="front-1")["ImageId"]
    ec2.deregister_image(ImageId=image_id)

    with refused("InvalidAMIID.NotFound", image_id):
        ec2.describe_images(ImageIds=[image_id])
    with refused("InvalidAMIID.Unavailable", f"The image id '[{image_id}]' is no longer available"):
        ec2.deregister_image(ImageId=image_id)


def test_a_deregistered_image_can_give_an_empty_result_for_a_time(
    aws: LocalAws, ec2: EC2Client, instance: str, refused: Refused
) -> None:
    """Row 26: as EC2's eventual consistency does."""
    aws.settings(forget_seconds=60)
    image_id = ec2.create_image(InstanceId=instance, Name="front-1")["ImageId"]
    ec2.deregister_image(ImageId=image_id)

    assert ec2.describe_images(ImageIds=[image_id])["Images"] == []

    aws.settings(forget_seconds=0)
    with refused("InvalidAMIID.NotFound", image_id):
        ec2.describe_images(ImageIds=[image_id])


def test_deregistering_leaves_the_snapshots_and_takes_the_image_s_tags(ec2: EC2Client, instance: str) -> None:
    """Rows 13 and 15: the snapshots can be deleted now."""
    image_id = ec2.create_image(InstanceId=instance, Name="front-1")["ImageId"]
    ids = snapshots_of(ec2, image_id)
    ec2.create_tags(Resources=[image_id, *ids], Tags=[{"Key": "Name", "Value": "x"}])

    ec2.deregister_image(ImageId=image_id)

    assert {tag["ResourceId"] for tag in ec2.describe_tags()["Tags"]} == set(ids)
    for snapshot_id in ids:
        ec2.delete_snapshot(SnapshotId=snapshot_id)
    assert ec2.describe_tags()["Tags"] == []


def test_deregistering_can_take_the_snapshots_along(ec2: EC2Client, instance: str) -> None:
    """Row 21: all but one that another image needs."""
    first = ec2.create_image(InstanceId=instance, Name="front-1")["ImageId"]
    root, *others = snapshots_of(ec2, first)
    second = ec2.register_image(
        Name="front-2",
        RootDeviceName="/dev/sda1",
        BlockDeviceMappings=[{"DeviceName": "/dev/sda1", "Ebs": {"SnapshotId": root}}],
    )["ImageId"]

    answer = ec2.deregister_image(ImageId=first, DeleteAssociatedSnapshots=True)

    results = {one["SnapshotId"]: one["ReturnCode"] for one in answer["DeleteSnapshotResults"]}
    assert results == {root: "skipped", **dict.fromkeys(others, "success")}
    assert [one["SnapshotId"] for one in ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]] == [root]
    assert snapshots_of(ec2, second) == [root]


def test_a_description_can_be_changed(ec2: EC2Client, instance: str) -> None:
    """Row 22: in both ways that the API has."""
    image_id = ec2.create_image(InstanceId=instance, Name="front-1", Description="old")["ImageId"]

    ec2.modify_image_attribute(ImageId=image_id, Description={"Value": "new"})
    assert image_of(ec2, image_id)["Description"] == "new"

    ec2.modify_image_attribute(ImageId=image_id, Attribute="description", Value="newer")
    assert image_of(ec2, image_id)["Description"] == "newer"


def test_deprecation_is_set_and_taken_away(ec2: EC2Client, instance: str) -> None:
    """Row 23: its owner still sees the image."""
    image_id = ec2.create_image(InstanceId=instance, Name="front-1")["ImageId"]

    ec2.enable_image_deprecation(ImageId=image_id, DeprecateAt=datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC))
    assert image_of(ec2, image_id)["DeprecationTime"] == "2030-01-02T03:04:00.000Z"
    assert names(ec2) == ["front-1"]

    ec2.disable_image_deprecation(ImageId=image_id)
    assert "DeprecationTime" not in image_of(ec2, image_id)


def test_a_disabled_image_launches_nothing_until_it_is_enabled(ec2: EC2Client, instance: str, refused: Refused) -> None:
    """It is shown, with its state, only to who asks for disabled ones."""
    image_id = ec2.create_image(InstanceId=instance, Name="front-1")["ImageId"]
    ec2.disable_image(ImageId=image_id)
    asked_for = ec2.describe_images(Owners=["self"], IncludeDisabled=True)["Images"]
    assert [(image["ImageId"], image["State"]) for image in asked_for] == [(image_id, "disabled")]
    assert names(ec2) == []
    with refused("InvalidAMIID.Unavailable"):
        ec2.run_instances(ImageId=image_id, MinCount=1, MaxCount=1)

    ec2.enable_image(ImageId=image_id)

    ec2.run_instances(ImageId=image_id, MinCount=1, MaxCount=1)


def test_images_are_found_by_their_mappings_and_sources(ec2: EC2Client, instance: str, public_image: str) -> None:
    """Row 24."""
    image_id = ec2.create_image(InstanceId=instance, Name="front-1")["ImageId"]
    ec2.create_image(
        InstanceId=instance, Name="back-1", BlockDeviceMappings=[{"DeviceName": "/dev/sdf", "NoDevice": ""}]
    )
    copied = ec2.copy_image(Name="copy-1", SourceImageId=image_id, SourceRegion="ap-northeast-2")["ImageId"]
    snapshot = snapshots_of(ec2, image_id)[0]

    assert names(ec2, **{"block_device_mapping.snapshot-id": snapshot}) == ["front-1"]
    assert names(ec2, **{"block_device_mapping.volume-size": "20"}) == ["copy-1", "front-1"]
    assert names(ec2, **{"block_device_mapping.device-name": "/dev/sdf"}) == ["copy-1", "front-1"]
    assert names(ec2, **{"block_device_mapping.volume-type": "gp?"}) == ["back-1", "copy-1", "front-1"]
    assert names(ec2, **{"block_device_mapping.encrypted": "true"}) == ["back-1", "copy-1", "front-1"]
    assert names(ec2, **{"block_device_mapping.delete-on-termination": "false"}) == ["copy-1", "front-1"]
    assert names(ec2, source_image_id=image_id) == ["copy-1"]
    assert names(ec2, source_image_id=public_image) == ["back-1", "front-1"]
    assert names(ec2, source_image_region="ap-*") == ["back-1", "copy-1", "front-1"]
    assert names(ec2, source_instance_id=instance) == ["back-1", "front-1"]
    assert names(ec2, name="*-1", root_device_type="ebs", state="available") == ["back-1", "copy-1", "front-1"]
    assert names(ec2, name="FRONT-1") == []
    assert image_of(ec2, copied)["SourceImageId"] == image_id


def test_images_are_found_by_their_tags(ec2: EC2Client, instance: str) -> None:
    """By key, value, both, and with a wildcard."""
    for name in ("front-1", "front-2"):
        image_id = ec2.create_image(InstanceId=instance, Name=name)["ImageId"]
        ec2.create_tags(Resources=[image_id], Tags=[{"Key": "Release", "Value": name}])

    assert names(ec2, **{"tag:Release": "front-*"}) == ["front-1", "front-2"]
    assert names(ec2, **{"tag:Release": "front-1"}) == ["front-1"]
    assert names(ec2, tag_key="Release") == ["front-1", "front-2"]
    assert names(ec2, tag_value="front-2") == ["front-2"]


def test_a_filter_that_ec2_has_not_is_refused(ec2: EC2Client, refused: Refused) -> None:
    """The bad beside the good."""
    with refused("InvalidParameterValue", "The filter 'colour' is invalid"):
        ec2.describe_images(Filters=[{"Name": "colour", "Values": ["red"]}])


def test_images_come_in_pages(ec2: EC2Client, instance: str, refused: Refused) -> None:
    """A token leads to the next page, and a wrong one nowhere."""
    for number in range(5):
        ec2.create_image(InstanceId=instance, Name=f"front-{number}")

    pages = list(ec2.get_paginator("describe_images").paginate(Owners=["self"], PaginationConfig={"PageSize": 2}))

    assert [len(page["Images"]) for page in pages] == [2, 2, 1]
    assert [image["Name"] for page in pages for image in page["Images"]] == [f"front-{number}" for number in range(5)]
    with refused("InvalidParameterValue", "pagination token"):
        ec2.describe_images(NextToken="elsewhere")


def test_a_copy_has_snapshots_of_its_own(aws: LocalAws, ec2: EC2Client, instance: str) -> None:
    """In another region; tags stay behind unless given."""
    image_id = ec2.create_image(InstanceId=instance, Name="front-1")["ImageId"]
    other = aws.client("ec2", "us-west-2")

    copied = other.copy_image(
        Name="front-1",
        SourceImageId=image_id,
        SourceRegion="ap-northeast-2",
        TagSpecifications=[{"ResourceType": "snapshot", "Tags": [{"Key": "Of", "Value": "copy"}]}],
    )["ImageId"]

    found = other.describe_snapshots(OwnerIds=["self"])["Snapshots"]
    assert sorted(one["SnapshotId"] for one in found) == sorted(snapshots_of(other, copied))
    assert {one["Description"].split(" for SourceSnapshot")[0] for one in found} == {
        f"Copied for DestinationAmi {copied} from SourceAmi {image_id}"
    }
    assert {tag["Value"] for one in found for tag in one["Tags"]} == {"copy"}
    assert image_of(other, copied)["RootDeviceName"] == "/dev/sda1"


def test_an_image_is_registered_from_a_snapshot(ec2: EC2Client, instance: str, refused: Refused) -> None:
    """With the mappings it is given; without a root mapping there is nothing to boot from."""
    first = ec2.create_image(InstanceId=instance, Name="front-1")["ImageId"]
    root = snapshots_of(ec2, first)[0]

    image_id = ec2.register_image(
        Name="front-2",
        RootDeviceName="/dev/xvda",
        Architecture="arm64",
        VirtualizationType="hvm",
        BlockDeviceMappings=[
            {"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": root, "VolumeSize": 9}},
            {"DeviceName": "/dev/sdb", "VirtualName": "ephemeral0"},
        ],
    )["ImageId"]

    image = image_of(ec2, image_id)
    assert (image["RootDeviceName"], image["RootDeviceType"], image["Architecture"]) == ("/dev/xvda", "ebs", "arm64")
    assert image["BlockDeviceMappings"] == [
        {"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": root, "VolumeSize": 9}},
        {"DeviceName": "/dev/sdb", "VirtualName": "ephemeral0"},
    ]
    with refused("InvalidParameterValue", "root device /dev/sda1"):
        ec2.register_image(Name="front-3")


@pytest.mark.parametrize("call", ["describe_image_attribute", "modify_image_attribute"])
def test_attributes_of_an_unknown_image_are_refused(ec2: EC2Client, refused: Refused, call: str) -> None:
    """Where moto fails with HTTP 500."""
    with refused("InvalidAMIID.NotFound"):
        getattr(ec2, call)(ImageId="ami-12345678", Attribute="description")
