"""The account as EC2 itself tells it, for looking at what a stack made from outside."""

import boto3
from mypy_boto3_ec2 import EC2Client
from mypy_boto3_ec2.literals import InstanceTypeType
from mypy_boto3_ec2.type_defs import BlockDeviceMappingTypeDef, ImageTypeDef
from snapnames.testing.localaws.server import LocalAws

_UBUNTU = "ubuntu/images/hvm-ssd/ubuntu-xenial-16.04-amd64-server-20170721"
"""A public image of the local AWS with its root at /dev/sda1."""

DATA_VOLUMES: list[BlockDeviceMappingTypeDef] = [
    {"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 20, "VolumeType": "gp3"}},
    {"DeviceName": "/dev/sdg", "Ebs": {"VolumeSize": 50, "VolumeType": "gp3"}},
]
ACCESS_KEY = "local"
"""Of everything that a stack of the tests runs; the tests' own clients have another."""

INSTANCE_STORE: BlockDeviceMappingTypeDef = {"DeviceName": "/dev/sdb", "VirtualName": "ephemeral0"}


def launch(
    ec2: EC2Client,
    tags: dict[str, str] | None = None,
    mappings: list[BlockDeviceMappingTypeDef] | None = None,
    image_id: str = "",
    instance_type: InstanceTypeType = "c3.large",
) -> str:
    """Run an instance with a root volume, two more EBS volumes and an instance-store mapping; its id."""
    if not image_id:
        image_id = ec2.describe_images(Filters=[{"Name": "name", "Values": [_UBUNTU]}])["Images"][0]["ImageId"]
    launched = ec2.run_instances(
        ImageId=image_id,
        InstanceType=instance_type,
        MinCount=1,
        MaxCount=1,
        BlockDeviceMappings=[*DATA_VOLUMES, INSTANCE_STORE] if mappings is None else mappings,
        TagSpecifications=[
            {
                "ResourceType": "instance",
                "Tags": [{"Key": key, "Value": value} for key, value in {"Name": "front-web", **(tags or {})}.items()],
            }
        ],
    )
    return launched["Instances"][0]["InstanceId"]


def attach(ec2: EC2Client, instance_id: str, device: str) -> str:
    """Attach a new 1 GiB volume; its id."""
    zone = ec2.describe_instances(InstanceIds=[instance_id])["Reservations"][0]["Instances"][0]["Placement"]
    volume = ec2.create_volume(Size=1, AvailabilityZone=zone["AvailabilityZone"])["VolumeId"]
    ec2.attach_volume(Device=device, InstanceId=instance_id, VolumeId=volume)
    return volume


def images(ec2: EC2Client) -> dict[str, ImageTypeDef]:
    """Name to image, of the account's own."""
    return {image["Name"]: image for image in ec2.describe_images(Owners=["self"])["Images"]}


def snapshot_ids(ec2: EC2Client) -> set[str]:
    """The snapshots that CreateImage made."""
    return {
        snapshot["SnapshotId"]
        for snapshot in ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]
        if snapshot["Description"].startswith("Created by CreateImage")
    }


def names(ec2: EC2Client, image_name: str) -> dict[str, str | None]:
    """Device to the Name of its snapshot, of the EBS mappings of an image."""
    live = {
        tag["ResourceId"]: tag["Value"]
        for tag in ec2.describe_tags(
            Filters=[{"Name": "resource-type", "Values": ["snapshot"]}, {"Name": "key", "Values": ["Name"]}]
        )["Tags"]
    }
    return {
        mapping["DeviceName"]: live.get(mapping["Ebs"]["SnapshotId"])
        for mapping in images(ec2)[image_name]["BlockDeviceMappings"]
        if "Ebs" in mapping
    }


def writes(aws: LocalAws, since: int) -> list[str]:
    """The calls since a mark that change something."""
    return [call for call in aws.calls(since) if not call.split(".")[-1].startswith(("Describe", "Get"))]


def all_but(action: str) -> dict[str, object]:
    """A policy that allows everything but one action."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "*", "Resource": "*"},
            {"Effect": "Deny", "Action": action, "Resource": "*"},
        ],
    }


def client_of(aws: LocalAws, role: str, region: str) -> EC2Client:
    """A client of EC2 with the keys of a session of this role, an ARN."""
    keys = aws.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    return boto3.client(
        "ec2",
        region_name=region,
        endpoint_url=aws.url,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
