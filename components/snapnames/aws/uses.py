"""The one reader of what uses images: instances, what groups and fleets launch, Spot requests. Pages of everything."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from snapnames.printable import printable
from snapnames.rules.groups import Group, Launch
from snapnames.rules.images import PARAMETER, STACK_TAG, Use
from snapnames.rules.limits import chunks

from .fleets import Fleets, read_fleets
from .groups import read_groups
from .images import images_by
from .tags import tags_of

if TYPE_CHECKING:
    from mypy_boto3_autoscaling import AutoScalingClient
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_ec2.type_defs import FilterTypeDef, LaunchTemplateVersionTypeDef

INSTANCE, CONFIGURATION, TEMPLATE = "instance", "launch configuration", "launch template"
GROUP = "Auto Scaling group"
IMAGE = "image"
"""Another image that has a snapshot too: somebody has registered it over the snapshot."""

_ALIVE = ["pending", "running", "stopping", "stopped"]
_INSTANCES, _CONFIGURATIONS, _TEMPLATES = 1000, 100, 200
"""The most that each of these reads gives at once."""

GROUP_TAG = "aws:autoscaling:groupName"
"""On each instance of a group; AWS alone writes tags that begin with `aws:`."""


@dataclass(frozen=True)
class Template:
    """A launch template, and whether it may have versions that nothing launches by default."""

    template_id: str
    latest: int
    default: int

    @property
    def has_older(self) -> bool:
        """Whether it may have versions that are neither the latest nor the default."""
        return self.latest > (2 if self.default != self.latest else 1)


@dataclass(frozen=True)
class Uses:
    """What can launch an image now, the groups, and the templates that may have further versions."""

    found: tuple[Use, ...]
    groups: tuple[Group, ...]
    templates: tuple[Template, ...]
    builders: Mapping[str, str] = field(default_factory=dict)
    """Id of a launch template to the stack that made it, as its mark says; no template of anybody else."""

    defaults: Mapping[str, str] = field(default_factory=dict)
    """Id of a launch template to its default version, where that is not the latest."""

    fleets: tuple[Launch, ...] = ()
    """The versions of launch templates that fleets launch."""


def read_uses(
    ec2: "EC2Client",
    autoscaling: "AutoScalingClient",
    own_templates: Collection[str] = (),
    image_ids: Collection[str] | None = None,
    snapshot_ids: Collection[str] = (),
) -> Uses:
    """Read instances, configurations, fleets, Spot requests, and of each template the versions that something launches.

    Those are the latest and the default one, and any that a group or a fleet names.

    `own_templates`: ids of templates of which the latest version alone counts. `image_ids`: what is asked for; left
    out, every image. `snapshot_ids`: the snapshots of these images. What maps one of them uses it, and so does another
    image that has it: EC2 deletes no snapshot of an image.
    """
    groups = read_groups(autoscaling)
    described = [
        one
        for page in ec2.get_paginator("describe_launch_templates").paginate(PaginationConfig={"PageSize": _TEMPLATES})
        for one in page["LaunchTemplates"]
    ]
    templates = [
        Template(one["LaunchTemplateId"], one["LatestVersionNumber"], one["DefaultVersionNumber"]) for one in described
    ]
    fleets = read_fleets(ec2, {one["LaunchTemplateName"]: one["LaunchTemplateId"] for one in described})
    latest = {template.template_id: template.latest for template in templates}
    versions = [
        version
        for version in _launched_versions(ec2, templates, groups, fleets)
        if version["LaunchTemplateId"] not in own_templates
        or version["VersionNumber"] >= latest.get(version["LaunchTemplateId"], 0)
    ]
    found = [
        *_instances(ec2, image_ids),
        *_configurations(autoscaling),
        *_template_uses(ec2, versions),
        *(Use(one, GROUP, printable(group.name), group.name) for group in groups for one in group.images),
        *fleets.uses,
        *_images(ec2, image_ids or (), snapshot_ids),
    ]
    others = (template for template in templates if template.template_id not in own_templates)
    asked = None if image_ids is None else {*image_ids, *snapshot_ids}
    return Uses(
        tuple(dict.fromkeys(use for use in found if asked is None or use.image_id in asked)),
        tuple(groups),
        tuple(template for template in others if template.has_older),
        {one["LaunchTemplateId"]: tags_of(one)[STACK_TAG] for one in described if STACK_TAG in tags_of(one)},
        {one.template_id: str(one.default) for one in templates if one.default != one.latest},
        fleets.launches,
    )


def read_older_versions(ec2: "EC2Client", templates: Iterable[Template]) -> list[Use]:
    """What all versions of these templates use: EC2 lists them for one template at a time."""
    versions = (version for template in templates for version in _versions(ec2, template.template_id))
    return list(dict.fromkeys(_template_uses(ec2, versions)))


def used_outside(uses: Uses, stack: str, adopted: Collection[str] = ()) -> list[Use]:
    """What uses an image and is not the stack's own: its groups' instances, and what its groups launch from.

    `adopted`: groups of the team's own that the stack has taken over. They do not bear the stack's mark.

    A version of the stack's own launch template is no use by others, unless another group or a fleet launches that
    version by its number: it does not move on with the stack's update.
    """
    built = [group for group in uses.groups if group.builder == stack]
    ours = {*adopted, *(group.name for group in built)}
    configurations = {launch.configuration for group in built for launch in group.launches if launch.configuration}
    own = {
        *((kind, name) for name in ours for kind in (INSTANCE, GROUP)),
        *((CONFIGURATION, name) for name in configurations),
        *((TEMPLATE, template_id) for template_id in own_templates(uses, stack)),
    }
    launches = (one for group in uses.groups if group.name not in ours for one in group.launches)
    pinned = {(one.template, one.version) for one in (*launches, *uses.fleets)}
    return [use for use in uses.found if (use.kind, use.by) not in own or (use.by, use.version) in pinned]


def moved_defaults(uses: Uses, stack: str) -> list[Use]:
    """What the default versions of the stack's own launch templates use, where somebody has moved them.

    An update makes its newest version the default one. Who launches from the template by hand gets the default one.
    """
    moved = {template_id: uses.defaults.get(template_id) for template_id in own_templates(uses, stack)}
    return [use for use in uses.found if use.kind == TEMPLATE and use.version and moved.get(use.by) == use.version]


def own_templates(uses: Uses, stack: str) -> set[str]:
    """The ids of the stack's launch templates: those with its mark, and those that its groups launch from."""
    launched = {one.template for group in uses.groups if group.builder == stack for one in group.launches}
    return {template_id for template_id in launched if template_id} | {
        template_id for template_id, builder in uses.builders.items() if builder == stack
    }


def _launched_versions(
    ec2: "EC2Client", templates: Sequence[Template], groups: Iterable[Group], fleets: Fleets
) -> Iterator["LaunchTemplateVersionTypeDef"]:
    if not templates:
        return
    for page in ec2.get_paginator("describe_launch_template_versions").paginate(
        Versions=["$Latest", "$Default"], PaginationConfig={"PageSize": _TEMPLATES}
    ):
        yield from page["LaunchTemplateVersions"]
    read = {(one.template_id, str(number)) for one in templates for number in (one.latest, one.default)}
    launches = (*(one for group in groups for one in group.launches), *fleets.launches)
    named = {(one.template, one.version) for one in launches if one.version.isdecimal()}
    there = {template.template_id for template in templates}
    pinned: dict[str, list[str]] = {}
    for template_id, version in sorted(named - read):
        if template_id in there:
            pinned.setdefault(template_id, []).append(version)
    for template_id, numbers in pinned.items():
        yield from _versions(ec2, template_id, numbers)


def _versions(
    ec2: "EC2Client", template_id: str, numbers: Sequence[str] = ()
) -> Iterator["LaunchTemplateVersionTypeDef"]:
    """Those numbers of a template, or all; none of a template that is gone by now."""
    try:
        for page in ec2.get_paginator("describe_launch_template_versions").paginate(
            LaunchTemplateId=template_id, Versions=list(numbers), PaginationConfig={"PageSize": _TEMPLATES}
        ):
            yield from page["LaunchTemplateVersions"]
    except ec2.exceptions.ClientError as error:
        if "NotFound" not in error.response["Error"]["Code"]:
            raise


def _instances(ec2: "EC2Client", image_ids: Collection[str] | None) -> Iterator[Use]:
    alive: FilterTypeDef = {"Name": "instance-state-name", "Values": _ALIVE}
    chosen: list[list[FilterTypeDef]] = [[alive]]
    if image_ids is not None:
        chosen = [[alive, {"Name": "image-id", "Values": chunk}] for chunk in chunks(image_ids)]
    for filters in chosen:
        pages = ec2.get_paginator("describe_instances").paginate(
            Filters=filters, PaginationConfig={"PageSize": _INSTANCES}
        )
        for page in pages:
            for reservation in page["Reservations"]:
                for instance in reservation["Instances"]:
                    group = tags_of(instance).get(GROUP_TAG, "")
                    yield Use(instance["ImageId"], INSTANCE, instance["InstanceId"], group)


def _images(ec2: "EC2Client", image_ids: Collection[str], snapshot_ids: Collection[str]) -> Iterator[Use]:
    """Which images beside these have one of the snapshots: a call for each 200 snapshots, and none without one."""
    for image in images_by(ec2, "block-device-mapping.snapshot-id", snapshot_ids):
        if image.image_id not in image_ids:
            for snapshot_id in dict.fromkeys(image.snapshots.values()):
                yield Use(snapshot_id, IMAGE, f"{printable(image.name)} ({image.image_id})", image.image_id)


def _configurations(autoscaling: "AutoScalingClient") -> Iterator[Use]:
    pages = autoscaling.get_paginator("describe_launch_configurations").paginate(
        PaginationConfig={"PageSize": _CONFIGURATIONS}
    )
    for page in pages:
        for configuration in page["LaunchConfigurations"]:
            name = configuration["LaunchConfigurationName"]
            yield Use(configuration["ImageId"], CONFIGURATION, printable(name), name)
            for snapshot_id in _mapped(configuration.get("BlockDeviceMappings", [])):
                yield Use(snapshot_id, CONFIGURATION, printable(name), name)


def _template_uses(ec2: "EC2Client", versions: Iterable["LaunchTemplateVersionTypeDef"]) -> Iterator[Use]:
    resolved: dict[str, str] = {}
    for version in versions:
        data, template_id = version["LaunchTemplateData"], version["LaunchTemplateId"]
        number = str(version["VersionNumber"])
        name = f"{printable(version['LaunchTemplateName'])} ({template_id}) version {number}"
        image_id = data.get("ImageId", "")
        if image_id.startswith(PARAMETER):
            if image_id not in resolved:
                resolved[image_id] = _resolved(ec2, template_id, number, image_id)
            image_id = resolved[image_id]
        if image_id:
            yield Use(image_id, TEMPLATE, name, template_id, number)
        for snapshot_id in _mapped(data.get("BlockDeviceMappings", [])):
            yield Use(snapshot_id, TEMPLATE, name, template_id, number)


def _resolved(ec2: "EC2Client", template_id: str, number: str, parameter: str) -> str:
    """The image that a launch of the version would take. Empty if there is no such parameter: nothing launches then.

    The parameter itself if AWS does not say. EC2 resolves one version a call: the name can have a version or a label,
    so the image need not be the parameter's present one. As others report it (github.com/wata727/
    packer-plugin-amazon-ami-management/pull/431).
    """
    try:
        answer = ec2.describe_launch_template_versions(
            LaunchTemplateId=template_id, Versions=[number], ResolveAlias=True
        )
    except ec2.exceptions.ClientError as error:
        code = error.response["Error"]["Code"]
        return "" if "NotFound" in code or code == "SsmInvalidParameter" else parameter
    images = (one["LaunchTemplateData"].get("ImageId", "") for one in answer["LaunchTemplateVersions"])
    return next(images, "")


def _mapped(mappings: Iterable[Mapping[str, Any]]) -> list[str]:
    """The snapshots that block device mappings name."""
    return [one["Ebs"]["SnapshotId"] for one in mappings if one.get("Ebs", {}).get("SnapshotId")]
