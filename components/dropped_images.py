"""Images of this stack whose release is no longer in the list, and whose snapshots the state may not have.

After a create that failed or timed out, the state has the image without its volumes. A delete would then deregister the
image and leave its snapshots. So the image stays declared until a refresh has read the snapshots into the state.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi import ComponentResource, Output
from pulumi.output import contains_unknowns

from .account_images import STACK_TAG, count_images, stack_tag
from .described import snapshots_behind, tags_of
from .errors import InputError
from .filters import chunks
from .in_use import Use, uses
from .named_image import NO_INSTANCE, NamedImage
from .release_image import TYPE
from .settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_ec2.type_defs import ImageTypeDef


class DroppedImage(ComponentResource):
    """An unfinished image whose release is dropped. It is declared in the same way as its `ReleaseImage` was.

    It names the snapshots of the image. The names tell later runs that the state has these snapshots. Before a refresh
    has read them, an output raises `InputError`. Nothing launches from the image.
    """

    def __init__(self, ami: "ImageTypeDef", settings: Settings) -> None:
        """Declare the image as EC2 has it, and the names that its snapshots would have."""
        image_name = ami["Name"]
        super().__init__(TYPE, image_name)
        image = NamedImage(
            self,
            image_name,
            settings.name_pattern,
            source_instance_id=NO_INSTANCE,
            tags=tags_of(ami),
            description=ami.get("Description") or None,
        )

        def name(seen: list[Any]) -> dict[str, str]:
            if contains_unknowns(seen) or not seen[1]:
                raise InputError(
                    f"image {image_name!r} was never finished, its release is dropped, and the state of this stack "
                    "does not have its snapshots, which a delete would leave behind: run `pulumi up --refresh`, then "
                    "`pulumi up`"
                )
            pulumi.log.warn(
                f"image {image_name!r} was never finished and its release is dropped: this update names its snapshots, "
                "the next `pulumi up` deletes it with them",
                resource=self,
            )
            return image.declare_names(seen[1], seen[0])

        names = Output.all(image.resource.root_device_name, image.snapshots).apply(name, run_with_unknowns=True)
        self.register_outputs({"snapshot_names": names})


def settle_dropped(settings: Settings, present: int) -> None:
    """Handle this stack's images whose release was dropped. `present`: how many images of the listed releases exist.

    An image whose snapshots never got a name stays declared. If no release was dropped, this makes one read. Raises
    `InputError` if a dropped image is still pending, because EC2 has not made all its snapshots; if something outside
    this stack uses a dropped image (a preview only warns); and if AWS refuses a read.
    """
    if count_images(tagged=True) <= present:
        return
    # Only a dropped release needs boto3. Its import takes longer than a whole preview without changes.
    from .aws_session import StackSession, reading  # noqa: PLC0415

    names = {settings.image_name(release) for release in settings.releases}
    with reading("the images of dropped releases"):
        session = StackSession()
        client = session.ec2()
        dropped = [image for image in _tagged(client) if image["Name"] not in names]
        unread = _unread(client, dropped)
    for image in unread:
        if image["State"] == "pending":
            raise InputError(
                f"image {image['Name']!r} ({image['ImageId']}) is pending and its release is not in "
                "snapnames:releases; deleted now, it would leave the snapshots that EC2 is still making: put the "
                "release back, or wait until the image is available or failed"
            )
        DroppedImage(image, settings)
    leaving = {image["ImageId"]: image["Name"] for image in dropped if image not in unread}
    if leaving and not settings.force:
        with reading("what uses the images of dropped releases"):
            found = uses(leaving, client, session.autoscaling())
        _guard(leaving, found)


def _guard(leaving: Mapping[str, str], found: list[Use]) -> None:
    if not found:
        return
    held = "; ".join(f"{leaving[use.image_id]!r} ({use.image_id}) by {use.user}" for use in found)
    message = (
        f"images of dropped releases are used outside this stack: {held}; they could launch no more: put the releases "
        "back, let the others move on, or set snapnames:force to true"
    )
    if not pulumi.runtime.is_dry_run():
        raise InputError(message)
    pulumi.log.warn(f"{message}. The update will fail")


def _tagged(client: "EC2Client") -> Iterable["ImageTypeDef"]:
    pages = client.get_paginator("describe_images").paginate(
        Owners=["self"], Filters=[{"Name": f"tag:{STACK_TAG}", "Values": [stack_tag()]}]
    )
    return (image for page in pages for image in page["Images"] if image["State"] != "deregistered")


def _unread(client: "EC2Client", images: list["ImageTypeDef"]) -> list["ImageTypeDef"]:
    """The images whose snapshots no update has known: EC2 is still making them, or none of them has a name."""
    snapshots = {image["ImageId"]: set(snapshots_behind(image).values()) for image in images}
    named = _named(client, [snapshot for ids in snapshots.values() for snapshot in ids])
    return [
        image
        for image in images
        if image["State"] == "pending" or (snapshots[image["ImageId"]] and not named & snapshots[image["ImageId"]])
    ]


def _named(client: "EC2Client", snapshot_ids: list[str]) -> set[str]:
    paginator = client.get_paginator("describe_snapshots")
    return {
        snapshot["SnapshotId"]
        for chunk in chunks(snapshot_ids)
        for page in paginator.paginate(
            OwnerIds=["self"],
            Filters=[{"Name": "tag-key", "Values": ["Name"]}, {"Name": "snapshot-id", "Values": chunk}],
        )
        for snapshot in page["Snapshots"]
    }
