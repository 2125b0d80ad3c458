"""Images of this stack whose release is no longer in the list, and that the state may not know whole.

A create that failed or timed out leaves an image in the state without its volumes. Deleting it then would deregister
the image and leave its snapshots, so it stays declared until a refresh has read them into the state.

The image of a release that a group of the team's own launched is marked to outlive the stack. If an update that made it
so has failed, the state still has the mark. Then the image is declared once more without the mark, and the next update
deletes it.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi import ComponentResource, Output
from pulumi.output import contains_unknowns

from snapnames.config.settings import IN_USE, Settings
from snapnames.errors import InputError
from snapnames.resources.named_image import NO_INSTANCE, NamedImage, image_of_instance
from snapnames.rules.images import Image, ImageWithSnapshots
from snapnames.rules.resource_types import RELEASE_IMAGE

from .dropped_uses import DroppedImages, guard_uses
from .recorded_images import recorded_images

if TYPE_CHECKING:
    from .account import Account

DESTROYS = "the update will destroy images and their snapshots"


class DroppedImage(ComponentResource):
    """An image that was never finished and whose release is dropped, declared as its `ReleaseImage` was.

    Names its snapshots, which tells later runs that the state has them. Raises `InputError` in an output until a
    refresh has read them. Nothing launches from it.
    """

    def __init__(self, found: Image, settings: Settings) -> None:
        """Declare the image as it is, and the names that it would have."""
        image_name = found.name
        super().__init__(RELEASE_IMAGE, image_name)
        resource = image_of_instance(
            self, image_name, source_instance_id=NO_INSTANCE, tags=found.tags, description=found.description or None
        )
        image = NamedImage(self, image_name, settings.name_pattern, resource)

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


def settle_dropped(
    settings: Settings, account: "Account", recorded: Callable[[], Mapping[str, bool]] = recorded_images
) -> list[str]:
    """See to the images of this stack that are no release any more; the names of those to declare once more as images.

    Keeps those whose snapshots never got a name, and those that the state has as ones that outlive the stack. Leaves
    alone what the state does not have: what an earlier stack of this name has left to a group, and what somebody has
    given the mark of the stack, such as an image that was registered again with all its tags. Reads nothing when no
    image but the releases bears the mark. Raises `InputError` for a dropped image that is still pending, since EC2 has
    not made all its snapshots, for one that something outside this stack uses (a preview warns of that), and when AWS
    or pulumi refuses a read. `recorded`: reads the images that the state has, as `recorded_images` does.
    """
    names = {settings.image_name(release) for release in settings.releases}
    dropped = [image for image in account.built if image.name not in names]
    if not dropped:
        return []
    kept = recorded()
    # No update can delete what the state does not have.
    dropped = [image for image in dropped if image.image_id in kept]
    if not dropped:
        return []
    # Only a dropped release needs boto3, which takes longer to import than a preview without changes takes in all.
    from snapnames.aws.session import reading  # noqa: PLC0415
    from snapnames.aws.snapshots import with_snapshots  # noqa: PLC0415

    with reading("the images of dropped releases"):
        unread = [one.image for one in with_snapshots(account.ec2, dropped) if _unread(one)]
    for image in unread:
        if image.state == "pending":
            raise InputError(
                f"image {image.name!r} ({image.image_id}) is pending and its release is not in "
                "snapnames:releases; deleted now, it would leave the snapshots that EC2 is still making: put the "
                "release back, or wait until the image is available or failed"
            )
        DroppedImage(image, settings)
    leaving = {image.image_id: image.name for image in dropped if image not in unread}
    adopted = (settings.fleet or {}).get("adopt", "")
    let_go = {image_id: name for image_id, name in leaving.items() if kept.get(image_id)}
    gone = {image_id: name for image_id, name in leaving.items() if image_id not in let_go}
    _say_destroyed(gone, settings.namespace)
    if leaving and IN_USE not in settings.force:
        behind = {one: image.image_id for image in dropped if image not in unread for one in image.snapshots.values()}
        guard_uses(
            DroppedImages("images of dropped releases", "put the releases back", leaving, behind),
            account.session,
            [adopted] if adopted else [],
        )
    if let_go:
        pulumi.log.warn(
            f"this update keeps {_listed(let_go)}, since an update that failed has kept it for the Auto Scaling group: "
            "the next `pulumi up` deletes it"
        )
    return list(let_go.values())


def _unread(found: ImageWithSnapshots) -> bool:
    """Whether no update has known its snapshots: they are being made, or none has a name."""
    return found.image.state == "pending" or found.unread


def _say_destroyed(leaving: Mapping[str, str], namespace: str) -> None:
    if leaving and pulumi.runtime.is_dry_run():
        pulumi.log.warn(f"{DESTROYS}: {_listed(leaving)}, since {namespace}releases does not list their releases")


def _listed(images: Mapping[str, str]) -> str:
    return ", ".join(f"{name} ({image_id})" for image_id, name in images.items())
