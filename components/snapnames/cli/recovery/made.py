"""Finds out what AWS has done of interrupted creates and deletes."""

from collections.abc import Callable, Collection, Iterable, Mapping
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
from snapnames.rules.images import STACK_TAG, Image
from snapnames.rules.resource_types import CONFIGURATION, GROUP, IMAGE, TEMPLATE

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import FilterTypeDef

Inputs = Mapping[str, Any]
Found = tuple[str, datetime]
"""The id of a resource, and when AWS made it."""

_STAYS = ("InvalidSnapshot.InUse", "InvalidSnapshot.NotFound")


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

    def left_snapshots(self, image_ids: Iterable[str]) -> dict[str, list[str]]:
        """Image id to the snapshots that CreateImage made for it, only for images that are gone."""
        wanted = list(image_ids)
        with aws_errors("the account's images and snapshots can't be read"):
            present = present_ids(self._ec2, wanted)
            left = snapshots_made_for(self._ec2, [image_id for image_id in wanted if image_id not in present])
        return {image_id: [one.snapshot_id for one in snapshots] for image_id, snapshots in left.items() if snapshots}

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
        """CreateImage takes no name twice, and the mark says that it was this stack's create."""
        stack = inputs.get("tags", {}).get(STACK_TAG, "")
        found = [one for one in images_by(self._ec2, "name", [inputs["name"]]) if stack and one.builder == stack]
        return (found[0].image_id, found[0].created) if found else None

    def _launch_configuration(self, inputs: Inputs) -> Found | None:
        """The launch configuration of that name, if it launches the image. It has no tags that could tell its stack."""
        answer = self._autoscaling.describe_launch_configurations(LaunchConfigurationNames=[inputs["name"]])
        found = [one for one in answer["LaunchConfigurations"] if one["ImageId"] == inputs.get("imageId")]
        return (inputs["name"], found[0]["CreatedTime"]) if found else None

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
