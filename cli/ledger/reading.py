"""Reads the account's images and snapshots in pages, and never with a call for each image."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from snapnames.account_images import STACK_TAG
from snapnames.described import is_copy, snapshots_behind, tags_of

from ..account import made_for

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_ec2.type_defs import ImageTypeDef, PaginatorConfigTypeDef, SnapshotTypeDef

_PAGE: "PaginatorConfigTypeDef" = {"PageSize": 1000}
"""The largest page of DescribeImages and DescribeSnapshots."""

_COPIED_FOR = re.compile(r"Copied for DestinationAmi (ami-[0-9a-f]+) ")
"""The beginning of the description that EC2 gives to a snapshot of CopyImage."""


@dataclass(frozen=True)
class Snapshot:
    """A snapshot that the account owns."""

    snapshot_id: str
    name: str | None
    """The value of the tag Name. None if there is no such tag, or if it is empty."""

    state: str
    size: int
    """GiB of the volume. It is an upper bound: EC2 bills only the blocks that differ from the snapshot before."""

    archived: bool
    started: datetime
    image_id: str | None
    """The image for which EC2 made the snapshot, as its description says. The image may be gone."""


@dataclass(frozen=True)
class Image:
    """An image that the account owns, in any state but deregistered."""

    image_id: str
    name: str
    state: str
    reason: str
    """EC2's reason, if the image failed. Otherwise empty."""

    created: datetime
    deprecated: datetime | None
    root_device: str
    snapshots: Mapping[str, str]
    """Device name to snapshot id, for the mappings that have a snapshot. A pending image may not show them yet."""

    builder: str | None
    """The stack whose release the image is, `<organization>/<project>/<stack>`."""

    @property
    def unfinished(self) -> bool:
        """Whether EC2 is still making the image, or has failed to make it."""
        return self.state not in ("available", "disabled")


@dataclass(frozen=True)
class Holdings:
    """What the account owns in one region, by id."""

    images: Mapping[str, Image]
    snapshots: Mapping[str, Snapshot]

    def behind(self) -> dict[str, list[str]]:
        """Image id to the ids of its snapshots: those in its mappings, and others that EC2 made for the image."""
        found = {image_id: list(dict.fromkeys(image.snapshots.values())) for image_id, image in self.images.items()}
        mapped = {snapshot_id for ids in found.values() for snapshot_id in ids}
        for snapshot in self.snapshots.values():
            if snapshot.snapshot_id not in mapped and snapshot.image_id in found:
                found[snapshot.image_id].append(snapshot.snapshot_id)
        return found


def read_holdings(ec2: "EC2Client") -> Holdings:
    """Read the account: one call for each 1,000 snapshots, and then one call for each 1,000 images.

    Disabled and deprecated images are included. Because snapshots are read first, the snapshots of an image that is
    made in the meantime can't look as if their image were gone.
    """
    pages = ec2.get_paginator("describe_snapshots").paginate(OwnerIds=["self"], PaginationConfig=_PAGE)
    snapshots = [_snapshot(snapshot) for page in pages for snapshot in page["Snapshots"]]
    image_pages = ec2.get_paginator("describe_images").paginate(
        Owners=["self"], IncludeDeprecated=True, IncludeDisabled=True, PaginationConfig=_PAGE
    )
    images = [_image(image) for page in image_pages for image in page["Images"] if image["State"] != "deregistered"]
    return Holdings(
        {image.image_id: image for image in sorted(images, key=lambda one: (one.created, one.image_id))},
        {snapshot.snapshot_id: snapshot for snapshot in snapshots},
    )


def _snapshot(described: "SnapshotTypeDef") -> Snapshot:
    copied_for = _COPIED_FOR.match(described.get("Description", ""))
    return Snapshot(
        snapshot_id=described["SnapshotId"],
        name=tags_of(described).get("Name") or None,
        state=described["State"],
        size=described["VolumeSize"],
        archived=described.get("StorageTier") == "archive",
        started=described["StartTime"],
        image_id=copied_for[1] if copied_for else made_for(described),
    )


def _image(described: "ImageTypeDef") -> Image:
    deprecated = described.get("DeprecationTime")
    return Image(
        image_id=described["ImageId"],
        name=described["Name"],
        state=described["State"],
        reason=described.get("StateReason", {}).get("Message", "") if described["State"] == "failed" else "",
        created=datetime.fromisoformat(described["CreationDate"]),
        deprecated=datetime.fromisoformat(deprecated) if deprecated else None,
        root_device=described.get("RootDeviceName", ""),
        snapshots=snapshots_behind(described),
        builder=None if is_copy(described) else tags_of(described).get(STACK_TAG),
    )
