"""What CreateImage makes of an instance."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from mypy_boto3_ec2 import EC2Client
from mypy_boto3_ec2.literals import ResourceTypeType
from mypy_boto3_ec2.type_defs import EbsBlockDeviceTypeDef, FilterTypeDef
from snapnames.testing.localaws.server import LocalAws

Refused = Callable[..., AbstractContextManager[None]]


def image_of(ec2: EC2Client, image_id: str) -> dict[str, Any]:
    """Describe one image."""
    return dict(ec2.describe_images(ImageIds=[image_id])["Images"][0])


def mappings_of(ec2: EC2Client, image_id: str) -> dict[str, dict[str, Any]]:
    """Give an image's mappings by device, without their snapshot ids."""
    found = {}
    for mapping in image_of(ec2, image_id)["BlockDeviceMappings"]:
        mapping.get("Ebs", {}).pop("SnapshotId", None)
        found[mapping.pop("DeviceName")] = mapping
    return found


def volumes_of(ec2: EC2Client, instance_id: str) -> dict[str, str]:
    """Give an instance's volume ids by device."""
    described = ec2.describe_instances(InstanceIds=[instance_id])["Reservations"][0]["Instances"][0]
    return {mapping["DeviceName"]: mapping["Ebs"]["VolumeId"] for mapping in described["BlockDeviceMappings"]}


def test_an_image_has_one_mapping_for_each_volume_and_each_instance_store_volume(ec2: EC2Client, instance: str) -> None:
    """Rows 1 and 2: size, type, speed, encryption and flag are those of the volume and its attachment."""
    image_id = ec2.create_image(InstanceId=instance, Name="front-1")["ImageId"]

    assert mappings_of(ec2, image_id) == {
        "/dev/sda1": {
            "Ebs": {
                "DeleteOnTermination": True,
                "Encrypted": False,
                "Iops": 3000,
                "Throughput": 125,
                "VolumeSize": 8,
                "VolumeType": "gp3",
            }
        },
        "/dev/sdf": {
            "Ebs": {
                "DeleteOnTermination": False,
                "Encrypted": False,
                "Iops": 4000,
                "Throughput": 200,
                "VolumeSize": 20,
                "VolumeType": "gp3",
            }
        },
        "/dev/sdg": {
            "Ebs": {"DeleteOnTermination": True, "Encrypted": True, "VolumeSize": 50, "VolumeType": "gp2"},
        },
        "/dev/sdb": {"VirtualName": "ephemeral0"},
    }


def test_each_snapshot_is_of_the_volume_at_its_device(ec2: EC2Client, instance: str) -> None:
    """Row 1: the volume exists, and the description names instance and image."""
    image_id = ec2.create_image(InstanceId=instance, Name="front-1")["ImageId"]

    mappings = image_of(ec2, image_id)["BlockDeviceMappings"]
    snapshots = {one["SnapshotId"]: one for one in ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]}
    by_device = {one["DeviceName"]: snapshots[one["Ebs"]["SnapshotId"]] for one in mappings if "Ebs" in one}
    assert {device: one["VolumeId"] for device, one in by_device.items()} == volumes_of(ec2, instance)
    assert {one["Description"] for one in snapshots.values()} == {f"Created by CreateImage({instance}) for {image_id}"}
    assert len(snapshots) == 3


def test_a_volume_attached_after_the_launch_is_in_the_image(ec2: EC2Client, instance: str) -> None:
    """Row 1: what counts is what is attached now."""
    zone = ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]["Placement"]
    volume = ec2.create_volume(AvailabilityZone=zone["AvailabilityZone"], Size=5, VolumeType="gp3")["VolumeId"]
    ec2.attach_volume(VolumeId=volume, InstanceId=instance, Device="/dev/sdh")
    detached = volumes_of(ec2, instance)["/dev/sdf"]
    ec2.detach_volume(VolumeId=detached)

    image_id = ec2.create_image(InstanceId=instance, Name="front-1")["ImageId"]

    assert sorted(mappings_of(ec2, image_id)) == ["/dev/sda1", "/dev/sdb", "/dev/sdg", "/dev/sdh"]


def test_a_volume_that_grows_later_leaves_the_snapshot_its_size(ec2: EC2Client, instance: str) -> None:
    """A snapshot keeps the size that its volume had."""
    ec2.create_image(InstanceId=instance, Name="front-1")
    volume = volumes_of(ec2, instance)["/dev/sdf"]

    ec2.modify_volume(VolumeId=volume, Size=40)

    found = ec2.describe_snapshots(Filters=[{"Name": "volume-id", "Values": [volume]}])["Snapshots"]
    assert [one["VolumeSize"] for one in found] == [20]


def test_the_root_is_first_and_the_others_are_not_sorted(ec2: EC2Client, instance: str) -> None:
    """EC2 promises no order, so nobody may rely on sorted devices."""
    image_id = ec2.create_image(InstanceId=instance, Name="front-1")["ImageId"]

    devices = [mapping["DeviceName"] for mapping in image_of(ec2, image_id)["BlockDeviceMappings"]]
    assert devices == ["/dev/sda1", "/dev/sdg", "/dev/sdf", "/dev/sdb"]


def test_an_image_inherits_from_its_instance(ec2: EC2Client, instance: str, public_image: str) -> None:
    """Row 9; both the instance and the image that it was launched from are its sources."""
    image_id = ec2.create_image(InstanceId=instance, Name="front-1", Description="first")["ImageId"]

    image = image_of(ec2, image_id)
    for varying in ("BlockDeviceMappings", "CreationDate"):
        image.pop(varying)
    assert image == {
        "Architecture": "x86_64",
        "DeregistrationProtection": "disabled",
        "Description": "first",
        "EnaSupport": True,
        "Hypervisor": "xen",
        "ImageId": image_id,
        "ImageLocation": "123456789012/front-1",
        "ImageType": "machine",
        "Name": "front-1",
        "OwnerId": "123456789012",
        "PlatformDetails": "Linux/UNIX",
        "Public": False,
        "RootDeviceName": "/dev/sda1",
        "RootDeviceType": "ebs",
        "SourceImageId": public_image,
        "SourceImageRegion": "ap-northeast-2",
        "SourceInstanceId": instance,
        "SriovNetSupport": "simple",
        "State": "available",
        "UsageOperation": "RunInstances",
        "VirtualizationType": "hvm",
    }


def test_a_root_device_name_is_inherited_too(ec2: EC2Client) -> None:
    """Row 9: Amazon Linux has its root at /dev/xvda."""
    filters: list[FilterTypeDef] = [
        {"Name": "root-device-name", "Values": ["/dev/xvda"]},
        {"Name": "architecture", "Values": ["x86_64"]},
    ]
    base = ec2.describe_images(Filters=filters)["Images"][0]["ImageId"]
    instance = ec2.run_instances(ImageId=base, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]

    image_id = ec2.create_image(InstanceId=instance, Name="front-1", BootModeOverride="uefi")["ImageId"]

    image = image_of(ec2, image_id)
    assert (image["RootDeviceName"], image["BootMode"]) == ("/dev/xvda", "uefi")
    assert list(mappings_of(ec2, image_id)) == ["/dev/xvda"]


def test_tags_go_onto_the_image_and_onto_every_snapshot(ec2: EC2Client, instance: str) -> None:
    """Row 3."""
    image_id = ec2.create_image(
        InstanceId=instance,
        Name="front-1",
        TagSpecifications=[
            {"ResourceType": "image", "Tags": [{"Key": "Release", "Value": "1"}]},
            {"ResourceType": "snapshot", "Tags": [{"Key": "Of", "Value": "front-1"}]},
        ],
    )["ImageId"]

    assert image_of(ec2, image_id)["Tags"] == [{"Key": "Release", "Value": "1"}]
    snapshots = ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]
    assert [one["Tags"] for one in snapshots] == [[{"Key": "Of", "Value": "front-1"}]] * 3


def test_tags_for_another_resource_type_make_no_image(ec2: EC2Client, instance: str, refused: Refused) -> None:
    """Row 3: only image and snapshot."""
    with refused("InvalidParameterValue", "'volume' is not a valid taggable resource type for this operation."):
        ec2.create_image(
            InstanceId=instance,
            Name="front-1",
            TagSpecifications=[{"ResourceType": "volume", "Tags": [{"Key": "a", "Value": "b"}]}],
        )

    assert ec2.describe_images(Owners=["self"])["Images"] == []
    assert ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"] == []


@pytest.mark.parametrize("kind", ["image", "snapshot"])
def test_a_reserved_tag_makes_no_image(ec2: EC2Client, instance: str, refused: Refused, kind: ResourceTypeType) -> None:
    """Row 6."""
    with refused("InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use"):
        ec2.create_image(
            InstanceId=instance,
            Name="front-1",
            TagSpecifications=[{"ResourceType": kind, "Tags": [{"Key": "aws:mine", "Value": "b"}]}],
        )

    assert ec2.describe_images(Owners=["self"])["Images"] == []


def test_overrides_suppress_change_a_flag_and_add(ec2: EC2Client, instance: str) -> None:
    """Row 4: an added volume without a snapshot has none in the image either."""
    image_id = ec2.create_image(
        InstanceId=instance,
        Name="front-1",
        BlockDeviceMappings=[
            {"DeviceName": "/dev/sdf", "NoDevice": ""},
            {"DeviceName": "/dev/sdg", "Ebs": {"DeleteOnTermination": False}},
            {"DeviceName": "/dev/sdb", "NoDevice": ""},
            {"DeviceName": "/dev/sdc", "VirtualName": "ephemeral1"},
            {"DeviceName": "/dev/sdh", "Ebs": {"VolumeSize": 5}},
        ],
    )["ImageId"]

    mappings = mappings_of(ec2, image_id)
    assert sorted(mappings) == ["/dev/sda1", "/dev/sdc", "/dev/sdg", "/dev/sdh"]
    assert mappings["/dev/sdg"]["Ebs"]["DeleteOnTermination"] is False
    assert mappings["/dev/sdc"] == {"VirtualName": "ephemeral1"}
    empty = next(one for one in image_of(ec2, image_id)["BlockDeviceMappings"] if one["DeviceName"] == "/dev/sdh")
    assert empty["Ebs"] == {"DeleteOnTermination": False, "Encrypted": False, "VolumeSize": 5, "VolumeType": "gp2"}
    assert len(ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]) == 2


@pytest.mark.parametrize("change", [{"VolumeSize": 99}, {"Encrypted": True}, {"SnapshotId": "snap-12345678"}])
def test_an_override_cannot_change_an_attached_volume(
    ec2: EC2Client, instance: str, refused: Refused, change: EbsBlockDeviceTypeDef
) -> None:
    """Row 4."""
    with refused("InvalidBlockDeviceMapping", "/dev/sdf cannot be changed by CreateImage"):
        ec2.create_image(
            InstanceId=instance, Name="front-1", BlockDeviceMappings=[{"DeviceName": "/dev/sdf", "Ebs": change}]
        )


def test_only_an_image_without_no_reboot_restarts_the_instance(aws: LocalAws, ec2: EC2Client, instance: str) -> None:
    """Row 4."""
    ec2.create_image(InstanceId=instance, Name="front-1", NoReboot=True)
    assert aws.reboots() == {}

    ec2.create_image(InstanceId=instance, Name="front-2", NoReboot=False)
    ec2.create_image(InstanceId=instance, Name="front-3")

    assert aws.reboots() == {instance: 2}


def test_a_stopped_instance_is_imaged_and_stays_stopped(aws: LocalAws, ec2: EC2Client, instance: str) -> None:
    """CreateImage takes running and stopped instances."""
    ec2.stop_instances(InstanceIds=[instance])

    ec2.create_image(InstanceId=instance, Name="front-1")

    described = ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
    assert (described["State"]["Name"], aws.reboots()) == ("stopped", {})


def test_an_id_that_is_no_instance_is_refused(ec2: EC2Client, refused: Refused) -> None:
    """Row 8."""
    with refused("InvalidInstanceID.Malformed", 'Invalid id: "foo"'):
        ec2.create_image(InstanceId="foo", Name="front-1")
    with refused("InvalidInstanceID.NotFound", "The instance ID 'i-12345678' does not exist"):
        ec2.create_image(InstanceId="i-12345678", Name="front-1")


def test_a_terminated_instance_is_refused(ec2: EC2Client, instance: str, refused: Refused) -> None:
    """Row 8."""
    ec2.terminate_instances(InstanceIds=[instance])

    with refused("IncorrectInstanceState", instance):
        ec2.create_image(InstanceId=instance, Name="front-1")


def test_an_instance_with_its_root_in_the_instance_store_is_refused(
    ec2: EC2Client, bundled_instance: str, refused: Refused
) -> None:
    """CreateImage takes an EBS root only."""
    described = ec2.describe_instances(InstanceIds=[bundled_instance])["Reservations"][0]["Instances"][0]
    assert described["RootDeviceType"] == "instance-store"

    with refused("InvalidParameterValue", "instance-store root device"):
        ec2.create_image(InstanceId=bundled_instance, Name="front-1")

    assert [image["Name"] for image in ec2.describe_images(Owners=["self"])["Images"]] == ["bundled"]


def test_a_dry_run_makes_nothing(ec2: EC2Client, instance: str, refused: Refused) -> None:
    """The call is only checked."""
    with refused("DryRunOperation"):
        ec2.create_image(InstanceId=instance, Name="front-1", DryRun=True)

    assert ec2.describe_images(Owners=["self"])["Images"] == []
