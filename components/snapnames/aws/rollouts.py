"""The one reader of what a fleet launches and runs, and of instance refreshes."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from snapnames.rules.groups import Group, Launch
from snapnames.rules.limits import chunks
from snapnames.rules.rollouts import FleetStatus, Refresh

from .groups import read_groups

if TYPE_CHECKING:
    from mypy_boto3_autoscaling import AutoScalingClient
    from mypy_boto3_autoscaling.type_defs import InstanceRefreshTypeDef
    from mypy_boto3_ec2 import EC2Client


def read_fleet(
    ec2: "EC2Client", autoscaling: "AutoScalingClient", group_name: str, *, refreshes: bool = True
) -> FleetStatus | None:
    """The fleet of the group, or None where Auto Scaling has no such group: four calls, three without `refreshes`."""
    group = next(iter(read_groups(autoscaling, names=[group_name])), None)
    return None if group is None else _status(ec2, autoscaling, group, refreshes=refreshes)


def _status(ec2: "EC2Client", autoscaling: "AutoScalingClient", group: Group, *, refreshes: bool) -> FleetStatus:
    image_id, settled = launched_image(ec2, autoscaling, group.launches[0]) if group.launches else ("", None)
    serving = {member.instance_id: member.protected for member in group.members if member.in_service}
    images = images_of(ec2, list(serving))
    protected = sum(serving[one] for one, image in images.items() if image != image_id)
    found = read_refreshes(autoscaling, group.name) if refreshes else []
    current = (one for one in found if settled is None or one.started is None or one.started >= settled)
    return FleetStatus(group, image_id, settled, dict(Counter(images.values())), next(current, None), protected)


def launched_image(ec2: "EC2Client", autoscaling: "AutoScalingClient", launch: Launch) -> tuple[str, datetime | None]:
    """The image that a configuration or a version of a template launches, and when that was made."""
    if launch.configuration:
        answer = autoscaling.describe_launch_configurations(LaunchConfigurationNames=[launch.configuration])
        for found in answer["LaunchConfigurations"]:
            return found["ImageId"], found["CreatedTime"]
        return "", None
    versions = ec2.describe_launch_template_versions(LaunchTemplateId=launch.template, Versions=[launch.version])
    for version in versions["LaunchTemplateVersions"]:
        return version["LaunchTemplateData"].get("ImageId", ""), version["CreateTime"]
    return "", None


def images_of(ec2: "EC2Client", instance_ids: Sequence[str]) -> dict[str, str]:
    """Instance id to the id of the image that it runs: a call for each 200 instances."""
    return {
        instance["InstanceId"]: instance["ImageId"]
        for chunk in chunks(instance_ids)
        for page in ec2.get_paginator("describe_instances").paginate(Filters=[{"Name": "instance-id", "Values": chunk}])
        for reservation in page["Reservations"]
        for instance in reservation["Instances"]
    }


def read_refreshes(autoscaling: "AutoScalingClient", group_name: str) -> list[Refresh]:
    """The newest instance refreshes of a group, the newest first: one call."""
    answer = autoscaling.describe_instance_refreshes(AutoScalingGroupName=group_name)
    return [_refresh(one) for one in answer["InstanceRefreshes"]]


def _refresh(described: "InstanceRefreshTypeDef") -> Refresh:
    return Refresh(
        refresh_id=described["InstanceRefreshId"],
        status=described["Status"],
        started=described.get("StartTime"),
        percent=described.get("PercentageComplete", 0),
        remaining=described.get("InstancesToUpdate", 0),
        reason=described.get("StatusReason", ""),
        brings=bool(described.get("DesiredConfiguration")),
    )
