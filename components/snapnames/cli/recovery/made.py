"""Finds out what AWS has done of interrupted creates and deletes."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from snapnames.aws.groups import read_groups
from snapnames.aws.images import images_by, present_ids, recycled_ids
from snapnames.aws.parameters import read_parameter
from snapnames.aws.session import REFUSALS, StackSession
from snapnames.aws.snapshots import snapshots_made_for
from snapnames.aws.tags import bearers, read_tags, tags_of
from snapnames.cli.advice import aws_errors
from snapnames.cli.recovery.compared import differences, marked
from snapnames.cli.state.exported import Resource, inputs_of
from snapnames.cli.state.repair import Settled
from snapnames.rules.evidence import kept_by, unproven
from snapnames.rules.groups import Group
from snapnames.rules.images import STACK_TAG, Image, Snapshot
from snapnames.rules.resource_types import CONFIGURATION, GROUP, IMAGE, SSM_PARAMETER, TEMPLATE
from snapnames.rules.tags import SECRET_MARK

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

Inputs = Mapping[str, Any]
Found = tuple[str, datetime]
"""The id of a resource, and when AWS made it."""

Key = tuple[str, str]
"""The URN and the name of a create."""

_STAYS = ("InvalidSnapshot.InUse", "InvalidSnapshot.NotFound")


@dataclass(frozen=True)
class Left:
    """Snapshots whose image is gone."""

    deletable: dict[str, list[str]]
    """Image id to the ids of those that the stack may delete."""

    kept: dict[str, str]
    """Snapshot id to why it stays."""

    def add(self, image_id: str, snapshot_id: str, why: str) -> None:
        """Put a snapshot where it belongs. `why`: why it stays; empty if the stack may delete it."""
        if why:
            self.kept[snapshot_id] = why
        else:
            self.deletable.setdefault(image_id, []).append(snapshot_id)


@dataclass(frozen=True)
class Begun:
    """What has become of creates that an update had begun."""

    settled: list[Settled] = field(default_factory=list)
    """Those that AWS has done."""

    differing: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    """Name to the type and the fields that differ, of what AWS has under the name of a create, and is not that."""


def key_of(creating: Resource) -> Key:
    """What a pending create is known by: the state may have several of one URN, and each has its own name."""
    return creating["urn"], str(inputs_of(creating).get("name", ""))


def delete_unused(ec2: "EC2Client", snapshot_ids: Iterable[str]) -> list[str]:
    """Delete the snapshots but those that an image uses; the ids of the deleted ones. Raises `CommandError`."""
    deleted = []
    for snapshot_id in snapshot_ids:
        with aws_errors(f"snapshot {snapshot_id} can't be deleted"):
            try:
                ec2.delete_snapshot(SnapshotId=snapshot_id)
            except ClientError as error:
                if error.response["Error"]["Code"] not in _STAYS:
                    raise
            else:
                deleted.append(snapshot_id)
    return deleted


class Made:
    """Reads resources by name and id, and finishes deletes. Raises `CommandError` if AWS refuses a call."""

    def __init__(self, session: StackSession) -> None:
        """Make the clients."""
        self.session = session
        self._ec2, self._autoscaling = session.ec2(), session.autoscaling()
        self._finders: dict[str, Callable[[Inputs], Found | list[str] | None]] = {
            IMAGE: self._image,
            CONFIGURATION: self._launch_configuration,
            TEMPLATE: self._launch_template,
            GROUP: self._group,
        }

    def begun(
        self,
        creating: Iterable[Resource],
        plain: Mapping[Key, Inputs] | None = None,
        where: Callable[[Resource], str] = lambda _: "",
    ) -> Begun:
        """What AWS has done of the creates. Types such as Tags are left out: a second create is harmless there.

        Copies are left out too: `Copies` finds these. `plain`: the decrypted inputs of creates whose inputs hold a
        secret. `where`: the region of a parameter; empty for that of the stack.
        """
        outcome = Begun()
        with aws_errors("AWS can't be read"):
            for resource in creating:
                inputs = (plain or {}).get(key_of(resource), inputs_of(resource))
                if resource["type"] == SSM_PARAMETER:
                    found = self._parameter(inputs, where(resource))
                elif resource["type"] in self._finders:
                    found = self._finders[resource["type"]](inputs)
                else:
                    continue
                if isinstance(found, tuple):
                    outcome.settled.append(Settled(resource, *found))
                elif found:
                    outcome.differing[inputs["name"]] = resource["type"], found
        return outcome

    def settled(self, creating: Iterable[Resource]) -> list[Settled]:
        """The creates that AWS has done, as `begun` finds them."""
        return self.begun(creating).settled

    def gone(self, image_ids: Iterable[str]) -> set[str]:
        """The images that EC2 does not have any more."""
        wanted = set(image_ids)
        with aws_errors("the account's images can't be read"):
            return wanted - present_ids(self._ec2, wanted)

    def pending(self, image_id: str) -> bool:
        """Whether EC2 is still making the image."""
        with aws_errors("the image can't be read"):
            return any(image.state == "pending" for image in images_by(self._ec2, "image-id", [image_id]))

    def releases(self, image_names: Iterable[str], stack_tag: str) -> list[Image]:
        """The account's images of these names that the stack built."""
        with aws_errors("the images of the stack can't be read"):
            return [image for image in images_by(self._ec2, "name", image_names) if image.builder == stack_tag]

    def names(self, images: Iterable[Image]) -> dict[str, str]:
        """Snapshot id to Name, of the snapshots behind the images that have one."""
        ids = [snapshot_id for image in images for snapshot_id in image.snapshots.values()]
        with aws_errors("the names of snapshots can't be read"):
            return {snapshot_id: tags["Name"] for snapshot_id, tags in read_tags(self._ec2, ids, "Name").items()}

    def launch_configurations(self, image_ids: Collection[str]) -> list[Found]:
        """The launch configurations that launch one of the images."""
        with aws_errors("the launch configurations can't be read"):
            return [
                (one["LaunchConfigurationName"], one["CreatedTime"])
                for page in self._autoscaling.get_paginator("describe_launch_configurations").paginate()
                for one in page["LaunchConfigurations"]
                if one["ImageId"] in image_ids
            ]

    def launching(self, configurations: Collection[str]) -> dict[str, list[str]]:
        """Launch configuration to the groups that launch from it. Reads nothing for none."""
        found: dict[str, list[str]] = {name: [] for name in configurations}
        with aws_errors("the Auto Scaling groups can't be read"):
            for group in read_groups(self._autoscaling) if found else ():
                for launch in group.launches:
                    found.setdefault(launch.configuration, []).append(group.name)
        return found

    def groups(self, stack_tag: str) -> list[Group]:
        """The Auto Scaling groups that bear the tag of the stack."""
        with aws_errors("the Auto Scaling groups can't be read"):
            return read_groups(self._autoscaling, filters=[{"Name": f"tag:{STACK_TAG}", "Values": [stack_tag]}])

    def bearers(self, key: str) -> list[str]:
        """The ids of the account's images and launch templates that bear a tag of this key."""
        with aws_errors("the tags can't be read"):
            return bearers(self._ec2, key, "image", "launch-template")

    def made_for(self, images: Iterable[Image]) -> dict[str, list[Snapshot]]:
        """Image id to the snapshots that EC2 says CreateImage made for it."""
        with aws_errors("the snapshots behind the images can't be read"):
            return snapshots_made_for(self._ec2, [image.image_id for image in images])

    def left_snapshots(self, images: Mapping[str, str], declared: Mapping[str, str], pattern: str) -> "Left":
        """What images, id to name, have left that EC2 does not have any more.

        `declared`: snapshot id to the Name that the stack declared for it. `pattern`: the stack's pattern of names.
        """
        left = Left({}, {})
        with aws_errors("the account's images and snapshots can't be read"):
            present = present_ids(self._ec2, images)
            made = snapshots_made_for(self._ec2, [image_id for image_id in images if image_id not in present])
        for image_id, snapshots in made.items():
            for one in snapshots:
                why = kept_by(one, images[image_id], declared.get(one.snapshot_id), pattern)
                left.add(image_id, one.snapshot_id, why)
        return left

    def restorable(self, image_ids: Collection[str]) -> set[str] | None:
        """Those of the images that the Recycle Bin keeps. None if AWS does not tell. Reads nothing for no image."""
        if not image_ids:
            return set()
        try:
            return recycled_ids(self._ec2) & set(image_ids)
        except REFUSALS:
            return None

    def delete_snapshots(self, snapshot_ids: Iterable[str]) -> list[str]:
        """Delete the snapshots, and give the ids of the deleted ones. A snapshot that another image uses stays."""
        return delete_unused(self._ec2, snapshot_ids)

    def _image(self, inputs: Inputs) -> Found | None:
        """CreateImage takes no name twice; mark, source instance and snapshots say that it was this stack's create."""
        stack, source = inputs.get("tags", {}).get(STACK_TAG, ""), inputs.get("sourceInstanceId")
        named = images_by(self._ec2, "name", [inputs["name"]])
        found = [one for one in named if stack and one.builder == stack and one.source_instance_id == source]
        if not found:
            return None
        image = found[0]
        made = snapshots_made_for(self._ec2, [image.image_id])[image.image_id]
        # The mappings of a pending image show only after a while: it is looked at again when it is made.
        if image.state != "pending" and unproven(image, made, stack, source):
            return None
        return (image.image_id, image.created)

    def _launch_configuration(self, inputs: Inputs) -> Found | list[str] | None:
        answer = self._autoscaling.describe_launch_configurations(LaunchConfigurationNames=[inputs["name"]])
        for one in answer["LaunchConfigurations"]:
            return differences(CONFIGURATION, inputs, one) or (inputs["name"], one["CreatedTime"])
        return None

    def _launch_template(self, inputs: Inputs) -> Found | list[str] | None:
        """It has the mark of the stack, and no version but the one that the create makes."""
        found = self._ec2.describe_launch_templates(
            Filters=[{"Name": "launch-template-name", "Values": [inputs["name"]]}]
        )["LaunchTemplates"]
        if not found:
            return None
        template = found[0]
        tags, mark = tags_of(template), marked(TEMPLATE, inputs)
        if mark is None or tags.get(STACK_TAG) != mark or SECRET_MARK in tags:  # Pulumi can't read the last
            return ["Tags"]
        if template["LatestVersionNumber"] != 1:
            return ["LatestVersionNumber"]
        (version,) = self._ec2.describe_launch_template_versions(
            LaunchTemplateId=template["LaunchTemplateId"], Versions=["1"]
        )["LaunchTemplateVersions"]
        different = differences(TEMPLATE, inputs, version["LaunchTemplateData"])
        return different or (template["LaunchTemplateId"], template["CreateTime"])

    def _group(self, inputs: Inputs) -> Found | list[str] | None:
        answer = self._autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[inputs["name"]])
        for one in answer["AutoScalingGroups"]:
            unmarked = [] if marked(GROUP, inputs) else ["Tags"]
            return unmarked or differences(GROUP, inputs, one) or (inputs["name"], one["CreatedTime"])
        return None

    def _parameter(self, inputs: Inputs, region: str) -> Found | list[str] | None:
        """It has the mark of the stack and the value of the create, and nobody has written it since."""
        session = self.session.elsewhere(region) if region else self.session
        found = read_parameter(session.ssm(), inputs["name"])
        if found is None:
            return None
        there = {"Value": found.value, "Type": found.kind, "Version": found.version, "Tags": found.tags.get(STACK_TAG)}
        tags = inputs.get("tags") or {}
        ours = {"Value": inputs.get("insecureValue"), "Type": "String", "Version": 1, "Tags": tags.get(STACK_TAG)}
        return [field for field, value in there.items() if value != ours[field]] or (inputs["name"], found.written)
