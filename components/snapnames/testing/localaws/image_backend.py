"""The images of an account: made of the volumes an instance has, copied, registered, deregistered."""

from __future__ import annotations

import re
import time
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from moto.ec2.models import ec2_backends
from moto.ec2.utils import random_ami_id

from . import settings
from .errors import (
    ImageIdMalformedError,
    ImageNameDuplicateError,
    ImageNameMalformedError,
    ImageNotFoundError,
    ImageNotLaunchableError,
    ImageProtectedError,
    ImageUnavailableError,
    InstanceIdMalformedError,
    InstanceStateIncorrectError,
    ParameterInvalidError,
    ParameterMissingError,
)
from .filters import exact_values, select
from .image_filters import image_filter_values
from .images import Image, Launch, Traits
from .mappings import Mapping, imaged, merged
from .public_images import public_images
from .snapshots import Snapshot, Snapshots
from .tags import checked_tags

if TYPE_CHECKING:
    from moto.ec2.models.instances import Instance

IMAGE_ID = re.compile(r"ami-([0-9a-f]{8}|[0-9a-f]{17})")
INSTANCE_ID = re.compile(r"i-([0-9a-f]{8}|[0-9a-f]{17})")
IMAGE_NAME = re.compile(r"[A-Za-z0-9()\[\] ./\-'@_]{3,128}")


class Images(Snapshots):
    """The account's images, and the public ones of the region."""

    amis: dict[str, Image]  # type: ignore[assignment] # moto's are never made here

    def __init__(self, region_name: str, account_id: str) -> None:
        """Start with the public images."""
        self.launches: dict[str, Launch] = {}
        self.reboots: dict[str, int] = {}
        self.image_names: dict[str, str] = {}
        self.deregistered: dict[str, float] = {}
        super().__init__(region_name, account_id)

    def _load_amis(self) -> None:
        for facts in public_images(self.region_name):
            traits = Traits(**facts.pop("traits"))
            image = Image(
                self,
                facts.pop("image_id"),
                facts.pop("name"),
                facts.pop("description"),
                facts.pop("mappings"),
                traits,
                public=True,
                **facts,
            )
            self.amis[image.id] = image

    def create_image(  # noqa: PLR0913 - moto's parameters and three more
        self,
        instance_id: str,
        name: str,
        description: str,
        tag_specifications: list[dict[str, Any]],
        *,
        no_reboot: bool = False,
        boot_mode: str | None = None,
        overrides: tuple[Mapping, ...] = (),
    ) -> Image:
        """Make an image with one new snapshot for each EBS volume that is attached now.

        `tag_specifications` tag the image, and all snapshots alike; without `no_reboot` a running instance restarts.
        """
        self.check_new_name(name)
        tags = specified_tags(tag_specifications)
        instance = self._imageable(instance_id)
        launch = self.launches[instance_id]
        mappings = imaged(self._mappings_of(instance, launch), overrides)
        self.check_snapshots(mappings)
        traits = replace(launch.traits, boot_mode=boot_mode or launch.traits.boot_mode)
        image_id, lifecycle = random_ami_id(), settings.CURRENT.next_lifecycle()
        for mapping in mappings:
            if volume_id := mapping.get("Ebs", {}).pop("VolumeId", None):
                text = f"Created by CreateImage({instance_id}) for {image_id}"
                snapshot = self.create_snapshot(volume_id, text, from_ami=image_id, lifecycle=lifecycle)
                mapping["Ebs"]["SnapshotId"] = snapshot.id
                self.create_tags([snapshot.id], tags["snapshot"])
        if not no_reboot and instance.is_running():
            self.reboot_instances([instance_id])
        image = Image(self, image_id, name, description, mappings, traits, lifecycle=lifecycle, instance_id=instance_id)
        image.source = (instance.image_id, self.region_name)
        return self.add_image(image, tags["image"])

    def _imageable(self, instance_id: str) -> Instance:
        instance = self.get_instance(instance_id)
        if instance.state not in ("running", "stopped"):
            raise InstanceStateIncorrectError(instance_id=instance_id, state=instance.state)
        if instance.root_device_type != "ebs":
            raise ParameterInvalidError(
                f"Value ({instance_id}) for parameter instanceId is invalid. "
                "The instance has an instance-store root device; CreateImage takes an EBS root device."
            )
        return instance

    def _mappings_of(self, instance: Instance, launch: Launch) -> list[Mapping]:
        """List the volumes attached now, then the instance-store volumes.

        EC2 promises no order: the root is first as it usually is, the others are not in any order of their names.
        """
        devices = sorted(instance.get_block_device_mapping, reverse=True)
        devices.sort(key=lambda item: item[0] != instance.root_device_name)
        found = []
        for device, block in devices:
            volume = self.get_volume(block.volume_id)
            ebs = {
                "DeleteOnTermination": bool(block.delete_on_termination),
                "Iops": volume.iops,
                "VolumeSize": volume.size,
                "VolumeType": volume.volume_type,
                "Throughput": volume.throughput,
                "Encrypted": bool(volume.encrypted),
                "VolumeId": volume.id,
            }
            found.append({"DeviceName": device, "Ebs": {k: v for k, v in ebs.items() if v is not None}})
        return found + [dict(mapping) for mapping in launch.ephemeral]

    def check_new_name(self, name: str) -> None:
        """Raise for a name that EC2 refuses, or that another image of the account has.

        A failed image keeps its name until it is deregistered (from memory of EC2).
        """
        if not name:
            raise ParameterMissingError(parameter="name")
        if not IMAGE_NAME.fullmatch(name):
            raise ImageNameMalformedError
        if holder := self.image_names.get(name):
            raise ImageNameDuplicateError(name=name, image_id=holder)

    def check_snapshots(self, mappings: list[Mapping]) -> None:
        """Raise if a mapping names a snapshot that the account hasn't."""
        for mapping in mappings:
            if snapshot_id := mapping.get("Ebs", {}).get("SnapshotId"):
                self.get_snapshot(snapshot_id)

    def add_image(self, image: Image, tags: dict[str, str]) -> Image:
        """Register an image that the account owns."""
        self.amis[image.id] = image
        self.image_names[str(image.name)] = image.id
        for snapshot_id in image.snapshot_ids:
            self.images_of_snapshot.setdefault(snapshot_id, set()).add(image.id)
        if tags:
            self.create_tags([image.id], tags)
        return image

    def get_instance(self, instance_id: str) -> Instance:
        """Find one by id, or raise as EC2 does."""
        if not INSTANCE_ID.fullmatch(instance_id):
            raise InstanceIdMalformedError(instance_id=instance_id)
        return super().get_instance(instance_id)

    def reboot_instances(self, instance_ids: list[str]) -> list[Instance]:
        """Reboot, and count it: a reboot leaves no trace that EC2's API shows."""
        for instance_id in instance_ids:
            self.reboots[instance_id] = self.reboots.get(instance_id, 0) + 1
        return super().reboot_instances(instance_ids)

    def get_image(self, image_id: str) -> Image:
        """Find a registered image by id, or raise as EC2 does."""
        if not IMAGE_ID.fullmatch(image_id):
            raise ImageIdMalformedError(image_id=image_id)
        if image_id not in self.amis:
            raise ImageNotFoundError(image_id)
        return self.amis[image_id]

    def get_launchable_image(self, image_id: str) -> Image:
        """Find an image that instances can be launched from now."""
        image = self.get_image(image_id)
        if image.state != "available":
            raise ImageNotLaunchableError(image_id=image_id)
        return image

    def describe_images(  # type: ignore[override] # moto's list is invariant
        self,
        ami_ids: list[str] | None = None,
        filters: dict[str, Any] | None = None,
        exec_users: list[str] | None = None,
        owners: list[str] | None = None,
    ) -> list[Image]:
        """Select images by ids, owners, users who may launch them, and filters, all together."""
        # moto asks itself for the image of an instance with a string in place of a list.
        filters = {name: [value] if isinstance(value, str) else value for name, value in (filters or {}).items()}
        images = self._named_images(ami_ids or [], filters)
        if owners:
            accounts = {self.account_id if owner == "self" else owner for owner in owners}
            images = [image for image in images if image.owner_id in accounts or image.owner_alias in accounts]
        if exec_users:
            users = {self.account_id if user == "self" else user for user in exec_users}
            images = [image for image in images if image.is_public or image.launchable_by(users)]
        return select(images, filters, lambda image, name: image_filter_values(image, name, self.tags_of(image.id)))

    def _named_images(self, ids: list[str], filters: dict[str, Any]) -> list[Image]:
        if not ids:
            named = exact_values(filters, "image-id")
            return list(self.amis.values()) if named is None else [self.amis[i] for i in named & self.amis.keys()]
        for image_id in ids:
            if not IMAGE_ID.fullmatch(image_id):
                raise ImageIdMalformedError(image_id=image_id)
        if missing := [i for i in dict.fromkeys(ids) if i not in self.amis and not self._lately_deregistered(i)]:
            raise ImageNotFoundError(*missing)
        return [self.amis[image_id] for image_id in dict.fromkeys(ids) if image_id in self.amis]

    def _lately_deregistered(self, image_id: str) -> bool:
        """Whether EC2 would still answer with an empty result for an image that is gone."""
        gone_at = self.deregistered.get(image_id)
        return gone_at is not None and time.monotonic() - gone_at < settings.CURRENT.forget_seconds

    def deregister_image(self, ami_id: str, *, with_snapshots: bool = False) -> list[dict[str, str]]:  # type: ignore[override] # moto returns nothing
        """Deregister; the name is free again, the snapshots stay unless asked for.

        Returns what became of each snapshot: one that another image needs is skipped.
        """
        if ami_id in self.deregistered:
            raise ImageUnavailableError(image_id=ami_id)
        image = self.get_image(ami_id)
        if image.protected:
            raise ImageProtectedError(image_id=ami_id)
        del self.amis[ami_id]
        self.image_names.pop(str(image.name), None)
        self.deregistered[ami_id] = time.monotonic()
        self.deleted_amis.append(ami_id)
        self.forget_tags(ami_id)
        for snapshot_id in image.snapshot_ids:
            self.images_of_snapshot.get(snapshot_id, set()).discard(ami_id)
        if not with_snapshots:
            return []
        return [
            {"SnapshotId": snapshot_id, "ReturnCode": self._drop(snapshot_id)} for snapshot_id in image.snapshot_ids
        ]

    def _drop(self, snapshot_id: str) -> str:
        if self.images_of_snapshot.get(snapshot_id):
            return "skipped"
        self.delete_snapshot(snapshot_id)
        return "success"

    def register_image(  # type: ignore[override] # moto takes a name and a description only
        self, name: str, description: str, mappings: list[Mapping], traits: Traits, location: str | None
    ) -> Image:
        """Register an image of snapshots, or of a bundle at `location`: then its root is in the instance store."""
        self.check_new_name(name)
        mappings = merged([], mappings)
        self.check_snapshots(mappings)
        image = Image(self, random_ami_id(), name, description, mappings, traits, location=location)
        return self.add_image(image, {})

    def copy_image(
        self, source_image_id: str, source_region: str, name: str | None = None, description: str | None = None
    ) -> Image:
        """Copy an image of a region with its snapshots; tags are not copied."""
        source = cast("Images", ec2_backends[self.account_id][source_region]).get_image(source_image_id)
        name = name or str(source.name)
        self.check_new_name(name)
        image_id, lifecycle, mappings = random_ami_id(), settings.CURRENT.next_lifecycle(), deepcopy(source.mappings)
        origin = cast("Images", source.ec2_backend)
        for ebs in [mapping["Ebs"] for mapping in mappings if "Ebs" in mapping]:
            known = origin.snapshots.get(ebs.get("SnapshotId"))
            if known is not None:
                text = f"Copied for DestinationAmi {image_id} from SourceAmi {source.id} for SourceSnapshot {known.id}"
                copied = self.copy_snapshot(known.id, source_region, text, None)
                ebs["SnapshotId"] = self.add_snapshot(copied, cast("Snapshot", known).size, lifecycle).id
        text = str(source.description) if description is None else description
        image = Image(self, image_id, name, text, mappings, source.traits, lifecycle=lifecycle)
        image.source = (source.id, source_region)
        return self.add_image(image, {})


def specified_tags(specifications: list[dict[str, Any]]) -> dict[str, dict[str, str]]:
    """Read the tags that CreateImage and CopyImage put on the image, and on all its snapshots."""
    tags: dict[str, dict[str, str]] = {"image": {}, "snapshot": {}}
    for specification in specifications:
        kind = specification.get("ResourceType", "")
        if kind not in tags:
            raise ParameterInvalidError(f"'{kind}' is not a valid taggable resource type for this operation.")
        tags[kind] = checked_tags(specification.get("Tags", []))
    return tags
