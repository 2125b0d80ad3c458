"""The one reader of snapshots, and what EC2's own Description says of the image that one was made for."""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from snapnames.rules.images import VOLUME_OF_COPIES, Holdings, Image, ImageWithSnapshots, Snapshot
from snapnames.rules.limits import chunks

from .images import images_by, read_images
from .tags import tags_of

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_ec2.type_defs import FilterTypeDef, LockedSnapshotsInfoTypeDef, SnapshotTypeDef

_PAGE = 1000
"""The most snapshots that one call gives: docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSnapshots.html."""

_CREATED = re.compile(r"Created by CreateImage\(i-[0-9a-f]+\) for (?P<image>ami-[0-9a-f]+)( from vol-[0-9a-f]+)?")
"""The whole Description that EC2 gives a snapshot of CreateImage; older ones name the volume."""

_COPIED = re.compile(r"Copied for DestinationAmi (?P<image>ami-[0-9a-f]+) ")
"""How the Description begins that EC2 gives a snapshot of CopyImage."""


def read_snapshots(ec2: "EC2Client", filters: "Sequence[FilterTypeDef]" = ()) -> list[Snapshot]:
    """The account's snapshots that pass the filters: a call for each 1,000."""
    pages = ec2.get_paginator("describe_snapshots").paginate(
        OwnerIds=["self"], Filters=list(filters), PaginationConfig={"PageSize": _PAGE}
    )
    return [_snapshot(snapshot) for page in pages for snapshot in page["Snapshots"]]


def snapshots_made_for(ec2: "EC2Client", image_ids: Collection[str]) -> dict[str, list[Snapshot]]:
    """Image id to the snapshots that CreateImage made for it: a call for each 200 images, and none without one."""
    found: dict[str, list[Snapshot]] = {image_id: [] for image_id in image_ids}
    for chunk in chunks(image_ids):
        wanted = [f"Created by CreateImage(*) for {image_id}*" for image_id in chunk]
        for snapshot in read_snapshots(ec2, [{"Name": "description", "Values": wanted}]):
            if snapshot.made_for in found:
                found[snapshot.made_for].append(snapshot)
    return found


def snapshots_copied_for(ec2: "EC2Client", image_ids: Collection[str]) -> list[Snapshot]:
    """The snapshots that say that CopyImage made them for one of the images: a call for each 200 images."""
    found = []
    for chunk in chunks(image_ids):
        wanted = [f"Copied for DestinationAmi {image_id} *" for image_id in chunk]
        found += read_snapshots(ec2, [{"Name": "description", "Values": wanted}])
    return [one for one in found if one.copied_for in image_ids]


def with_snapshots(ec2: "EC2Client", images: Sequence[Image]) -> list[ImageWithSnapshots]:
    """The images with the snapshots that were made for them, in the order of their names and devices."""
    made = snapshots_made_for(ec2, [image.image_id for image in images])

    def joined(image: Image) -> ImageWithSnapshots:
        devices = {snapshot_id: device for device, snapshot_id in image.snapshots.items()}
        ordered = sorted(made[image.image_id], key=lambda one: (one.name or "", devices.get(one.snapshot_id, "")))
        return ImageWithSnapshots(image, tuple(ordered))

    return [joined(image) for image in images]


def locked_snapshots(ec2: "EC2Client", snapshot_ids: Collection[str]) -> dict[str, str]:
    """Snapshot id to the LockState, of those that are locked: a call for each 200 snapshots."""
    return {
        lock["SnapshotId"]: lock["LockState"]
        for chunk in chunks(snapshot_ids)
        for lock in _locks(ec2, chunk)
        if lock["LockState"] != "expired"
    }


def _locks(ec2: "EC2Client", snapshot_ids: Sequence[str]) -> "Iterator[LockedSnapshotsInfoTypeDef]":
    """Every page: boto3 has no paginator for this call."""
    answer = ec2.describe_locked_snapshots(SnapshotIds=snapshot_ids)
    yield from answer["Snapshots"]
    while token := answer.get("NextToken"):
        answer = ec2.describe_locked_snapshots(SnapshotIds=snapshot_ids, NextToken=token)
        yield from answer["Snapshots"]


def read_holdings(ec2: "EC2Client", *, images_first: bool) -> Holdings:
    """All images and snapshots of the account: a call for each 1,000 of either.

    What is read first can't miss what belongs to the other. With `images_first` a snapshot is missing only when it is
    gone, or when another account owns it; otherwise no snapshot looks as if its image were gone, which is made
    meanwhile.
    """
    if images_first:
        images, snapshots = read_images(ec2), read_snapshots(ec2)
    else:
        snapshots, images = read_snapshots(ec2), read_images(ec2)
    return Holdings(
        {image.image_id: image for image in images}, {snapshot.snapshot_id: snapshot for snapshot in snapshots}
    )


def holdings_of(ec2: "EC2Client", image_ids: Collection[str]) -> Holdings:
    """These images of the account, and the snapshots that they map: a call for each 200 of either.

    An image or a snapshot that the account does not own is not among them.
    """
    images = images_by(ec2, "image-id", image_ids)
    ids = list(dict.fromkeys(snapshot_id for image in images for snapshot_id in image.snapshots.values()))
    found = [
        snapshot
        for chunk in chunks(ids)
        for snapshot in read_snapshots(ec2, [{"Name": "snapshot-id", "Values": chunk}])
    ]
    return Holdings({one.image_id: one for one in images}, {one.snapshot_id: one for one in found})


def made_for(description: str, volume_id: str) -> str | None:
    """The id of the image that CreateImage made a snapshot for.

    A copy can keep the Description of CreateImage; EC2 shows no volume of its own for it.
    """
    created = _CREATED.fullmatch(description)
    return created["image"] if created and volume_id != VOLUME_OF_COPIES else None


def _snapshot(described: "SnapshotTypeDef") -> Snapshot:
    description, volume = described.get("Description", ""), described.get("VolumeId", "")
    copied = _COPIED.match(description)
    return Snapshot(
        snapshot_id=described["SnapshotId"],
        tags=tags_of(described),
        state=described["State"],
        percent=int(described.get("Progress", "").rstrip("%") or 0),
        size=described["VolumeSize"],
        started=described["StartTime"],
        archived=described.get("StorageTier") == "archive",
        restored="RestoreExpiryTime" in described,
        volume_id=volume,
        made_for=made_for(description, volume),
        copied_for=copied["image"] if copied else None,
        owner_id=described.get("OwnerId", ""),
    )
