"""What EC2's describe calls answer, as mappings."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import ImageTypeDef, InstanceTypeDef, SnapshotTypeDef


def snapshots_behind(image: "ImageTypeDef") -> dict[str, str]:
    """Device name to snapshot id, of the mappings that have a snapshot; a pending image may not show all yet."""
    return {
        mapping["DeviceName"]: mapping["Ebs"]["SnapshotId"]
        for mapping in image.get("BlockDeviceMappings", [])
        if mapping.get("Ebs", {}).get("SnapshotId")
    }


def tags_of(described: "ImageTypeDef | InstanceTypeDef | SnapshotTypeDef") -> dict[str, str]:
    """Key to value."""
    return {tag["Key"]: tag["Value"] for tag in described.get("Tags", [])}


def is_copy(image: "ImageTypeDef") -> bool:
    """Whether CopyImage made it, and may have copied the tags too.

    What CreateImage made has a source image as well, and alone a source instance.
    """
    return "SourceImageId" in image and "SourceInstanceId" not in image
