"""What RunInstances makes of an image's mappings and a request's."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import pytest
from mypy_boto3_ec2 import EC2Client
from mypy_boto3_ec2.type_defs import (
    BlockDeviceMappingTypeDef,
    EbsBlockDeviceTypeDef,
    FilterTypeDef,
    TagSpecificationTypeDef,
)

Refused = Callable[..., AbstractContextManager[None]]


def launch(
    ec2: EC2Client, image_id: str, *mappings: BlockDeviceMappingTypeDef, tags: Sequence[TagSpecificationTypeDef] = ()
) -> str:
    """Launch one instance."""
    launched = ec2.run_instances(
        ImageId=image_id, MinCount=1, MaxCount=1, BlockDeviceMappings=list(mappings), TagSpecifications=tags
    )
    return launched["Instances"][0]["InstanceId"]


def volumes(ec2: EC2Client, instance_id: str) -> dict[str, tuple[Any, ...]]:
    """Give size, type, speed, throughput and flag of an instance's volumes by device."""
    described = ec2.describe_instances(InstanceIds=[instance_id])["Reservations"][0]["Instances"][0]
    found = {}
    for mapping in described["BlockDeviceMappings"]:
        one = ec2.describe_volumes(VolumeIds=[mapping["Ebs"]["VolumeId"]])["Volumes"][0]
        facts = (one["Size"], one["VolumeType"], one.get("Iops"), one.get("Throughput"))
        found[mapping["DeviceName"]] = (*facts, mapping["Ebs"]["DeleteOnTermination"])
    return found


def test_a_plain_launch_has_the_root_of_its_image(ec2: EC2Client, public_image: str) -> None:
    """Row 11."""
    instance = launch(ec2, public_image)

    assert volumes(ec2, instance) == {"/dev/sda1": (8, "gp2", None, None, True)}


def test_an_instance_has_its_root_and_its_traits_of_its_image(ec2: EC2Client) -> None:
    """Also an image whose root is not at /dev/sda1."""
    image = ec2.describe_images(Filters=[{"Name": "root-device-name", "Values": ["/dev/xvda"]}])["Images"][0]

    launched = ec2.run_instances(ImageId=image["ImageId"], MinCount=1, MaxCount=1)["Instances"][0]

    described = ec2.describe_instances(InstanceIds=[launched["InstanceId"]])["Reservations"][0]["Instances"][0]
    for trait in ("RootDeviceName", "RootDeviceType", "VirtualizationType", "Architecture"):
        assert described[trait] == image[trait]


def test_more_volumes_don_t_replace_the_root(ec2: EC2Client) -> None:
    """Rows 11 and 31: nor move it away from where the image has it."""
    amazon = ec2.describe_images(Filters=[{"Name": "root-device-name", "Values": ["/dev/xvda"]}])["Images"][0]

    instance = launch(ec2, amazon["ImageId"], {"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 5}})

    assert volumes(ec2, instance) == {
        "/dev/xvda": (8, "gp2", None, None, True),
        "/dev/sdf": (5, "gp2", None, None, False),
    }


def test_a_request_changes_a_volume_of_the_image(ec2: EC2Client, public_image: str) -> None:
    """Rows 10 and 11: flags alone are enough, and speed and throughput count."""
    flags = launch(ec2, public_image, {"DeviceName": "/dev/sda1", "Ebs": {"DeleteOnTermination": False}})
    fast: EbsBlockDeviceTypeDef = {"VolumeSize": 30, "VolumeType": "gp3", "Iops": 6000, "Throughput": 250}
    bigger = launch(ec2, public_image, {"DeviceName": "/dev/sda1", "Ebs": fast})

    assert volumes(ec2, flags) == {"/dev/sda1": (8, "gp2", None, None, False)}
    assert volumes(ec2, bigger) == {"/dev/sda1": (30, "gp3", 6000, 250, True)}


def test_an_instance_launched_from_an_image_of_another_has_all_its_volumes(ec2: EC2Client, instance: str) -> None:
    """Row 11: and instance-store volumes of the image are in the next image again."""
    image_id = ec2.create_image(InstanceId=instance, Name="front-1")["ImageId"]

    second = launch(ec2, image_id, {"DeviceName": "/dev/sdg", "NoDevice": ""})

    assert volumes(ec2, second) == {
        "/dev/sda1": (8, "gp3", 3000, 125, True),
        "/dev/sdf": (20, "gp3", 4000, 200, False),
    }
    again = ec2.create_image(InstanceId=second, Name="front-2")["ImageId"]
    mappings = ec2.describe_images(ImageIds=[again])["Images"][0]["BlockDeviceMappings"]
    assert {mapping["DeviceName"]: mapping.get("VirtualName") for mapping in mappings} == {
        "/dev/sda1": None,
        "/dev/sdf": None,
        "/dev/sdb": "ephemeral0",
    }


def test_an_instance_store_volume_is_not_described(ec2: EC2Client, instance: str) -> None:
    """Row 10: it is taken, remembered for images, and not shown."""
    assert sorted(volumes(ec2, instance)) == ["/dev/sda1", "/dev/sdf", "/dev/sdg"]


def test_a_launched_volume_has_the_snapshot_of_its_mapping(ec2: EC2Client, instance: str) -> None:
    """Row 11."""
    image_id = ec2.create_image(InstanceId=instance, Name="front-1")["ImageId"]
    mappings = ec2.describe_images(ImageIds=[image_id])["Images"][0]["BlockDeviceMappings"]
    expected = {one["Ebs"]["SnapshotId"] for one in mappings if "Ebs" in one}

    second = launch(ec2, image_id)

    attached: FilterTypeDef = {"Name": "attachment.instance-id", "Values": [second]}
    found = ec2.describe_volumes(Filters=[attached])["Volumes"]
    assert {volume["SnapshotId"] for volume in found} == expected
    assert [volume["Encrypted"] for volume in found if volume["Size"] == 50] == [True]


@pytest.mark.parametrize(
    ("mapping", "code", "text"),
    [
        ({"DeviceName": "/dev/sdf"}, "MissingParameter", "ebs"),
        ({"DeviceName": "/dev/sdf", "Ebs": {"VolumeType": "gp3"}}, "MissingParameter", "size or snapshotId"),
        ({"Ebs": {"VolumeSize": 1}}, "MissingParameter", "deviceName"),
        ({"DeviceName": "/dev/sdb", "VirtualName": "swap"}, "InvalidParameterValue", "virtualName"),
        ({"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": 7}}, "InvalidBlockDeviceMapping", "expect size>= 8GB"),
        ({"DeviceName": "/dev/sdf", "Ebs": {"SnapshotId": "snap-12345678"}}, "InvalidSnapshot.NotFound", "snap-1234"),
    ],
)
def test_a_mapping_that_ec2_refuses_launches_nothing(
    ec2: EC2Client, public_image: str, refused: Refused, mapping: BlockDeviceMappingTypeDef, code: str, text: str
) -> None:
    """Row 10: the bad beside the good."""
    with refused(code, text):
        launch(ec2, public_image, mapping)

    assert ec2.describe_instances()["Reservations"] == []
    assert ec2.describe_volumes()["Volumes"] == []


def test_an_unknown_image_launches_nothing(ec2: EC2Client, refused: Refused) -> None:
    """Where moto launches all the same."""
    with refused("InvalidAMIID.NotFound"):
        launch(ec2, "ami-12345678")
    with refused("InvalidAMIID.Malformed"):
        launch(ec2, "foo")

    assert ec2.describe_instances()["Reservations"] == []


def test_an_image_is_no_instance(ec2: EC2Client, refused: Refused) -> None:
    """Row 27: the provider asks for an image's UEFI data with this call."""
    with refused("InvalidInstanceID.Malformed"):
        ec2.get_instance_uefi_data(InstanceId="ami-12345678")


def test_volumes_are_tagged_at_the_launch(ec2: EC2Client, public_image: str) -> None:
    """Those of the image and those of the request."""
    instance = launch(
        ec2,
        public_image,
        {"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 5}},
        tags=[{"ResourceType": "volume", "Tags": [{"Key": "Of", "Value": "front"}]}],
    )

    tags = ec2.describe_tags(Filters=[{"Name": "resource-type", "Values": ["volume"]}])["Tags"]
    assert len({tag["ResourceId"] for tag in tags}) == len(volumes(ec2, instance)) == 2


def test_a_device_and_a_volume_are_attached_once(ec2: EC2Client, instance: str, refused: Refused) -> None:
    """Where moto forgets the volume that was there."""
    volume = ec2.create_volume(AvailabilityZone="ap-northeast-2a", Size=1)["VolumeId"]
    with refused("InvalidParameterValue", "Attachment point /dev/sdf is already in use"):
        ec2.attach_volume(VolumeId=volume, InstanceId=instance, Device="/dev/sdf")
    ec2.attach_volume(VolumeId=volume, InstanceId=instance, Device="/dev/sdh")

    with refused("VolumeInUse", volume):
        ec2.attach_volume(VolumeId=volume, InstanceId=instance, Device="/dev/sdi")
    ec2.detach_volume(VolumeId=volume)
    with refused("IncorrectState", volume):
        ec2.detach_volume(VolumeId=volume)


def test_the_status_of_more_than_100_instances_is_refused(ec2: EC2Client, public_image: str, refused: Refused) -> None:
    """100 are good; ids count, not instances that are described."""
    launched = ec2.run_instances(ImageId=public_image, MinCount=101, MaxCount=101)["Instances"]
    ids = [instance["InstanceId"] for instance in launched]

    told = ec2.describe_instance_status(InstanceIds=ids[:100])["InstanceStatuses"]

    assert [status["InstanceId"] for status in told] == ids[:100]
    with refused("InvalidRequest", "101 exceeds the maximum number of instance IDs that can be specificied (100)."):
        ec2.describe_instance_status(InstanceIds=ids)
    assert len(ec2.describe_instance_status()["InstanceStatuses"]) == 101
