"""Launch configurations: taken names, sources that exist, mappings as they were given."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from mypy_boto3_autoscaling import AutoScalingClient
from mypy_boto3_autoscaling.type_defs import BlockDeviceMappingTypeDef
from mypy_boto3_ec2 import EC2Client

Refused = Callable[..., AbstractContextManager[None]]


def create(autoscaling: AutoScalingClient, name: str, image_id: str, *mappings: BlockDeviceMappingTypeDef) -> None:
    """Create a launch configuration."""
    autoscaling.create_launch_configuration(
        LaunchConfigurationName=name, ImageId=image_id, InstanceType="c3.large", BlockDeviceMappings=list(mappings)
    )


def names(autoscaling: AutoScalingClient) -> list[str]:
    """Give the names of the account's launch configurations."""
    found = autoscaling.describe_launch_configurations()["LaunchConfigurations"]
    return sorted(one["LaunchConfigurationName"] for one in found)


def test_mappings_come_back_as_they_were_given(autoscaling: AutoScalingClient, public_image: str) -> None:
    """Row 28: no Ebs beside an instance-store volume, and NoDevice only where it is true."""
    mappings: list[BlockDeviceMappingTypeDef] = [
        {"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": 9, "VolumeType": "gp3", "Throughput": 200}},
        {"DeviceName": "/dev/sdb", "VirtualName": "ephemeral0"},
        {"DeviceName": "/dev/sdc", "NoDevice": True},
    ]
    given: BlockDeviceMappingTypeDef = {**mappings[0], "NoDevice": False}

    create(autoscaling, "lc-1", public_image, given, *mappings[1:])

    found = autoscaling.describe_launch_configurations()["LaunchConfigurations"][0]
    assert found["BlockDeviceMappings"] == mappings


def test_a_name_is_taken_once(autoscaling: AutoScalingClient, public_image: str, refused: Refused) -> None:
    """Row 28: moto overwrites."""
    create(autoscaling, "lc-1", public_image)

    with refused("AlreadyExists", "A launch configuration already exists with the name lc-1"):
        create(autoscaling, "lc-1", public_image)


def test_an_image_and_snapshots_have_to_exist(
    autoscaling: AutoScalingClient, ec2: EC2Client, instance: str, refused: Refused
) -> None:
    """Row 28: the good beside the bad."""
    image_id = ec2.create_image(InstanceId=instance, Name="front-1")["ImageId"]
    snapshot = ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"][0]["SnapshotId"]

    with refused("ValidationError", "ami-12345678"):
        create(autoscaling, "lc-1", "ami-12345678")
    with refused("ValidationError", "snap-12345678"):
        create(autoscaling, "lc-1", image_id, {"DeviceName": "/dev/sdf", "Ebs": {"SnapshotId": "snap-12345678"}})
    create(autoscaling, "lc-2", image_id, {"DeviceName": "/dev/sdf", "Ebs": {"SnapshotId": snapshot}})

    assert names(autoscaling) == ["lc-2"]


def test_only_one_that_is_there_and_free_is_deleted(
    autoscaling: AutoScalingClient, public_image: str, refused: Refused
) -> None:
    """Row 29."""
    create(autoscaling, "lc-1", public_image)
    create(autoscaling, "lc-2", public_image)
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName="front",
        LaunchConfigurationName="lc-1",
        MinSize=0,
        MaxSize=0,
        AvailabilityZones=["ap-northeast-2a"],
    )

    with refused("ValidationError", "Launch configuration lc-3 not found"):
        autoscaling.delete_launch_configuration(LaunchConfigurationName="lc-3")
    with refused("ResourceInUse", "Cannot delete launch configuration lc-1"):
        autoscaling.delete_launch_configuration(LaunchConfigurationName="lc-1")
    autoscaling.delete_launch_configuration(LaunchConfigurationName="lc-2")
    assert names(autoscaling) == ["lc-1"]

    autoscaling.delete_auto_scaling_group(AutoScalingGroupName="front", ForceDelete=True)
    autoscaling.delete_launch_configuration(LaunchConfigurationName="lc-1")
    assert names(autoscaling) == []
