"""The one reader of tags, and what removes one."""

from typing import TYPE_CHECKING

from snapnames.rules.limits import chunks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_ec2.type_defs import ImageTypeDef, InstanceTypeDef, LaunchTemplateTypeDef, SnapshotTypeDef


def tags_of(described: "ImageTypeDef | InstanceTypeDef | LaunchTemplateTypeDef | SnapshotTypeDef") -> dict[str, str]:
    """Key to value, of what a Describe call answered."""
    return {tag["Key"]: tag["Value"] for tag in described.get("Tags", [])}


def read_tags(client: "EC2Client", resource_ids: "Sequence[str]", *keys: str) -> dict[str, dict[str, str]]:
    """The tags of these keys by resource, of those that have any: a call for each 200 resources."""
    found: dict[str, dict[str, str]] = {}
    paginator = client.get_paginator("describe_tags")
    for chunk in chunks(resource_ids):
        pages = paginator.paginate(
            Filters=[{"Name": "resource-id", "Values": chunk}, {"Name": "key", "Values": list(keys)}]
        )
        for tag in (tag for page in pages for tag in page["Tags"]):
            found.setdefault(tag["ResourceId"], {})[tag["Key"]] = tag["Value"]
    return found


def bearers(client: "EC2Client", key: str, *kinds: str) -> list[str]:
    """The ids of the resources of these kinds that bear a tag of this key, in the account."""
    pages = client.get_paginator("describe_tags").paginate(
        Filters=[{"Name": "key", "Values": [key]}, {"Name": "resource-type", "Values": list(kinds)}]
    )
    return [tag["ResourceId"] for page in pages for tag in page["Tags"]]


def remove_tag(client: "EC2Client", resource_ids: "Sequence[str]", key: str) -> None:
    """Remove the tag of this key, whatever its value is. Raises what boto3 raises."""
    client.delete_tags(Resources=resource_ids, Tags=[{"Key": key}])
