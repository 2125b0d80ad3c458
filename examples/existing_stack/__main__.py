"""A stack that has a launch template and a group of its own already, and gets its images from `ReleaseImage` now.

Before, `image_id` was an id that somebody had looked up. Nothing else of the template and the group has changed.
"""

import pulumi
import pulumi_aws as aws
from snapnames import ReleaseImage, ReleaseImageArgs

config = pulumi.Config()
releases: list[str] = config.require_object("releases")  # newest first


def release_image(release: str) -> ReleaseImage:
    """Only the newest release is built; the older ones exist, and stay until they are taken off the list."""
    args: ReleaseImageArgs = {"image_name": f"front-web-{release}"}
    if release == releases[0]:
        args["source_instance_id"] = config.require("instance")
    return ReleaseImage(f"front-web-{release}", args)


images = {release: release_image(release) for release in releases}

template = aws.ec2.LaunchTemplate("web", image_id=images[releases[0]].image_id, instance_type="t3.micro")
group = aws.autoscaling.Group(
    "web",
    min_size=1,
    max_size=2,
    availability_zones=config.require_object("zones"),
    launch_template={"id": template.id, "version": template.latest_version.apply(str)},
)

pulumi.export("autoScalingGroup", group.name)
pulumi.export("names", {release: image.snapshot_names for release, image in images.items()})
