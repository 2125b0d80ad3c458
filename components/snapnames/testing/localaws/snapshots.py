"""A snapshot: what it keeps of its volume, its progress behind an image, its lock, its tier, and who may use it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.ec2.models.elastic_block_store import Snapshot as MotoSnapshot

from .errors import FilterInvalidError
from .filters import tag_values, text
from .tags import tag_list

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from .locks import Lock
    from .settings import Lifecycle

VOLUME_OF_COPIES = "vol-ffffffff"


class Snapshot(MotoSnapshot):
    """A snapshot; with a lifecycle, one that CreateImage is still writing.

    It keeps the size its volume had, since a volume can be enlarged afterwards.
    """

    lifecycle: Lifecycle | None = None
    lock: Lock | None = None
    size: int
    copied = False

    @property
    def volume_id(self) -> str:
        """As DescribeSnapshots shows it: a copy has no volume's."""
        return VOLUME_OF_COPIES if self.copied else str(self.volume.id)

    def describe(self, tags: dict[str, str]) -> dict[str, Any]:
        """Return the snapshot as DescribeSnapshots shows it."""
        state, percent = self.progress_now()
        return {
            "SnapshotId": self.id,
            "VolumeId": self.volume_id,
            "State": state,
            "StateMessage": self.lifecycle.reason or None if self.lifecycle and state == "error" else None,
            "StartTime": self.start_time,
            "Progress": f"{percent}%",
            "OwnerId": self.owner_id,
            "Description": self.description or "",
            "VolumeSize": self.size,
            "Encrypted": bool(self.encrypted),
            "KmsKeyId": self.kms_key_id,
            "StorageTier": self.storage_tier,
            "RestoreExpiryTime": self.restore_expiry_time,
            "Tags": tag_list(tags),
        }

    def progress_now(self) -> tuple[str, int]:
        """State, and percent written."""
        if self.lifecycle is None:
            return "completed", 100
        return self.lifecycle.snapshot_state, self.lifecycle.snapshot_percent

    def lock_at(self, now: datetime) -> Lock | None:
        """The lock as it is now: its duration runs once the snapshot is completed, and a snapshot that fails has none.

        docs.aws.amazon.com/ebs/latest/userguide/snapshot-lock-considerations.html.
        """
        state = self.progress_now()[0]
        if state == "error":
            self.lock = None
        if self.lock is not None and self.lock.started is None and state == "completed":
            self.lock.started = now
        return self.lock

    def filter_values(self, name: str, tags: dict[str, str]) -> Iterable[str]:
        """Return the values under one of DescribeSnapshots' filters."""
        found = tag_values(tags, name)
        if found is not None:
            return found
        state, percent = self.progress_now()
        values = {
            "description": self.description or "",
            "encrypted": bool(self.encrypted),
            "owner-id": self.owner_id,
            "progress": f"{percent}%",
            "snapshot-id": self.id,
            "start-time": self.start_time.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "status": state,
            "storage-tier": self.storage_tier,
            "volume-id": self.volume_id,
            "volume-size": self.size,
        }
        if name not in values:
            raise FilterInvalidError(name=name)
        return text(values[name])

    def archived(self, now: datetime) -> bool:
        """Whether it has to be restored before it can be used; a temporary restore ends by itself."""
        restored = self.restore_expiry_time is not None and now < self.restore_expiry_time
        return self.storage_tier == "archive" and not restored

    def shared_with(self, account: str) -> bool:
        """Whether an account has been given it; by an archived one nobody is given anything."""
        given = account in self.create_volume_permission_userids or "all" in self.create_volume_permission_groups
        return given and self.storage_tier != "archive"

    def visible_to(self, account: str) -> bool:
        """Whether an account may describe it and make volumes of it."""
        return self.owner_id == account or self.shared_with(account)
