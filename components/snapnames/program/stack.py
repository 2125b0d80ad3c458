"""The stack: an image for each release, names on the snapshots behind it, and the fleet; names for all other images."""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import pulumi

from snapnames.config.settings import OTHER_OWNER, Settings, read_settings
from snapnames.fleet import Fleet, FleetArgs
from snapnames.own_process import lighten_program
from snapnames.own_updates import remember_engine
from snapnames.owned_images import OwnedImages, OwnedImagesArgs
from snapnames.resources.account_images import marked_ids
from snapnames.resources.stack_outputs import last_outputs
from snapnames.rules.groups import GROUP_OUTPUT
from snapnames.rules.history import HISTORY_OUTPUT, read_history
from snapnames.rules.owned_names import RECORD_OUTPUT

from .adoption import (
    ADOPTED_OUTPUT,
    ADOPTED_SERVICE_OUTPUT,
    IMAGES_OUTPUT,
    LEFT_OUTPUT,
    LIVE_OUTPUT,
    check_adoption,
    left_release,
)
from .copies import Copies
from .history import as_aws_tells, recorded_history
from .parameters import check_parameters, declare_parameters
from .releases import release_images
from .sharing import share

if TYPE_CHECKING:
    from pulumi import Output

    from snapnames.release_image import ReleaseImage

    from .taken_in import TakenInImage


def declare_stack() -> None:
    """Declare everything that the config of the running program's stack asks for, and export what the commands read.

    Raises `InputError` for a fault in the config before any resource is registered.
    """
    lighten_program()
    if not pulumi.runtime.is_dry_run():
        remember_engine(f"{pulumi.get_project()}/{pulumi.get_stack()}")
    settings = read_settings()
    last, marked = last_outputs(), cache(marked_ids)
    before = last if settings.releases else {}
    check_adoption(settings, before)
    copies = Copies.settle(settings, last, marked)
    check_parameters(settings, before, copies.unread)
    left = left_release(settings, before)
    images = release_images(settings, before, marked, left)
    if settings.releases:
        pulumi.export(IMAGES_OUTPUT, {release: image.image_id for release, image in images.items()})
        pulumi.export("snapshots", {release: image.snapshot_ids for release, image in images.items()})
        pulumi.export("names", {release: image.snapshot_names for release, image in images.items()})
    if left:
        pulumi.export(LEFT_OUTPUT, left)
    rollout = _declare_fleet(settings, settings.fleet, images, before) if settings.fleet is not None else None

    # A release is copied when it is in service: a region that refuses a copy then keeps nobody from it.
    declared = copies.declare(images, after=rollout)
    share(settings, images, declared)
    if settings.releases:
        declare_parameters(settings, images[settings.live], declared[settings.live], rollout)
    names = [image.snapshot_names for image in images.values()]
    copies.fail_last(declared, [*names, *([rollout] if rollout else [])])

    if settings.owned_images is not None:
        # Images that were taken in are named beside their releases.
        exclude = [*settings.owned_images.get("exclude", ()), *settings.taken_in.values()]
        args = {**settings.owned_images, "exclude": exclude, "name_pattern": settings.name_pattern}
        pulumi.export(RECORD_OUTPUT, OwnedImages("owned-images", cast("OwnedImagesArgs", args)).record)


def _declare_fleet(
    settings: Settings,
    wanted: Mapping[str, Any],
    images: "Mapping[str, ReleaseImage | TakenInImage]",
    before: Mapping[str, Any],
) -> "Output[str]":
    """Declare the fleet, which launches the live release, and record which releases have run. Gives its rollout."""
    args = {
        **wanted,
        "image_id": images[settings.live].image_id,
        "adopt_from_other_owner": OTHER_OWNER in settings.force,
    }
    recorded = read_history(before.get(HISTORY_OUTPUT))
    ran_before = as_aws_tells(recorded, settings, before.get(GROUP_OUTPUT, ""), wanted)
    fleet = Fleet(settings.service, cast("FleetArgs", args))
    pulumi.export(LIVE_OUTPUT, settings.live)
    pulumi.export("launchSettings", fleet.launch_settings_id)
    pulumi.export(GROUP_OUTPUT, fleet.auto_scaling_group_name)
    if "adopt" in wanted:
        pulumi.export(ADOPTED_OUTPUT, fleet.auto_scaling_group_name)
        pulumi.export(ADOPTED_SERVICE_OUTPUT, settings.service)
    pulumi.export(HISTORY_OUTPUT, recorded_history(ran_before, settings.live, settings.releases, fleet.rollout))
    return fleet.rollout
