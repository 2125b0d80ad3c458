"""What the local account holds, read from EC2 and Auto Scaling themselves."""

import json
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text
from snapnames.printable import printable
from snapnames.testing.localaws.server import client

if TYPE_CHECKING:
    from mypy_boto3_autoscaling import AutoScalingClient
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_ec2.type_defs import ImageTypeDef


def print_names(url: str) -> None:
    """A row for each snapshot behind each image of the account: image, device, snapshot id, Name."""
    ec2: EC2Client = client(url, "ec2")
    names = {
        snapshot["SnapshotId"]: tag["Value"]
        for snapshot in ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]
        for tag in snapshot.get("Tags", [])
        if tag["Key"] == "Name"
    }
    rows = [
        (image["Name"], mapping["DeviceName"], mapping["Ebs"]["SnapshotId"])
        for image in _images(ec2)
        for mapping in image["BlockDeviceMappings"]
        if "SnapshotId" in mapping.get("Ebs", {})
    ]
    table = Table("image", "device", "snapshot", "Name")
    for image, device, snapshot in sorted(rows, key=lambda row: (row[0], names.get(row[2], ""), row[1])):
        table.add_row(*(Text(printable(cell)) for cell in (image, device, snapshot, names.get(snapshot, "-"))))
    console = Console()
    if not console.is_terminal:
        console.width = 160  # a log has no width of its own, and a name cut short is no name
    console.print(table)


def print_left(url: str) -> None:
    """One line that counts what a destroyed stack should not leave behind."""
    ec2: EC2Client = client(url, "ec2")
    scaling: AutoScalingClient = client(url, "autoscaling")
    snapshots = [
        snapshot
        for snapshot in ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]
        if snapshot["Description"].startswith("Created by CreateImage")
    ]
    configurations = scaling.describe_launch_configurations()["LaunchConfigurations"]
    groups = scaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    print(
        f"left in the account: {len(_images(ec2))} images, {len(snapshots)} snapshots of ours, "
        f"{len(configurations)} launch configurations, {len(groups)} groups"
    )


def remove_unknown_images(url: str, exported: str) -> None:
    """Deregister the images that the exported state does not have, with their snapshots."""
    ec2: EC2Client = client(url, "ec2")
    known = {resource.get("id") for resource in json.loads(exported)["deployment"].get("resources", [])}
    for image in _images(ec2):
        if image["ImageId"] not in known:
            ec2.deregister_image(ImageId=image["ImageId"], DeleteAssociatedSnapshots=True)
            print(f"removed {image['ImageId']} ({printable(image['Name'])}), which the stack does not know")


def _images(ec2: "EC2Client") -> list["ImageTypeDef"]:
    return ec2.describe_images(Owners=["self"])["Images"]
