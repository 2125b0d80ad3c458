"""Facts from the answers of EC2's describe calls."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import ImageTypeDef, InstanceTypeDef, SnapshotTypeDef


def snapshots_behind(image: "ImageTypeDef") -> dict[str, str]:
    """Device name to snapshot id, for the mappings that have a snapshot. A pending image may not show all of them."""
    return {
        mapping["DeviceName"]: mapping["Ebs"]["SnapshotId"]
        for mapping in image.get("BlockDeviceMappings", [])
        if mapping.get("Ebs", {}).get("SnapshotId")
    }


def tags_of(described: "ImageTypeDef | InstanceTypeDef | SnapshotTypeDef") -> dict[str, str]:
    """Key to value."""
    return {tag["Key"]: tag["Value"] for tag in described.get("Tags", [])}


def is_copy(image: "ImageTypeDef") -> bool:
    """Whether CopyImage made the image. CopyImage may copy the tags too, so the tags do not tell.

    An image of CreateImage has a source image too, but only an image of CreateImage has a source instance.
    """
    return "SourceImageId" in image and "SourceInstanceId" not in image
