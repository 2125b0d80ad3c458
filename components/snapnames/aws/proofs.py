"""Reads, for a few images and snapshots, all that can speak against a delete. What is denied counts as not known."""

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from snapnames.rules.candidates import LAUNCH_PERMISSIONS, LOCKS, REFERENCES, VOLUME_PERMISSIONS
from snapnames.rules.deletable import Proof, kept_by_tags
from snapnames.rules.images import Image, Snapshot

from .snapshots import locked_snapshots

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_ec2.type_defs import CreateVolumePermissionTypeDef, LaunchPermissionTypeDef


class _Notes:
    """What was found so far of one thing."""

    def __init__(self) -> None:
        self.held: list[str] = []
        self.unread: list[str] = []
        self.passed: list[str] = []

    def take(self, read: str, ask: Callable[[], list[str]]) -> None:
        """Ask, and note the answer: nothing, a reason, or that it could not be read."""
        try:
            reasons = ask()
        except ClientError as error:
            self.unread.append(f"{read} ({error.response['Error']['Code']})")
            return
        self.held += reasons
        if not reasons and read not in self.passed:
            self.passed.append(read)

    def proof(self) -> Proof:
        return Proof(tuple(self.held), tuple(dict.fromkeys(self.unread)), tuple(self.passed))


def image_proof(
    ec2: "EC2Client", image: Image, snapshots: Sequence[Snapshot | None], own: str | None, *, launches: bool = True
) -> Proof:
    """Of an image and the snapshots that would be deleted with it; None is a snapshot of another account.

    `launches`: whether an instance or a launch template that refers to it is a reason. A caller that has read who
    launches it knows better which of them are the stack's own.
    """
    notes = _Notes()
    notes.take(LAUNCH_PERMISSIONS, lambda: launchers(ec2, image.image_id))
    notes.held += kept_by_tags(image.tags, own)
    if image.protected:
        notes.held.append("it has deregistration protection")
    notes.take(REFERENCES, lambda: references(ec2, image.image_id, launches=launches))
    _snapshots(ec2, notes, [one for one in snapshots if one is not None], own)
    return notes.proof()


def launchers(ec2: "EC2Client", image_id: str) -> list[str]:
    """With whom the image is shared."""
    answer = ec2.describe_image_attribute(ImageId=image_id, Attribute="launchPermission")
    return list(_with_whom(answer.get("LaunchPermissions", [])))


def _snapshots(ec2: "EC2Client", notes: _Notes, snapshots: Sequence[Snapshot], own: str | None) -> None:
    for snapshot in snapshots:
        snapshot_id = snapshot.snapshot_id
        notes.held += [f"{reason} (snapshot {snapshot_id})" for reason in kept_by_tags(snapshot.tags, own)]
        notes.take(VOLUME_PERMISSIONS, partial(volume_makers, ec2, snapshot_id))
    ids = [snapshot.snapshot_id for snapshot in snapshots]
    notes.take(LOCKS, lambda: _locks(ec2, ids))


def volume_makers(ec2: "EC2Client", snapshot_id: str) -> list[str]:
    """With whom the snapshot is shared."""
    answer = ec2.describe_snapshot_attribute(SnapshotId=snapshot_id, Attribute="createVolumePermission")
    return [f"snapshot {snapshot_id}: {reason}" for reason in _with_whom(answer.get("CreateVolumePermissions", []))]


def _with_whom(permissions: "Sequence[LaunchPermissionTypeDef | CreateVolumePermissionTypeDef]") -> Iterator[str]:
    if any("Group" in one for one in permissions):
        yield "it is public"
    accounts = sum("UserId" in one for one in permissions)
    if accounts:
        yield f"it is shared with {accounts} account{'s' if accounts > 1 else ''}"
    if any("Group" not in one and "UserId" not in one for one in permissions):
        yield "it is shared with an organization"


def _locks(ec2: "EC2Client", snapshot_ids: Sequence[str]) -> list[str]:
    return [f"snapshot {snapshot_id} is locked" for snapshot_id in locked_snapshots(ec2, snapshot_ids)]


_LAUNCHES = ("ec2:Instance", "ec2:LaunchTemplate")


def references(ec2: "EC2Client", image_id: str, *, launches: bool) -> list[str]:
    """What refers to the image. A page can be empty and have a token for the next."""
    pages = ec2.get_paginator("describe_image_references").paginate(ImageIds=[image_id], IncludeAllResourceTypes=True)
    return [
        f"{one['Arn']} refers to it"
        for page in pages
        for one in page["ImageReferences"]
        if launches or one["ResourceType"] not in _LAUNCHES
    ]


def in_bin(recycled: Collection[str], image_id: str | None) -> list[str]:
    """Whether the Recycle Bin keeps the image."""
    return [f"its image {image_id} is in the Recycle Bin and can be restored"] if image_id in recycled else []
