"""The one reader of a group that is taken over: who has it, and what it launches."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from snapnames.errors import InputError
from snapnames.rules.images import STACK_TAG
from snapnames.rules.launch_data import data_of_configuration, mapped_snapshots, plain_addresses, without_image

from .tags import tags_of

if TYPE_CHECKING:
    from mypy_boto3_autoscaling import AutoScalingClient
    from mypy_boto3_autoscaling.type_defs import AutoScalingGroupTypeDef, LaunchTemplateSpecificationTypeDef
    from mypy_boto3_ec2 import EC2Client


@dataclass(frozen=True)
class TakenGroup:
    """A group of the account, as Auto Scaling has it now."""

    name: str
    min_size: int
    max_size: int
    zones: tuple[str, ...]
    subnets: tuple[str, ...]
    tags: Mapping[str, str]
    leaving: bool
    """Whether Auto Scaling is deleting it."""

    image_id: str
    """What it launches now."""

    launches: Mapping[str, Any]
    """The data of a launch template that launches the same, without the image."""

    mixed: Mapping[str, Any] | None
    """Its mixed instances policy, as Auto Scaling has it."""

    template_builder: str
    """The stack that the mark of its launch template names; empty without one."""

    policy: Mapping[str, int]
    """Its instance maintenance policy: percentages by their names; empty without one."""

    lost: tuple[str, ...]
    """Settings that can't be carried over, as the API names them."""


def read_taken_group(ec2: "EC2Client", autoscaling: "AutoScalingClient", name: str) -> TakenGroup | None:
    """The group, or None where there is none: two calls, and one each for a template and for mapped snapshots.

    Raises `InputError` if what it launches from can't be found.
    """
    groups = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"]
    if not groups:
        return None
    group = groups[0]
    mixed = group.get("MixedInstancesPolicy")
    data, lost = _launched(ec2, autoscaling, group)
    image_id = data.get("ImageId", "")
    overrides = mixed.get("LaunchTemplate", {}).get("Overrides", []) if mixed else []
    if any("LaunchTemplateSpecification" in one for one in overrides):
        lost.append("MixedInstancesPolicy.LaunchTemplate.Overrides.LaunchTemplateSpecification")
    behind = _snapshots_behind(ec2, image_id) if mapped_snapshots(data) else set()
    if mapped_snapshots(data) and not behind:
        # Then a snapshot of the old image can't be told from another, and a new release would begin with old data.
        lost.append(f"BlockDeviceMappings.Ebs.SnapshotId of the image {image_id}, which EC2 does not have")
    return TakenGroup(
        name=group["AutoScalingGroupName"],
        min_size=group["MinSize"],
        max_size=group["MaxSize"],
        zones=tuple(group["AvailabilityZones"]),
        subnets=tuple(one for one in group.get("VPCZoneIdentifier", "").split(",") if one),
        tags={tag["Key"]: tag.get("Value", "") for tag in group.get("Tags", [])},
        leaving=bool(group.get("Status")),
        image_id=image_id,
        launches=without_image(data, behind),
        mixed=mixed,
        template_builder=_builder(ec2, group),
        policy=_policy(group),
        lost=tuple(lost),
    )


def _policy(group: "AutoScalingGroupTypeDef") -> dict[str, int]:
    # -1 takes a percentage away: docs.aws.amazon.com/autoscaling/ec2/APIReference/API_InstanceMaintenancePolicy.html
    given = group.get("InstanceMaintenancePolicy", {})
    return {key: share for key, share in given.items() if isinstance(share, int) and share >= 0}


def _launched(
    ec2: "EC2Client", autoscaling: "AutoScalingClient", group: "AutoScalingGroupTypeDef"
) -> tuple[dict[str, Any], list[str]]:
    """The data with its image, and what of it a template can't have."""
    if configuration := group.get("LaunchConfigurationName"):
        known = autoscaling.describe_launch_configurations(LaunchConfigurationNames=[configuration])
        for found in known["LaunchConfigurations"]:
            data, lost = data_of_configuration(found)
            return {**data, "ImageId": found["ImageId"]}, lost
        raise InputError(f"launch configuration {configuration} of group {group['AutoScalingGroupName']} is gone")
    template = _template(group)
    answer = ec2.describe_launch_template_versions(
        LaunchTemplateId=template.get("LaunchTemplateId", ""), Versions=[template.get("Version", "$Default")]
    )
    return plain_addresses(answer["LaunchTemplateVersions"][0]["LaunchTemplateData"])


def _template(group: "AutoScalingGroupTypeDef") -> "LaunchTemplateSpecificationTypeDef":
    mixed = group.get("MixedInstancesPolicy", {}).get("LaunchTemplate", {})
    return group.get("LaunchTemplate") or mixed.get("LaunchTemplateSpecification") or {}


def _builder(ec2: "EC2Client", group: "AutoScalingGroupTypeDef") -> str:
    template_id = _template(group).get("LaunchTemplateId")
    if not template_id:
        return ""
    found = ec2.describe_launch_templates(LaunchTemplateIds=[template_id])["LaunchTemplates"]
    return next((tags_of(one).get(STACK_TAG, "") for one in found), "")


def _snapshots_behind(ec2: "EC2Client", image_id: str) -> set[str]:
    found = ec2.describe_images(Filters=[{"Name": "image-id", "Values": [image_id]}], IncludeDeprecated=True)
    return {snapshot_id for image in found["Images"] for snapshot_id in mapped_snapshots(image)}
