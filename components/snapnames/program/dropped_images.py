"""Images of this stack whose release is no longer in the list, and that the state may not know whole.

A create that failed or timed out leaves an image in the state without its volumes. Deleting it then would deregister
the image and leave its snapshots, so it stays declared until a refresh has read them into the state.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi import ComponentResource, Output
from pulumi.output import contains_unknowns

from snapnames.config.settings import IN_USE, Settings
from snapnames.errors import InputError
from snapnames.resources.account_images import stack_tag
from snapnames.resources.named_image import NO_INSTANCE, NamedImage
from snapnames.rules.images import Image, ImageWithSnapshots, Use
from snapnames.rules.resource_types import RELEASE_IMAGE

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
        image = NamedImage(
            self,
            image_name,
            settings.name_pattern,
            source_instance_id=NO_INSTANCE,
            tags=found.tags,
            description=found.description or None,
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


def settle_dropped(settings: Settings, account: "Account") -> None:
    """See to the images of this stack that are no release any more.

    Keeps those whose snapshots never got a name. Reads nothing when no release was dropped. Raises `InputError` for a
    dropped image that is still pending, since EC2 has not made all its snapshots, for one that something outside this
    stack uses (a preview warns of that), and when AWS refuses a read.
    """
    names = {settings.image_name(release) for release in settings.releases}
    dropped = [image for image in account.built if image.name not in names]
    if not dropped:
        return
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
    if leaving and pulumi.runtime.is_dry_run():
        pulumi.log.warn(
            f"{DESTROYS}: {', '.join(f'{name} ({image_id})' for image_id, name in leaving.items())}, since "
            "snapnames:releases does not list their releases"
        )
    if leaving and IN_USE not in settings.force:
        _guard(leaving, account)


def _unread(found: ImageWithSnapshots) -> bool:
    """Whether no update has known its snapshots: they are being made, or none has a name."""
    return found.image.state == "pending" or found.unread


def _guard(leaving: Mapping[str, str], account: "Account") -> None:
    """Raise, or warn in a preview, when something outside this stack can launch one of the images."""
    from snapnames.aws.session import reading  # noqa: PLC0415
    from snapnames.aws.uses import read_older_versions, read_uses, used_outside  # noqa: PLC0415

    with reading("what uses the images of dropped releases"):
        uses = read_uses(account.ec2, account.session.autoscaling(), image_ids=leaving)
        older = read_older_versions(account.ec2, uses.templates)
    found = used_outside(uses, stack_tag())
    own = {launch.template for group in uses.groups if group.builder == stack_tag() for launch in group.launches}
    noted = [use for use in older if use.image_id in leaving and use not in uses.found and use.by not in own]
    if noted:
        pulumi.log.info(
            f"versions of launch templates that nothing launches by default name images of dropped releases: "
            f"{_held(leaving, noted)}"
        )
    if not found:
        return
    message = (
        f"images of dropped releases are used outside this stack: {_held(leaving, found)}; they could launch no more: "
        "put the releases back, let the others move on, or set snapnames:force to [in-use]"
    )
    if not pulumi.runtime.is_dry_run():
        raise InputError(message)
    pulumi.log.warn(f"{message}. The update will fail")


def _held(leaving: Mapping[str, str], uses: Iterable[Use]) -> str:
    return "; ".join(f"{leaving[use.image_id]!r} ({use.image_id}) by {use}" for use in uses)
