"""What uses the images that an update would destroy: such an update is refused."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from snapnames.errors import InputError
from snapnames.resources.account_images import stack_tag
from snapnames.rules.images import Use

if TYPE_CHECKING:
    from snapnames.aws.session import StackSession


@dataclass(frozen=True)
class DroppedImages:
    """Images of one region that the update would destroy."""

    what: str
    """What they are, as `images of dropped releases`."""

    way_back: str
    """What keeps them, as `put the releases back`."""

    names: Mapping[str, str]
    """Image id to name."""

    behind: Mapping[str, str]
    """Snapshot id to the id of its image."""

    def held_by(self, use: Use) -> str:
        """The image that something uses, itself or by one of its snapshots, and what uses it."""
        image_id = self.behind.get(use.image_id, use.image_id)
        whole = f"{self.names[image_id]!r} ({image_id}) by {use}"
        return whole if image_id == use.image_id else f"{whole}, which uses {use.what}"


def guard_uses(dropped: DroppedImages, session: "StackSession", adopted: Collection[str] = ()) -> None:
    """Raise `InputError`, or warn in a preview, when something outside this stack can launch one of the images.

    `session`: of the region of the images. `adopted`: the group that the stack takes over, if there is one.
    """
    # Only a dropped image needs boto3, which takes longer to import than a preview without changes takes in all.
    from snapnames.aws import uses  # noqa: PLC0415
    from snapnames.aws.session import reading  # noqa: PLC0415

    with reading(f"what uses the {dropped.what}"):
        ec2 = session.ec2()
        found = uses.read_uses(ec2, session.autoscaling(), image_ids=dropped.names, snapshot_ids=dropped.behind)
        older = uses.read_older_versions(ec2, found.templates)
    own = uses.own_templates(found, stack_tag())
    noted = [use for use in older if use.image_id in dropped.names and use not in found.found and use.by not in own]
    if noted:
        pulumi.log.info(
            f"versions of launch templates that nothing launches by default name {dropped.what}: "
            f"{_held(dropped, noted)}"
        )
    outside = uses.used_outside(found, stack_tag(), adopted)
    if not outside:
        return
    refuse_in_update(
        f"{dropped.what} are used outside this stack: {_held(dropped, outside)}; they could launch no more: "
        f"{dropped.way_back}, let the others move on, or set snapnames:force to [in-use]"
    )


def refuse_in_update(message: str) -> None:
    """Raise `InputError`; in a preview, which shows what the update would do, it is a warning."""
    if not pulumi.runtime.is_dry_run():
        raise InputError(message)
    pulumi.log.warn(f"{message}. The update will fail")


def _held(dropped: DroppedImages, uses: Iterable[Use]) -> str:
    return "; ".join(map(dropped.held_by, uses))
