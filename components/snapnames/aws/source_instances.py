"""The one reader of the instances that an image may be made of."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from snapnames.rules.groups import Group
from snapnames.rules.limits import STATUS_IDS, chunks
from snapnames.rules.source import Candidate, SourceInstance

from .groups import read_groups
from .rollouts import launched_image
from .tags import tags_of
from .uses import GROUP_TAG

if TYPE_CHECKING:
    from mypy_boto3_autoscaling import AutoScalingClient
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_ec2.type_defs import FilterTypeDef, InstanceTypeDef


def running_instances(ec2: "EC2Client", tags: Mapping[str, str]) -> list["InstanceTypeDef"]:
    """The running instances with these tags: one paged read."""
    return _running(ec2, [{"Name": f"tag:{key}", "Values": [value]} for key, value in tags.items()])


def instance_by_id(ec2: "EC2Client", instance_id: str) -> "InstanceTypeDef | None":
    """The instance, in any state; None if EC2 does not have it."""
    return next(iter(_instances(ec2, [{"Name": "instance-id", "Values": [instance_id]}])), None)


def source_of(instance: "InstanceTypeDef") -> SourceInstance:
    """The instance as one to make an image of. EC2 lists its EBS volumes alone, and none of the instance store."""
    devices = tuple(mapping["DeviceName"] for mapping in instance.get("BlockDeviceMappings", ()))
    root = instance.get("RootDeviceName", "")
    return SourceInstance(instance["InstanceId"], instance["State"]["Name"], root if root in devices else "", devices)


def _running(ec2: "EC2Client", filters: Sequence["FilterTypeDef"]) -> list["InstanceTypeDef"]:
    return _instances(ec2, [*filters, {"Name": "instance-state-name", "Values": ["running"]}])


def _instances(ec2: "EC2Client", filters: Sequence["FilterTypeDef"]) -> list["InstanceTypeDef"]:
    pages = ec2.get_paginator("describe_instances").paginate(Filters=filters)
    return [instance for page in pages for group in page["Reservations"] for instance in group["Instances"]]


def members_in_service(ec2: "EC2Client", autoscaling: "AutoScalingClient", group_name: str) -> list["InstanceTypeDef"]:
    """The running instances that Auto Scaling has in service in the group: a read of it, and one for each 200.

    Empty if there is no such group.
    """
    ids = [
        member.instance_id
        for group in read_groups(autoscaling, names=[group_name])
        for member in group.members
        if member.in_service
    ]
    return [instance for chunk in chunks(ids) for instance in _running(ec2, [{"Name": "instance-id", "Values": chunk}])]


def healthy_instances(ec2: "EC2Client", instances: Sequence["InstanceTypeDef"]) -> list["InstanceTypeDef"]:
    """Those whose system and instance status checks both say `ok`: a read for each 100."""
    paginator = ec2.get_paginator("describe_instance_status")
    ok = {
        status["InstanceId"]
        for chunk in chunks([instance["InstanceId"] for instance in instances], STATUS_IDS)
        for page in paginator.paginate(InstanceIds=chunk)
        for status in page["InstanceStatuses"]
        if status["InstanceStatus"]["Status"] == status["SystemStatus"]["Status"] == "ok"
    }
    return [instance for instance in instances if instance["InstanceId"] in ok]


def candidates(
    ec2: "EC2Client", autoscaling: "AutoScalingClient", instances: Sequence["InstanceTypeDef"]
) -> list[Candidate]:
    """The instances, with what their groups say of them: two reads for each group, none for an instance of no group."""
    names = sorted({tags_of(instance).get(GROUP_TAG, "") for instance in instances} - {""})
    groups = {group.name: group for group in read_groups(autoscaling, names=names)} if names else {}
    launches = {
        name: launched_image(ec2, autoscaling, group.launches[0])[0] for name, group in groups.items() if group.launches
    }
    return [_candidate(instance, groups, launches) for instance in instances]


def _candidate(instance: "InstanceTypeDef", groups: Mapping[str, Group], launches: Mapping[str, str]) -> Candidate:
    group = groups.get(tags_of(instance).get(GROUP_TAG, ""))
    members = {member.instance_id: member for member in group.members} if group else {}
    member = members.get(instance["InstanceId"])
    return Candidate(
        instance_id=instance["InstanceId"],
        image_id=instance["ImageId"],
        launched=instance["LaunchTime"],
        group=group.name if group and member else "",
        # An instance that bears the tag and is no member waits in the warm pool, or is gone by now.
        in_service=group is None or (member is not None and member.lifecycle == "InService"),
        launches=launches.get(group.name, "") if group and member else "",
    )
