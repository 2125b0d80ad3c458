"""The Recycle Bin: images that were deregistered and snapshots that were deleted, while a retention rule keeps them.

docs.aws.amazon.com/ebs/latest/userguide/recycle-bin.html, its considerations: what is in the bin can be seen,
restored, and tagged; nothing takes it out before its time. The rules are settings here (`image_retention_seconds`,
`snapshot_retention_seconds`): the Recycle Bin's own API is not there. Its codes and texts could not be checked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from . import clock
from .errors import ImageNotFoundError, ParameterInvalidError, SnapshotNotFoundError
from .parameters import ParameterActions
from .wire import BulkResult, page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from moto.core.responses import ActionResult

    from .snapshots import Snapshot

Thing = TypeVar("Thing")

MARK = "aws:recycle-bin:resource-in-bin"
"""The tag that AWS gives to what is in the bin, and takes away again."""

IMAGE_IDS_LIMIT = 20
"""docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ListImagesInRecycleBin.html."""


@dataclass
class Binned(Generic[Thing]):
    """What is in the bin, and until when."""

    thing: Thing
    entered: datetime
    exits: datetime


@dataclass
class Bin(Generic[Thing]):
    """A bin of images, or of snapshots. What has left it is dropped as soon as anybody looks."""

    tags: dict[str, dict[str, str]]
    """The tags of the account's resources."""

    content: dict[str, Binned[Thing]] = field(default_factory=dict)

    def keep(self, resource_id: str, thing: Thing, seconds: float) -> None:
        """Keep it with its tags for so long; for no time, forget its tags."""
        if seconds <= 0:
            self.tags.pop(resource_id, None)
            return
        self.content[resource_id] = Binned(thing, clock.now(), clock.now() + timedelta(seconds=seconds))
        self.tags[resource_id][MARK] = "true"

    def take(self, resource_id: str) -> Thing:
        """Take it out to be used again."""
        self.tags[resource_id].pop(MARK, None)
        return self.content.pop(resource_id).thing

    def __contains__(self, resource_id: str) -> bool:
        return resource_id in dict(self.items())

    def items(self) -> Iterator[tuple[str, Binned[Thing]]]:
        """What is in the bin now."""
        now = clock.now()
        for resource_id in [i for i, binned in self.content.items() if binned.exits <= now]:
            del self.content[resource_id]
            self.tags.pop(resource_id, None)
        yield from self.content.items()

    def listed(self, ids: Iterable[str]) -> tuple[list[tuple[str, Binned[Thing]]], list[str]]:
        """Those of these ids, or all; and the ids that are not in the bin."""
        found = dict(self.items())
        wanted = list(dict.fromkeys(ids)) or list(found)
        return [(i, found[i]) for i in wanted if i in found], [i for i in wanted if i not in found]


class RecycleBinActions(ParameterActions):
    """The calls that list the bin and restore from it."""

    def list_images_in_recycle_bin(self) -> ActionResult:
        """All, or those named; one that is not there is an error."""
        ids = self._get_param("ImageIds", [])
        if len(ids) > IMAGE_IDS_LIMIT:
            raise ParameterInvalidError(f"At most {IMAGE_IDS_LIMIT} image ids can be given.")
        self.error_on_dryrun()
        found, missing = self.ec2_backend.bin_of_images.listed(ids)
        if missing:
            raise ImageNotFoundError(*missing)
        shown, token = page(found, self._get_int_param("MaxResults"), self._get_param("NextToken"), 1)
        items = [
            {
                "ImageId": image_id,
                "Name": binned.thing.name,
                "Description": binned.thing.description or None,
                **_times(binned),
            }
            for image_id, binned in shown
        ]
        return BulkResult({"Images": items, "NextToken": token})

    def restore_image_from_recycle_bin(self) -> ActionResult:
        """Register the image again, if all its snapshots are there."""
        image_id = self._required("ImageId")
        self.error_on_dryrun()
        self.ec2_backend.restore_image(image_id)
        return BulkResult({"Return": True})

    def list_snapshots_in_recycle_bin(self) -> ActionResult:
        """All, or those named; one that is not there is an error."""
        self.error_on_dryrun()
        found, missing = self.ec2_backend.bin_of_snapshots.listed(self._get_param("SnapshotIds", []))
        if missing:
            raise SnapshotNotFoundError(snapshot_id=missing[0])
        shown, token = page(found, self._get_int_param("MaxResults"), self._get_param("NextToken"), 5)
        items = [
            {
                "SnapshotId": snapshot_id,
                "Description": binned.thing.description or "",
                "VolumeId": binned.thing.volume_id,
                **_times(binned),
            }
            for snapshot_id, binned in shown
        ]
        return BulkResult({"Snapshots": items, "NextToken": token})

    def restore_snapshot_from_recycle_bin(self) -> ActionResult:
        """Have the snapshot again."""
        snapshot_id = self._required("SnapshotId")
        self.error_on_dryrun()
        snapshot: Snapshot = self.ec2_backend.restore_snapshot(snapshot_id)
        described = snapshot.describe({})
        members = ("SnapshotId", "Description", "Encrypted", "OwnerId", "Progress", "StartTime", "State", "VolumeId")
        return BulkResult({name: described[name] for name in (*members, "VolumeSize")})


def _times(binned: Binned[Any]) -> dict[str, Any]:
    return {"RecycleBinEnterTime": binned.entered, "RecycleBinExitTime": binned.exits}
