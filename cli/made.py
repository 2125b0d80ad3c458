"""Finds out what AWS has done of interrupted creates and deletes."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from snapnames.account_images import STACK_TAG
from snapnames.aws_session import StackSession
from snapnames.described import is_copy, snapshots_behind
from snapnames.filters import chunks
from snapnames.live_names import read_tags

from .account import snapshots_of
from .advice import aws_errors
from .repair import CONFIGURATION_TYPE, GROUP_TYPE, IMAGE_TYPE, TEMPLATE_TYPE, Resource, Settled

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import FilterTypeDef, ImageTypeDef

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
            IMAGE_TYPE: self._image,
            CONFIGURATION_TYPE: self._launch_configuration,
            TEMPLATE_TYPE: self._launch_template,
            GROUP_TYPE: self._group,
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
            return wanted - self._present(list(wanted))

    def pending(self, image_id: str) -> bool:
        """Whether EC2 is still making the image."""
        with aws_errors("the image can't be read"):
            found = self._ec2.describe_images(Filters=[{"Name": "image-id", "Values": [image_id]}])["Images"]
        return any(image["State"] == "pending" for image in found)

    def releases(self, image_names: Iterable[str], stack_tag: str) -> list["ImageTypeDef"]:
        """The account's images of these names that have the stack's tag and are not copies."""
        filters: list[FilterTypeDef] = [{"Name": f"tag:{STACK_TAG}", "Values": [stack_tag]}]
        with aws_errors("the images of the stack can't be read"):
            return [
                image
                for chunk in chunks(list(image_names))
                for image in self._owned([*filters, {"Name": "name", "Values": chunk}])
            ]

    def names(self, images: Iterable["ImageTypeDef"]) -> dict[str, str]:
        """Snapshot id to Name, for the snapshots behind the images that have a Name."""
        ids = [snapshot_id for image in images for snapshot_id in snapshots_behind(image).values()]
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
        """The Auto Scaling groups that have the stack's tag."""
        pages = self._autoscaling.get_paginator("describe_auto_scaling_groups").paginate(
            Filters=[{"Name": f"tag:{STACK_TAG}", "Values": [stack_tag]}]
        )
        with aws_errors("the Auto Scaling groups can't be read"):
            return [
                (one["AutoScalingGroupName"], one["CreatedTime"]) for page in pages for one in page["AutoScalingGroups"]
            ]

    def left_snapshots(self, image_ids: Iterable[str]) -> dict[str, list[str]]:
        """Image id to the snapshots that CreateImage made for it, only for images that are gone."""
        wanted = list(image_ids)
        with aws_errors("the account's images and snapshots can't be read"):
            present = self._present(wanted)
            left = snapshots_of(self._ec2, [image_id for image_id in wanted if image_id not in present])
        return {image_id: [s["SnapshotId"] for s in snapshots] for image_id, snapshots in left.items() if snapshots}

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
        """The image of that name. Names are unique, and the tag says that this stack created the image."""
        filters: list[FilterTypeDef] = [
            {"Name": "name", "Values": [inputs["name"]]},
            {"Name": f"tag:{STACK_TAG}", "Values": [inputs.get("tags", {}).get(STACK_TAG, "")]},
        ]
        found = self._owned(filters)
        return (found[0]["ImageId"], datetime.fromisoformat(found[0]["CreationDate"])) if found else None

    def _owned(self, filters: list["FilterTypeDef"]) -> list["ImageTypeDef"]:
        found = self._ec2.describe_images(Owners=["self"], IncludeDeprecated=True, Filters=filters)["Images"]
        return [image for image in found if image["State"] != "deregistered" and not is_copy(image)]

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
        found = self._autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[inputs["name"]])
        wanted = {tag["value"] for tag in inputs.get("tags", []) if tag["key"] == STACK_TAG}
        groups = [
            group
            for group in found["AutoScalingGroups"]
            if wanted & {tag["Value"] for tag in group["Tags"] if tag["Key"] == STACK_TAG}
        ]
        return (inputs["name"], groups[0]["CreatedTime"]) if groups else None

    def _present(self, image_ids: list[str]) -> set[str]:
        """The images that are still registered. It reads by filter: a read by ids fails if one image is gone."""
        return {
            image["ImageId"]
            for chunk in chunks(image_ids)
            for page in self._ec2.get_paginator("describe_images").paginate(
                IncludeDeprecated=True, IncludeDisabled=True, Filters=[{"Name": "image-id", "Values": chunk}]
            )
            for image in page["Images"]
            if image["State"] != "deregistered"
        }
