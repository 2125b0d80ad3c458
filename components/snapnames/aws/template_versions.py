"""The versions of a launch template: their one reader, and what deletes them."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from snapnames.rules.limits import chunks
from snapnames.rules.template_versions import TemplateVersion

from .groups import read_groups

if TYPE_CHECKING:
    from mypy_boto3_autoscaling import AutoScalingClient
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_ec2.type_defs import LaunchTemplateVersionTypeDef


def versions_with(ec2: "EC2Client", template_id: str, image_ids: Collection[str]) -> list[TemplateVersion]:
    """The versions that launch one of these images: a read for the latest one, and one for each 200 images."""
    pages = ec2.get_paginator("describe_launch_template_versions")
    newest = ec2.describe_launch_template_versions(LaunchTemplateId=template_id, Versions=["$Latest"])
    latest = {one["VersionNumber"] for one in newest["LaunchTemplateVersions"]}
    return [
        _version(one, latest)
        for chunk in chunks(image_ids)
        for page in pages.paginate(LaunchTemplateId=template_id, Filters=[{"Name": "image-id", "Values": chunk}])
        for one in page["LaunchTemplateVersions"]
    ]


def pinned_versions(autoscaling: "AutoScalingClient", template_id: str) -> set[str]:
    """The version numbers from which a group of the account launches: all groups are read."""
    return {
        launch.version
        for group in read_groups(autoscaling)
        for launch in (*group.launches, *(member.launch for member in group.members))
        if launch.template == template_id
    }


def delete_versions(ec2: "EC2Client", template_id: str, numbers: Sequence[int]) -> dict[int, str]:
    """Delete these versions; number to why AWS has not, of those that it has not. A call for each 200."""
    refused = {}
    for chunk in chunks([str(number) for number in numbers]):
        answer = ec2.delete_launch_template_versions(LaunchTemplateId=template_id, Versions=chunk)
        for one in answer.get("UnsuccessfullyDeletedLaunchTemplateVersions", []):
            refused[one["VersionNumber"]] = one["ResponseError"].get("Message", "")
    return refused


def _version(described: "LaunchTemplateVersionTypeDef", latest: Collection[int]) -> TemplateVersion:
    number = described["VersionNumber"]
    return TemplateVersion(
        number=number,
        image_id=described["LaunchTemplateData"].get("ImageId", ""),
        default=described["DefaultVersion"],
        latest=number in latest,
    )
