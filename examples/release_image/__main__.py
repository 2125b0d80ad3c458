"""The image of one instance, with a name on each snapshot behind it."""

import pulumi
from snapnames import ReleaseImage

config = pulumi.Config()
image = ReleaseImage(
    "front-web",
    {
        "image_name": f"front-web-{config.require('release')}",
        "source_instance_id": config.require("instance"),
        "snapshot_tags": {"team": "web"},
    },
)
pulumi.export("image", image.image_id)
pulumi.export("snapshots", image.snapshot_ids)
pulumi.export("names", image.snapshot_names)
