"""Copies that the state has and the config no longer asks for: of a dropped release, or in a dropped region."""

from typing import TYPE_CHECKING

import pulumi

from snapnames.config.settings import IN_USE, Settings

from .dropped_images import DESTROYS
from .dropped_uses import DroppedImages, guard_uses, refuse_in_update

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from snapnames.aws.session import StackSession
    from snapnames.rules.copies import RegionImages

    from .recorded_copies import RecordedCopy


def settle_dropped_copies(
    settings: Settings,
    dropped: "Sequence[RecordedCopy]",
    read: "Mapping[str, RegionImages]",
    session: "StackSession",
) -> None:
    """See to it that the update may delete these copies. It reads what uses them, in the region of each.

    Raises `InputError`, or warns in a preview, for a copy that something outside this stack uses, for one in a region
    that can't be read, and for one whose snapshots the state does not have: a delete would leave them behind.
    """
    for region in sorted({copy.region for copy in dropped}):
        images = read[region]
        here = [copy for copy in dropped if copy.region == region]
        # A copy that was deregistered by hand is used by nobody.
        names = {copy.image_id: copy.name for copy in here if images.fault or images.has(copy.image_id)}
        way_back = "put the region back" if region not in settings.copies else "put the releases back"
        if names and pulumi.runtime.is_dry_run():
            listed = ", ".join(f"{name} ({image_id})" for image_id, name in names.items())
            pulumi.log.warn(f"{DESTROYS}: {listed} in {region}, since {_no_longer(settings, region)}")
        unread = [copy for copy in here if copy.image_id in names and not copy.has_volumes]
        if unread:
            listed = ", ".join(f"{copy.name!r} ({copy.image_id})" for copy in unread)
            refuse_in_update(
                f"the state of this stack does not have the snapshots of {listed} in {region}, as after a copy that "
                f"failed or timed out, and a delete would leave them behind: {way_back}, or run `pulumi refresh` first"
            )
        if IN_USE in settings.force or not names:
            continue
        if images.fault:
            refuse_in_update(
                f"what uses the copies in {region} can't be read, and they could be in use: {images.fault}; "
                f"{way_back}, or set {settings.namespace}force to [{IN_USE}]"
            )
            continue
        there = [image for image in images.images if image.image_id in names]
        behind = {one: image.image_id for image in there for one in image.snapshots.values()}
        guard_uses(DroppedImages(f"copies in {region}", way_back, names, behind), session.elsewhere(region))


def _no_longer(settings: Settings, region: str) -> str:
    if region not in settings.copies:
        return f"{settings.namespace}copies does not list the region"
    return f"{settings.namespace}releases does not list their releases"
