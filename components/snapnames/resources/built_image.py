"""Whether the image in a state is built, and the names of the snapshots that it then has."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pulumi
from pulumi import Input, Output
from pulumi.output import contains_unknowns

from snapnames.errors import InputError
from snapnames.rules.naming import ordered_devices

from .named_image import NamedImage


class _Seen(NamedTuple):
    """What the state says of an image, and which images are unfinished in the account."""

    image_id: str | None
    root_device: str
    snapshots: Mapping[str, str]
    unfinished: Sequence[str]


@dataclass(frozen=True)
class BuiltImage:
    """The block device mappings of an image that may be used."""

    image_id: str
    root_device: str
    snapshots: dict[str, str]
    """Device name to snapshot id, of the EBS mappings, root first."""


def built_image(
    image: NamedImage,
    unfinished: Output[Sequence[str]],
    refuse_unfinished: Callable[[str], Input[Any]],
    no_volumes: Callable[[str], InputError],
) -> Output[BuiltImage | None]:
    """The image's mappings. Raises `InputError` if the create failed or timed out: the state has an image then too.

    Unknown if the image is still to be made. None if the image is not a target of this update: in an update, this is
    the only case in which the ids are unknown. `refuse_unfinished` raises for an id of an image that is not available,
    and `no_volumes` gives the error for an image without volumes in the state.
    """

    def settled(seen: _Seen) -> Input[BuiltImage | None]:
        if seen.image_id is None:  # no target of this update
            return None
        if seen.image_id in seen.unfinished:
            refused: Input[BuiltImage | None] = refuse_unfinished(seen.image_id)
            return refused
        if not seen.snapshots:
            raise no_volumes(seen.image_id)
        devices = ordered_devices(seen.snapshots, seen.root_device)
        return BuiltImage(seen.image_id, seen.root_device, {device: seen.snapshots[device] for device in devices})

    return Output.all(image.resource.id, image.resource.root_device_name, image.snapshots, unfinished).apply(
        lambda seen: None if contains_unknowns(seen) else settled(_Seen(*seen)),
        run_with_unknowns=not pulumi.runtime.is_dry_run(),
    )


def declared_names(
    image: NamedImage, built: Output[BuiltImage | None], predicted: Callable[[], Input[dict[str, str]]]
) -> Output[dict[str, str]]:
    """Device name to the Name of its snapshot: of what the built image has, or else `predicted`."""

    def declare(seen: BuiltImage | None) -> Input[dict[str, str]]:
        if contains_unknowns(seen):
            return predicted()
        return {} if seen is None else image.declare_names(seen.snapshots, seen.root_device)

    return built.apply(declare, run_with_unknowns=True)
