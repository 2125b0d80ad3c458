"""The stack: an image for each release, names on the snapshots behind it, and the fleet on the first."""

from typing import cast

import pulumi

from components.fleet import Fleet, FleetArgs
from components.releases import release_images
from components.settings import read_settings

settings = read_settings()
images = release_images(settings)
newest = images[settings.releases[0]]

pulumi.export("images", {release: image.image_id for release, image in images.items()})
pulumi.export("snapshots", {release: image.snapshot_ids for release, image in images.items()})
pulumi.export("names", {release: image.snapshot_names for release, image in images.items()})

if settings.fleet is not None:
    fleet = Fleet(settings.service, cast("FleetArgs", {**settings.fleet, "image_id": newest.image_id}))
    pulumi.export("launchConfiguration", fleet.launch_configuration_name)
    pulumi.export("autoScalingGroup", fleet.auto_scaling_group_name)
