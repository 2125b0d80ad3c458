"""Releases that others built: what the state has of them, what keeps them from a drop, and the drop itself.

An update never deletes what was taken in, since it only reads the image. So the drop is made here: of an image that the
state had as taken in, by its id and its name, and that is still what it was in all that EC2 fixes.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from snapnames.aws.deletion import delete_image
from snapnames.aws.images import images_by
from snapnames.aws.proofs import image_proof
from snapnames.aws.session import REFUSALS
from snapnames.aws.snapshots import holdings_of
from snapnames.cli.advice import aws_errors
from snapnames.cli.commands.session import Session
from snapnames.rules.images import ImageWithSnapshots
from snapnames.rules.taken_in import TakenIn, not_as_taken, persons_names

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

_NOT_IN_THE_STATE = "the state of the stack does not have it as taken in: run `pulumi up` first, and drop it then"


@dataclass(frozen=True)
class Taken:
    """A release that was taken in, as the state has it and as EC2 has it now."""

    recorded: TakenIn
    found: ImageWithSnapshots | None
    """None if EC2 does not have the image any more."""


def read_taken(session: Session, recorded: Mapping[str, TakenIn]) -> dict[str, Taken]:
    """Release to image, of what the state has as taken in: a call for each 200 images, and for their snapshots."""
    return as_now(session.account.session.ec2(), recorded) if recorded else {}


def as_now(ec2: "EC2Client", recorded: Mapping[str, TakenIn]) -> dict[str, Taken]:
    """The same, of what the caller has read from the state. Raises `CommandError`."""
    with aws_errors("the images that were taken in can't be read"):
        account = holdings_of(ec2, [one.image_id for one in recorded.values()])

    def found(one: TakenIn) -> ImageWithSnapshots | None:
        image = account.images.get(one.image_id)
        behind = dict.fromkeys(image.snapshots.values()) if image else {}
        owned = tuple(account.snapshots[snapshot_id] for snapshot_id in behind if snapshot_id in account.snapshots)
        return ImageWithSnapshots(image, owned) if image else None

    return {release: Taken(one, found(one)) for release, one in recorded.items()}


def reasons_to_keep_taken(session: Session, releases: Collection[str]) -> dict[str, list[str]]:
    """Release to why it can't be dropped, of those that the config takes in and the state does not have."""
    recorded = session.taken_in()
    return {
        release: [_NOT_IN_THE_STATE]
        for release in releases
        if release in session.file.taken_in and release not in recorded
    }


def unproven_taken(session: Session, taken: Taken) -> list[str]:
    """Why the image may not be deleted, beside what uses it and what AWS refuses: a line for each reason."""
    return unproven(session.account.session.ec2(), taken, session.stack.tag, session.stack.name_pattern)


def unproven(ec2: "EC2Client", taken: Taken, tag: str, pattern: str) -> list[str]:
    """The same. `tag`: what the mark of the stack says. `pattern`: by which it names snapshots.

    What can't be read counts as a reason: the delete can't be taken back.
    """
    if taken.found is None:
        return []
    image, behind = taken.found.image, taken.found.snapshots
    with aws_errors("what keeps images from being deleted can't be read"):
        proof = image_proof(ec2, image, behind, tag, launches=False)
        mapped = images_by(ec2, "block-device-mapping.snapshot-id", image.snapshots.values())
    others = [one for one in mapped if one.image_id != image.image_id]
    return [
        *not_as_taken(taken.recorded, image, behind),
        *(f"image {one.name} ({one.image_id}) has snapshots of it too" for one in others),
        *persons_names(image, behind, pattern),
        *(reason for reason in proof.held if not image.protected or "deregistration protection" not in reason),
        *(f"it can't be read whether something keeps it: {read}" for read in proof.unread),
    ]


def delete_taken(session: Session, taken: Mapping[str, Taken]) -> tuple[dict[str, list[str]], list[str]]:
    """Delete the images and their snapshots. Release to why it stays, of those that stay; and the snapshots left.

    The caller has read what keeps them, and an update has let go of them. Each image is proven again just before.
    """
    kept: dict[str, list[str]] = {}
    left: list[str] = []
    say = session.display.say
    again = read_taken(session, {release: one.recorded for release, one in taken.items()})
    for release, one in again.items():
        if one.found is None:
            say(f"image {one.recorded.name} ({one.recorded.image_id}) is gone already; its snapshots are left alone")
            continue
        why = unproven_taken(session, one)
        if not why:
            ids = [snapshot.snapshot_id for snapshot in one.found.snapshots]
            try:
                refused = delete_image(session.account.session.ec2(), one.recorded.image_id, ids)
            except REFUSALS as error:
                why = [f"AWS refuses to deregister it: {error}"]
            else:
                gone = len(ids) - len(refused)
                say(f"deleted image {one.recorded.name} ({one.recorded.image_id}) and {gone} of {len(ids)} snapshots")
                for snapshot_id, reason in refused.items():
                    say(f"warning: AWS has refused to delete its snapshot {snapshot_id}: {reason}")
                left += refused
        if why:
            kept[release] = why
    return kept, left
