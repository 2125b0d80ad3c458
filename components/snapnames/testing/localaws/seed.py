"""The instance that the dev stack makes images of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .server import client

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_ec2.type_defs import FilterTypeDef

IMAGE_NAME = "ubuntu/images/hvm-ssd/ubuntu-xenial-16.04-amd64-server-20170721"
"""A public image of every region here, with its root at /dev/sda1."""

LIVING = ["pending", "running", "stopping", "stopped"]


def seed(url: str, region: str, tags: dict[str, str]) -> str:
    """Return the id of the instance that has all the tags; launch it if there is none that isn't terminated.

    It has a root of 8 GiB, two more EBS volumes, and an instance-store volume, which has no snapshot.
    """
    ec2: EC2Client = client(url, "ec2", region)
    filters: list[FilterTypeDef] = [{"Name": f"tag:{key}", "Values": [value]} for key, value in tags.items()]
    filters.append({"Name": "instance-state-name", "Values": LIVING})
    for reservation in ec2.describe_instances(Filters=filters)["Reservations"]:
        for instance in reservation["Instances"]:
            return instance["InstanceId"]
    image = ec2.describe_images(Filters=[{"Name": "name", "Values": [IMAGE_NAME]}])["Images"][0]
    launched = ec2.run_instances(
        ImageId=image["ImageId"],
        InstanceType="c3.large",
        MinCount=1,
        MaxCount=1,
        BlockDeviceMappings=[
            {"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": 8, "VolumeType": "gp3"}},
            {"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 20, "VolumeType": "gp3", "DeleteOnTermination": True}},
            {"DeviceName": "/dev/sdg", "Ebs": {"VolumeSize": 50, "VolumeType": "gp3", "DeleteOnTermination": True}},
            {"DeviceName": "/dev/sdb", "VirtualName": "ephemeral0"},
        ],
        TagSpecifications=[
            {"ResourceType": "instance", "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
        ],
    )
    return launched["Instances"][0]["InstanceId"]
