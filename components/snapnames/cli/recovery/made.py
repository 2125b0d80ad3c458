"""Finds out what AWS has done of interrupted creates and deletes."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from snapnames.aws.groups import read_groups
from snapnames.aws.images import images_by, present_ids
from snapnames.aws.session import REFUSALS, StackSession
from snapnames.aws.snapshots import snapshots_made_for
from snapnames.aws.tags import read_tags
from snapnames.cli.advice import aws_errors
from snapnames.cli.state.exported import Resource
from snapnames.cli.state.repair import Settled
from snapnames.rules.evidence import kept_by, unproven
from snapnames.rules.images import STACK_TAG, Image
from snapnames.rules.resource_types import CONFIGURATION, GROUP, IMAGE, TEMPLATE

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import FilterTypeDef

Inputs = Mapping[str, Any]
Found = tuple[str, datetime]
"""The id of a resource, and when AWS made it."""

_STAYS = ("InvalidSnapshot.InUse", "InvalidSnapshot.NotFound")


@dataclass(frozen=True)
class Left:
    """Snapshots whose image is gone."""

    deletable: dict[str, list[str]]
    """Image id to the ids of those that the stack may delete."""

    kept: dict[str, str]
    """Snapshot id to why it stays."""


class Made:
    """Reads resources by name and id, and finishes deletes. Raises `CommandError` if AWS refuses a call."""

    def __init__(self, session: StackSession) -> None:
        """Make the clients."""
        self._ec2, self._autoscaling = session.ec2(), session.autoscaling()
        self._finders: dict[str, Callable[[Inputs], Found | None]] = {
            IMAGE: self._image,
            CONFIGURATION: self._launch_configuration,
            TEMPLATE: self._launch_template,
            GROUP: self._group,
        }

    def settled(self, creating: Iterable[Resource]) -> list[Settled]:
        """The creates that AWS has done. Types such as Tags are left out, because a second create is harmless there."""
        with aws_errors("AWS can't be read"):
            found = [(r, self._finders[r["type"]](r["inputs"])) for r in creating if r["type"] in self._finders]
        return [Settled(resource, *made) for resource, made in found if made]

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

    def groups(self, stack_tag: str) -> list[Found]:
        """The Auto Scaling groups that bear the tag of the stack."""
        with aws_errors("the Auto Scaling groups can't be read"):
            found = read_groups(self._autoscaling, filters=[{"Name": f"tag:{STACK_TAG}", "Values": [stack_tag]}])
            return [(group.name, group.created) for group in found]

    def reasons(self, images: Iterable[Image], stack_tag: str, recorded: Mapping[str, str]) -> dict[str, str]:
        """Image id to why it is not proven to be a create of this stack, of those that are not.

        `recorded`: image name to the source instance that the state has recorded before the create.
        """
        listed = list(images)
        with aws_errors("the snapshots behind the images can't be read"):
            made = snapshots_made_for(self._ec2, [image.image_id for image in listed])
        found = {i.image_id: unproven(i, made[i.image_id], stack_tag, recorded.get(i.name)) for i in listed}
        return {image_id: why for image_id, why in found.items() if why}

    def left_snapshots(self, images: Mapping[str, str], declared: Mapping[str, str]) -> "Left":
        """What images, id to name, have left that EC2 does not have any more.

        `declared`: snapshot id to the Name that the stack declared for it.
        """
        left = Left({}, {})
        with aws_errors("the account's images and snapshots can't be read"):
            present = present_ids(self._ec2, images)
            made = snapshots_made_for(self._ec2, [image_id for image_id in images if image_id not in present])
        for image_id, snapshots in made.items():
            for one in snapshots:
                why = kept_by(one, images[image_id], declared.get(one.snapshot_id))
                if why:
                    left.kept[one.snapshot_id] = why
                else:
                    left.deletable.setdefault(image_id, []).append(one.snapshot_id)
        return left

    def restorable(self, image_ids: Collection[str]) -> set[str] | None:
        """Those of the images that the Recycle Bin keeps, so that they could be restored. None if AWS does not tell.

        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ListImagesInRecycleBin.html
        """
        if not image_ids:
            return set()
        try:
            pages = self._ec2.get_paginator("list_images_in_recycle_bin").paginate()
            return {one["ImageId"] for page in pages for one in page["Images"]} & set(image_ids)
        except REFUSALS:
            return None

    def delete_snapshots(self, snapshot_ids: Iterable[str]) -> list[str]:
        """Delete the snapshots, and give the ids of the deleted ones. A snapshot that another image uses stays."""
        deleted = []
        for snapshot_id in snapshot_ids:
            with aws_errors(f"snapshot {snapshot_id} can't be deleted"):
                try:
                    self._ec2.delete_snapshot(SnapshotId=snapshot_id)
                except ClientError as error:
                    if error.response["Error"]["Code"] not in _STAYS:
                        raise
                else:
                    deleted.append(snapshot_id)
        return deleted

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
        if image.state == "available" and unproven(image, made, stack, source):
            return None
        return (image.image_id, image.created)

    def _launch_configuration(self, inputs: Inputs) -> Found | None:
        """It has no tags: its name was generated by the update, and every field has to be as the update wanted it."""
        answer = self._autoscaling.describe_launch_configurations(LaunchConfigurationNames=[inputs["name"]])
        for one in answer["LaunchConfigurations"]:
            if _as_wanted(one, inputs):
                return (inputs["name"], one["CreatedTime"])
        return None

    def _launch_template(self, inputs: Inputs) -> Found | None:
        filters: list[FilterTypeDef] = [
            {"Name": "launch-template-name", "Values": [inputs["name"]]},
            {"Name": f"tag:{STACK_TAG}", "Values": [inputs.get("tags", {}).get(STACK_TAG, "")]},
        ]
        found = self._ec2.describe_launch_templates(Filters=filters)["LaunchTemplates"]
        return (found[0]["LaunchTemplateId"], found[0]["CreateTime"]) if found else None

    def _group(self, inputs: Inputs) -> Found | None:
        wanted = {tag["value"] for tag in inputs.get("tags", []) if tag["key"] == STACK_TAG}
        found = [one for one in read_groups(self._autoscaling, names=[inputs["name"]]) if one.builder in wanted]
        return (found[0].name, found[0].created) if found else None


_FIELDS = {
    "ImageId": "imageId",
    "InstanceType": "instanceType",
    "KeyName": "keyName",
    "IamInstanceProfile": "iamInstanceProfile",
    "SpotPrice": "spotPrice",
    "PlacementTenancy": "placementTenancy",
}
"""Of a launch configuration: Auto Scaling's names, and those of the state."""


def _as_wanted(found: Mapping[str, Any], inputs: Inputs) -> bool:
    """Whether a launch configuration is as an update wanted it.

    The state holds user data encrypted: that there is some is all that can be compared of it.
    """
    same = all((found.get(theirs) or "") == (inputs.get(ours) or "") for theirs, ours in _FIELDS.items())
    groups = sorted(found.get("SecurityGroups", [])) == sorted(inputs.get("securityGroups") or [])
    public = bool(found.get("AssociatePublicIpAddress")) == bool(inputs.get("associatePublicIpAddress"))
    told = bool(found.get("UserData")) == bool(inputs.get("userData") or inputs.get("userDataBase64"))
    return same and groups and public and told
