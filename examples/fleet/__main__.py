"""A launch template of an image, and a group that launches from it and rolls its instances when the image changes."""

import pulumi
from snapnames import Fleet

config = pulumi.Config()
fleet = Fleet(
    "front-web",
    {
        "image_id": config.require("image"),
        "instance_type": "t3.micro",
        "launch": "template",
        "subnets": config.require_object("subnets"),
        "min_size": 1,
        "max_size": 2,
        "instance_refresh": {"min_healthy_percentage": 50},
    },
)
pulumi.export("launchTemplate", fleet.launch_settings_id)
pulumi.export("autoScalingGroup", fleet.auto_scaling_group_name)
