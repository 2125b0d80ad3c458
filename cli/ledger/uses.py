"""Reads what uses the account's images: instances, launch configurations and launch templates."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_autoscaling import AutoScalingClient
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_ec2.type_defs import LaunchTemplateVersionTypeDef

_ALIVE = ["pending", "running", "stopping", "stopped"]
_INSTANCES, _CONFIGURATIONS, _TEMPLATES = 1000, 100, 200
"""The largest pages of these reads."""


@dataclass(frozen=True)
class Use:
    """One user of an image."""

    image_id: str
    kind: str
    """`instance`, `launch configuration` or `launch template`."""

    name: str
    """The id or name of the user. For a launch template, also the version."""

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


@dataclass(frozen=True)
class Template:
    """A launch template, and whether it has versions that were not read."""

    template_id: str
    latest: int
    default: int

    @property
    def has_older(self) -> bool:
        """Whether the template may have versions that are neither the latest nor the default one."""
        return self.latest > (2 if self.default != self.latest else 1)


@dataclass(frozen=True)
class Uses:
    """The uses that were found, and the templates that may have versions that were not read."""

    found: tuple[Use, ...]
    templates: tuple[Template, ...]


def read_uses(ec2: "EC2Client", autoscaling: "AutoScalingClient", own_templates: Collection[str]) -> Uses:
    """Read all uses in pages. Of each launch template, read only the latest and the default version.

    `own_templates`: ids of the templates whose latest version is the only one that is launched.
    """
    templates = [
        Template(one["LaunchTemplateId"], one["LatestVersionNumber"], one["DefaultVersionNumber"])
        for page in ec2.get_paginator("describe_launch_templates").paginate(PaginationConfig={"PageSize": _TEMPLATES})
        for one in page["LaunchTemplates"]
    ]
    pages = ec2.get_paginator("describe_launch_template_versions").paginate(
        Versions=["$Latest", "$Default"], PaginationConfig={"PageSize": _TEMPLATES}
    )
    latest = {template.template_id: template.latest for template in templates}
    versions = [
        version
        for page in (pages if templates else ())
        for version in page["LaunchTemplateVersions"]
        if version["LaunchTemplateId"] not in own_templates
        or version["VersionNumber"] >= latest.get(version["LaunchTemplateId"], 0)
    ]
    found = [*_instances(ec2), *_configurations(autoscaling), *_template_uses(versions)]
    others = (template for template in templates if template.template_id not in own_templates)
    return Uses(tuple(dict.fromkeys(found)), tuple(template for template in others if template.has_older))


def read_older_versions(ec2: "EC2Client", templates: Iterable[Template]) -> list[Use]:
    """The uses in the other versions of these templates. EC2 lists versions for one template at a time."""
    paginator = ec2.get_paginator("describe_launch_template_versions")
    return [
        use
        for template in templates
        for page in paginator.paginate(LaunchTemplateId=template.template_id, PaginationConfig={"PageSize": _TEMPLATES})
        for use in _template_uses(page["LaunchTemplateVersions"])
    ]


def _instances(ec2: "EC2Client") -> Iterator[Use]:
    pages = ec2.get_paginator("describe_instances").paginate(
        Filters=[{"Name": "instance-state-name", "Values": _ALIVE}], PaginationConfig={"PageSize": _INSTANCES}
    )
    for page in pages:
        for reservation in page["Reservations"]:
            for instance in reservation["Instances"]:
                yield Use(instance["ImageId"], "instance", instance["InstanceId"])


def _configurations(autoscaling: "AutoScalingClient") -> Iterator[Use]:
    pages = autoscaling.get_paginator("describe_launch_configurations").paginate(
        PaginationConfig={"PageSize": _CONFIGURATIONS}
    )
    for page in pages:
        for configuration in page["LaunchConfigurations"]:
            yield Use(configuration["ImageId"], "launch configuration", configuration["LaunchConfigurationName"])


def _template_uses(versions: Iterable["LaunchTemplateVersionTypeDef"]) -> Iterator[Use]:
    for version in versions:
        image_id = version["LaunchTemplateData"].get("ImageId")
        if image_id:
            name = f"{version['LaunchTemplateName']} ({version['LaunchTemplateId']}) version {version['VersionNumber']}"
            yield Use(image_id, "launch template", name)
