"""What AWS would refuse of a delete, asked before anything is deleted."""

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from snapnames.rules.images import ImageWithSnapshots

from .snapshots import locked_snapshots

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mypy_boto3_ec2 import EC2Client

_ALLOWED = "DryRunOperation"
_GONE = ("InvalidAMIID.NotFound", "InvalidAMIID.Unavailable", "InvalidSnapshot.NotFound")
_IN_USE = "InvalidSnapshot.InUse"
"""As long as the image is there, that is so of its snapshots."""


def refusals(ec2: "EC2Client", found: ImageWithSnapshots) -> list[str]:
    """Why AWS would not let go of the image and its snapshots, a line for each reason; none where it would.

    Each delete is tried dry, which asks for the permission alone. Protection and locks are read: a dry run does not see
    them.
    """
    image = found.image
    reasons = [_protected(image.protection)] if image.protected else []
    tried: list[tuple[str, Callable[[], object]]] = [
        (f"image {image.image_id}", lambda: ec2.deregister_image(ImageId=image.image_id, DryRun=True))
    ]
    tried += [(f"snapshot {one.snapshot_id}", _deleting(ec2, one.snapshot_id)) for one in found.snapshots]
    reasons += [reason for what, delete in tried if (reason := _refused(what, delete))]
    return reasons + _locks(ec2, [one.snapshot_id for one in found.snapshots])


def _protected(protection: str) -> str:
    if protection == "enabled-with-cooldown":
        return "the image has deregistration protection with a cool-down of 24 hours after it is lifted"
    if protection == "enabled":
        return "the image has deregistration protection"
    return f"the image has deregistration protection ({protection})"


def _deleting(ec2: "EC2Client", snapshot_id: str) -> "Callable[[], object]":
    return lambda: ec2.delete_snapshot(SnapshotId=snapshot_id, DryRun=True)


def _refused(what: str, delete: "Callable[[], object]") -> str:
    try:
        delete()
    except ClientError as error:
        if error.response["Error"]["Code"] not in (_ALLOWED, _IN_USE, *_GONE):
            return f"AWS refuses to delete {what}: {reason_of(error)}"
    return ""


def reason_of(error: ClientError) -> str:
    """Code and words of a refusal, without the details that EC2 appends in a form that only STS can read.

    The words say who may not do what, and the kind of policy that keeps it from them.
    """
    answer = error.response["Error"]
    said, _, _ = answer["Message"].partition("Encoded authorization failure message:")
    return f"{answer['Code']} {said}".strip().removesuffix(".")


def _locks(ec2: "EC2Client", snapshot_ids: "Sequence[str]") -> list[str]:
    """The locks, where they can be read: a role that may delete need not be one that may read locks."""
    try:
        locked = locked_snapshots(ec2, snapshot_ids)
    except ClientError:
        return []
    return [f"snapshot {snapshot_id} is locked ({state})" for snapshot_id, state in locked.items()]
