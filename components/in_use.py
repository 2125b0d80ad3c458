"""What outside this stack still uses an image."""

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, NamedTuple

from .account_images import STACK_TAG, stack_tag
from .described import tags_of
from .filters import chunks
from .printable import printable

if TYPE_CHECKING:
    from mypy_boto3_autoscaling import AutoScalingClient
    from mypy_boto3_ec2 import EC2Client

_ALIVE = ["pending", "running", "stopping", "stopped"]


class Use(NamedTuple):
    """One user of an image."""

    image_id: str
    user: str
    """Kind and name, for example `instance i-…` or `launch template web (lt-…) version 3`."""


def uses(image_ids: Collection[str], ec2: "EC2Client", scaling: "AutoScalingClient") -> list[Use]:
    """Instances, launch configurations and launch template versions that name one of the images.

    Leaves out this stack's own uses: the instances of its group, and what its group launches from, because the same
    update changes that. Reads pages of everything, and makes one call for each launch template. It makes no call for
    each image.
    """
    own_configurations, own_templates = _own_launch_settings(scaling)
    return [
        *_instances(image_ids, ec2),
        *(use for use, name in _configurations(image_ids, scaling) if name not in own_configurations),
        *(use for use, template_id in _template_versions(image_ids, ec2) if template_id not in own_templates),
    ]


def _own_launch_settings(scaling: "AutoScalingClient") -> tuple[set[str], set[str]]:
    pages = scaling.get_paginator("describe_auto_scaling_groups").paginate(
        Filters=[{"Name": f"tag:{STACK_TAG}", "Values": [stack_tag()]}]
    )
    groups = [group for page in pages for group in page["AutoScalingGroups"]]
    return (
        {group["LaunchConfigurationName"] for group in groups if "LaunchConfigurationName" in group},
        {group["LaunchTemplate"].get("LaunchTemplateId", "") for group in groups if "LaunchTemplate" in group},
    )


def _instances(image_ids: Collection[str], ec2: "EC2Client") -> Iterator[Use]:
    paginator = ec2.get_paginator("describe_instances")
    pages = (
        page
        for chunk in chunks(image_ids)
        for page in paginator.paginate(
            Filters=[{"Name": "image-id", "Values": chunk}, {"Name": "instance-state-name", "Values": _ALIVE}]
        )
    )
    for page in pages:
        for reservation in page["Reservations"]:
            for instance in reservation["Instances"]:
                if tags_of(instance).get(STACK_TAG) != stack_tag():
                    yield Use(instance["ImageId"], f"instance {instance['InstanceId']}")


def _configurations(image_ids: Collection[str], scaling: "AutoScalingClient") -> Iterator[tuple[Use, str]]:
    for page in scaling.get_paginator("describe_launch_configurations").paginate():
        for configuration in page["LaunchConfigurations"]:
            if configuration["ImageId"] in image_ids:
                name = configuration["LaunchConfigurationName"]
                yield Use(configuration["ImageId"], f"launch configuration {printable(name)}"), name


def _template_versions(image_ids: Collection[str], ec2: "EC2Client") -> Iterator[tuple[Use, str]]:
    for page in ec2.get_paginator("describe_launch_templates").paginate():
        for template in page["LaunchTemplates"]:
            template_id = template["LaunchTemplateId"]
            versions = ec2.get_paginator("describe_launch_template_versions").paginate(LaunchTemplateId=template_id)
            for version in (version for page in versions for version in page["LaunchTemplateVersions"]):
                image_id = version["LaunchTemplateData"].get("ImageId", "")
                if image_id in image_ids:
                    named = f"launch template {printable(template['LaunchTemplateName'])} ({template_id})"
                    yield Use(image_id, f"{named} version {version['VersionNumber']}"), template_id
