"""An Auto Scaling group that somebody made by hand launches images of `ReleaseImage` from now on.

`Fleet` takes the group over in place. Only what the group launches from changes. The group outlives this stack, so the
image that it launches has to outlive the stack too: `retain_on_delete` says so, for the live release alone.
"""

import pulumi
from pulumi import ResourceOptions
from snapnames import Fleet, ReleaseImage, ReleaseImageArgs

config = pulumi.Config()
releases: list[str] = config.require_object("releases")  # newest first
live = config.get("live") or releases[0]


def release_image(release: str) -> ReleaseImage:
    """Only the newest release is built; the older ones exist, and stay until they are taken off the list."""
    args: ReleaseImageArgs = {"image_name": f"front-web-{release}"}
    if release == releases[0]:
        args["source_instance_id"] = config.require("instance")
    # The update that makes another release live clears the option of this one, so that a later update can delete it.
    # After a release that failed: first make the old one live again, and drop the failed one in a later update.
    return ReleaseImage(f"front-web-{release}", args, ResourceOptions(retain_on_delete=release == live))


images = {release: release_image(release) for release in releases}

fleet = Fleet(
    "front-web",
    {"image_id": images[live].image_id, "adopt": config.require("group"), "instance_refresh": {}},
)

pulumi.export("autoScalingGroup", fleet.auto_scaling_group_name)
pulumi.export("launches", images[live].image_name)
