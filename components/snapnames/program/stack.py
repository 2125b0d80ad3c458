"""The stack: an image for each release, names on the snapshots behind it, and the fleet; names for all other images."""

from typing import cast

import pulumi

from snapnames.config.settings import read_settings
from snapnames.fleet import Fleet, FleetArgs
from snapnames.owned_images import OwnedImages, OwnedImagesArgs
from snapnames.rules.history import HISTORY_OUTPUT
from snapnames.rules.owned_names import RECORD_OUTPUT

from .history import earlier_history, recorded_history
from .releases import release_images


def declare_stack() -> None:
    """Declare everything that the config of the running program's stack asks for, and export what the commands read.

    Raises `InputError` for a fault in the config before any resource is registered.
    """
    settings = read_settings()
    ran_before = earlier_history() if settings.fleet is not None else []
    images = release_images(settings)

    if settings.releases:
        pulumi.export("images", {release: image.image_id for release, image in images.items()})
        pulumi.export("snapshots", {release: image.snapshot_ids for release, image in images.items()})
        pulumi.export("names", {release: image.snapshot_names for release, image in images.items()})

    if settings.fleet is not None:
        live = images[settings.live]
        fleet = Fleet(settings.service, cast("FleetArgs", {**settings.fleet, "image_id": live.image_id}))
        pulumi.export("live", settings.live)
        pulumi.export("launchSettings", fleet.launch_settings_id)
        pulumi.export("autoScalingGroup", fleet.auto_scaling_group_name)
        history = recorded_history(ran_before, settings.live, settings.releases, fleet.rollout)
        pulumi.export(HISTORY_OUTPUT, history)

    if settings.owned_images is not None:
        # Images that were taken in are named beside their releases.
        exclude = [*settings.owned_images.get("exclude", ()), *settings.taken_in.values()]
        args = {**settings.owned_images, "exclude": exclude, "name_pattern": settings.name_pattern}
        pulumi.export(RECORD_OUTPUT, OwnedImages("owned-images", cast("OwnedImagesArgs", args)).record)
