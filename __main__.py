"""The stack: an image for each release, names on the snapshots behind it, and the fleet."""

from typing import cast

import pulumi

from components.fleet import Fleet, FleetArgs
from components.releases import release_images
from components.settings import read_settings

settings = read_settings()
images = release_images(settings)
live = images[settings.live]

pulumi.export("images", {release: image.image_id for release, image in images.items()})
pulumi.export("snapshots", {release: image.snapshot_ids for release, image in images.items()})
pulumi.export("names", {release: image.snapshot_names for release, image in images.items()})

if settings.fleet is not None:
    fleet = Fleet(settings.service, cast("FleetArgs", {**settings.fleet, "image_id": live.image_id}))
    pulumi.export("live", settings.live)
    pulumi.export("launchSettings", fleet.launch_settings_id)
    pulumi.export("autoScalingGroup", fleet.auto_scaling_group_name)
