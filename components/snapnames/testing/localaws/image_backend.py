"""The images of an account: made of the volumes an instance has, copied, registered, deregistered."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from moto.ec2.utils import random_ami_id

from . import settings
from .errors import (
    ImageIdMalformedError,
    ImageNameDuplicateError,
    ImageNameMalformedError,
    ImageNotFoundError,
    InstanceIdMalformedError,
    InstanceStateIncorrectError,
    ParameterInvalidError,
    ParameterMissingError,
)
from .images import Image, Launch, Traits
from .mappings import Mapping, imaged, merged
from .public_images import public_images
from .snapshot_backend import Snapshots
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
        self.image_names: dict[str, set[str]] = {}
        """Name to the images that have it: a copy may have the name of another."""
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
        image_id, lifecycle = random_ami_id(), settings.CURRENT.next_lifecycle(self.region_name)
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
        self.check_name(name)
        if holders := self.image_names.get(name):
            raise ImageNameDuplicateError(name=name, image_id=min(holders))

    def check_name(self, name: str) -> None:
        """Raise for a name that EC2 refuses, whoever has it."""
        if not name:
            raise ParameterMissingError(parameter="name")
        if not IMAGE_NAME.fullmatch(name):
            raise ImageNameMalformedError

    def check_snapshots(self, mappings: list[Mapping]) -> None:
        """Raise if a mapping names a snapshot that the account can't use."""
        for mapping in mappings:
            if snapshot_id := mapping.get("Ebs", {}).get("SnapshotId"):
                self.usable_snapshot(snapshot_id)

    def add_image(self, image: Image, tags: dict[str, str]) -> Image:
        """Register an image that the account owns."""
        self.amis[image.id] = image
        self.image_names.setdefault(str(image.name), set()).add(image.id)
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

    def register_image(  # type: ignore[override] # moto takes a name and a description only
        self, name: str, description: str, mappings: list[Mapping], traits: Traits, location: str | None
    ) -> Image:
        """Register an image of snapshots, or of a bundle at `location`: then its root is in the instance store."""
        self.check_new_name(name)
        mappings = merged([], mappings)
        self.check_snapshots(mappings)
        image = Image(self, random_ami_id(), name, description, mappings, traits, location=location)
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
