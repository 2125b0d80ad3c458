"""Releases whose images others built, taken in as they are: read, marked, named, and never deleted by an update."""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi import ComponentResource, Output, ResourceOptions

from snapnames.aws.images import images_by, present_ids
from snapnames.aws.session import program_session, reading
from snapnames.config.settings import Settings
from snapnames.errors import InputError
from snapnames.owned_images import OwnedImages
from snapnames.resources.account_images import stack_tag
from snapnames.resources.aws_resources import Tag
from snapnames.resources.stack_outputs import last_outputs
from snapnames.rules.images import TAKEN_IN_TAG, Image
from snapnames.rules.naming import ordered_devices
from snapnames.rules.resource_types import TAKEN_IN_IMAGE
from snapnames.rules.taken_in import untakeable

IMAGES_OUTPUT = "takenIn"
"""The stack output with the id of each image that was taken in, by release."""

NAMES_OUTPUT = "takenInNames"
"""The stack output with the record of the names that their snapshots got."""


class TakenInImage(ComponentResource):
    """An image that others built, as a release. Its only resource is the mark on the image.

    The registered inputs say which image it is. By them `snapnames prune` knows later what was taken in.
    """

    image_id: Output[str]
    image_name: Output[str]
    snapshot_ids: Output[dict[str, str]]
    """Device name to the id of its snapshot, root first."""

    snapshot_names: Output[dict[str, str]]
    """Device name to the Name of its snapshot, root first: one that it had before, or the one that it gets."""

    devices: Output[list[str]]
    """The device names of its volumes, root first."""

    encrypted: Output[bool]
    deprecation_time: Output[str]
    """When it becomes deprecated, as RFC 3339; empty for never."""

    def __init__(self, image: Image, names: Output[dict[str, str]]) -> None:
        """Declare the image as it is. `names`: snapshot id to Name."""
        snapshots = {device: image.snapshots[device] for device in ordered_devices(image.snapshots, image.root_device)}
        said = {"image_id": image.image_id, "image_name": image.name, "snapshots": snapshots}
        super().__init__(TAKEN_IN_IMAGE, image.name, said)
        Tag(f"{image.name}:{TAKEN_IN_TAG}", image.image_id, TAKEN_IN_TAG, stack_tag(), ResourceOptions(parent=self))
        self.image_id = Output.from_input(image.image_id)
        self.image_name = Output.from_input(image.name)
        self.snapshot_ids = Output.from_input(snapshots)
        self.snapshot_names = names.apply(
            lambda known: {device: known[one] for device, one in snapshots.items() if one in known}
        )
        self.devices = Output.from_input(list(snapshots))
        self.encrypted = Output.from_input(image.encrypted)
        self.deprecation_time = Output.from_input(image.deprecated.isoformat() if image.deprecated else "")
        self.register_outputs(
            {
                "image_id": self.image_id,
                "image_name": self.image_name,
                "snapshot_ids": self.snapshot_ids,
                "snapshot_names": self.snapshot_names,
            }
        )


def read_taken_in(settings: Settings) -> dict[str, Image]:
    """Release to image, of the releases that the config takes in: one read, and none if there is no such release.

    Raises `InputError` for every image that can't be a release, before anything is registered.
    """
    if not settings.taken_in:
        return {}
    ids = list(settings.taken_in.values())
    before: Mapping[str, str] = last_outputs().get(IMAGES_OUTPUT) or {}
    with reading("the images of snapnames:takenIn"):
        session = program_session()
        ec2 = session.ec2()
        found = {image.image_id: image for image in images_by(ec2, "image-id", ids)}
        others = present_ids(ec2, set(ids) - set(found)) if set(ids) - set(found) else set()
    faults = []
    for release, image_id in settings.taken_in.items():
        image, name = found.get(image_id), settings.image_name(release)
        if image is not None:
            known = before.get(release) == image_id and settings.live != release
            why = untakeable(image, name, stack_tag(), known=known)
        elif image_id in others:
            why = "another account owns it"
        else:
            why = f"there is no such image in {session.place}, or it was deregistered"
        if why:
            faults.append(f"snapnames:takenIn gives release {release!r} the image {image_id}, which can't be it: {why}")
    if faults:
        raise InputError("\n".join([*faults, "take such releases out of snapnames:takenIn and snapnames:releases"]))
    return {release: found[image_id] for release, image_id in settings.taken_in.items()}


def declare_taken_in(settings: Settings, images: Mapping[str, Image]) -> dict[str, TakenInImage]:
    """Declare the images as releases, and the names of their snapshots. A name that a person gave stays."""
    if not images:
        return {}
    owned = OwnedImages(
        "taken-in",
        {
            "image_ids": [image.image_id for image in images.values()],
            "name_pattern": settings.name_pattern,
            "record_output": NAMES_OUTPUT,
        },
    )
    pulumi.export(IMAGES_OUTPUT, {release: image.image_id for release, image in images.items()})
    pulumi.export(NAMES_OUTPUT, owned.record)
    names = owned.record.apply(_all_names)
    return {release: TakenInImage(image, names) for release, image in images.items()}


def _all_names(record: Mapping[str, Any]) -> dict[str, str]:
    return {**record["names"], **{snapshot_id: kept["name"] for snapshot_id, kept in record["kept"].items()}}
