"""The account of a team that has saved an instance as an image at every deployment, and named snapshots by a script."""

from collections.abc import Mapping
from dataclasses import dataclass

from mypy_boto3_autoscaling import AutoScalingClient
from mypy_boto3_ec2 import EC2Client

from tests.account import launch

PERSONS_NAME = "before the migration"


@dataclass(frozen=True)
class Team:
    """What was seeded."""

    source: str
    """The instance that the images were made of."""

    images: Mapping[str, str]
    """Release to the id of its image, the oldest first."""

    named: Mapping[str, str]
    """Snapshot id to the Name that the script or a person gave."""


def seed(ec2: EC2Client, releases: int = 3, service: str = "web") -> Team:
    """Make the images `<service>-201801DD120000`.

    The script has named the snapshots of the first, the fourth, and so on. A person has named those of the second, the
    fifth, and so on. Nobody has named the others.
    """
    source = launch(ec2, {"Name": service})
    images, named = {}, {}
    for number in range(releases):
        release = f"2018{1 + number // 28:02d}{1 + number % 28:02d}120000"
        name = f"{service}-{release}"
        image_id = ec2.create_image(InstanceId=source, Name=name, NoReboot=True)["ImageId"]
        images[release] = image_id
        mappings = ec2.describe_images(ImageIds=[image_id])["Images"][0]["BlockDeviceMappings"]
        snapshots = [mapping["Ebs"]["SnapshotId"] for mapping in mappings if "Ebs" in mapping]
        for index, snapshot_id in enumerate(snapshots, start=1):
            given = {0: f"{name}({index:03d})", 1: f"{PERSONS_NAME} {number}"}.get(number % 3)
            if given:
                ec2.create_tags(Resources=[snapshot_id], Tags=[{"Key": "Name", "Value": given}])
                named[snapshot_id] = given
    return Team(source, images, named)


def names_of(ec2: EC2Client) -> dict[str, str]:
    """Snapshot id to Name, of all snapshots that have one."""
    found = ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]
    tags = {one["SnapshotId"]: {tag["Key"]: tag["Value"] for tag in one.get("Tags", [])} for one in found}
    return {snapshot_id: has["Name"] for snapshot_id, has in tags.items() if "Name" in has}


GROUP = "web-prod"


def seed_group(ec2: EC2Client, autoscaling: AutoScalingClient, image_id: str, service: str = "web") -> str:
    """Make a group on a launch configuration of 2018, with two instances of the image; its name."""
    security_group = ec2.create_security_group(GroupName=service, Description=service)["GroupId"]
    autoscaling.create_launch_configuration(
        LaunchConfigurationName=f"{service}-2018-03-10",
        ImageId=image_id,
        InstanceType="t3.micro",
        SecurityGroups=[security_group],
        UserData="#!/bin/sh\necho begin",
        MetadataOptions={"HttpTokens": "required", "HttpEndpoint": "enabled"},
    )
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName=GROUP,
        LaunchConfigurationName=f"{service}-2018-03-10",
        MinSize=2,
        MaxSize=6,
        DesiredCapacity=2,
        AvailabilityZones=["ap-northeast-2a"],
        DefaultCooldown=180,
        TerminationPolicies=["OldestInstance"],
        Tags=[
            {"Key": "Name", "Value": service, "PropagateAtLaunch": True},
            {"Key": "cost-center", "Value": "42", "PropagateAtLaunch": False},
        ],
    )
    autoscaling.suspend_processes(AutoScalingGroupName=GROUP, ScalingProcesses=["AZRebalance"])
    autoscaling.put_scaling_policy(
        AutoScalingGroupName=GROUP,
        PolicyName="cpu",
        PolicyType="TargetTrackingScaling",
        TargetTrackingConfiguration={
            "PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"},
            "TargetValue": 50.0,
        },
    )
    return GROUP
