"""Snapshots: what they keep of their volume, their progress behind an image, and who still needs them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from moto.ec2.exceptions import VolumeInUseError
from moto.ec2.models.elastic_block_store import Snapshot as MotoSnapshot
from moto.ec2.utils import random_snapshot_id

from . import clock, settings
from .errors import (
    FilterInvalidError,
    ParameterInvalidError,
    SnapshotIdMalformedError,
    SnapshotInUseError,
    SnapshotNotFoundError,
    StateIncorrectError,
)
from .filters import exact_values, select, tag_values, text
from .image_errors import SnapshotLockedError
from .recycle_bin import Bin
from .tags import Tags, tag_list

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from moto.ec2.models.elastic_block_store import Volume, VolumeAttachment

    from .locks import Lock
    from .settings import Lifecycle

SNAPSHOT_ID = re.compile(r"snap-([0-9a-f]{8}|[0-9a-f]{17})")
VOLUME_OF_COPIES = "vol-ffffffff"
GP3_THROUGHPUT = 125
"""MiB/s that a gp3 volume has when none is asked for."""


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


class Snapshots(Tags):
    """The account's snapshots and volumes."""

    def __init__(self, region_name: str, account_id: str) -> None:
        """Start with no snapshot."""
        self.images_of_snapshot: dict[str, set[str]] = {}
        super().__init__(region_name, account_id)
        self.bin_of_snapshots: Bin[Snapshot] = Bin(self.tags)

    def create_volume(self, *args: Any, **kwargs: Any) -> Volume:  # noqa: ANN401 - moto's parameters, passed on
        """Fill in what EC2 does: gp3's throughput, and the key of an encrypted snapshot."""
        volume = super().create_volume(*args, **kwargs)
        if volume.volume_type == "gp3" and volume.throughput is None:
            volume.throughput = GP3_THROUGHPUT
        if volume.encrypted and volume.kms_key_id is None and volume.snapshot_id in self.snapshots:
            volume.kms_key_id = self.snapshots[volume.snapshot_id].kms_key_id
        return volume

    def delete_volume(self, volume_id: str) -> Volume:
        """Delete it with its tags."""
        volume = super().delete_volume(volume_id)
        self.forget_tags(volume_id)
        return volume

    def attach_volume(
        self,
        volume_id: str,
        instance_id: str,
        device_path: str,
        delete_on_termination: bool = False,  # noqa: FBT001, FBT002 - moto's signature
    ) -> VolumeAttachment | None:
        """Attach it, unless it is attached already or the device is taken; moto would forget the other one."""
        if attached := self.get_volume(volume_id).attachment:
            raise VolumeInUseError(volume_id, attached.instance.id)
        if device_path in self.get_instance(instance_id).block_device_mapping:
            raise ParameterInvalidError(
                f"Invalid value '{device_path}' for unixDevice. Attachment point {device_path} is already in use"
            )
        return super().attach_volume(volume_id, instance_id, device_path, delete_on_termination)

    def detach_volume(self, volume_id: str, instance_id: str | None, device_path: str) -> VolumeAttachment:
        """Detach it; the instance need not be named."""
        attached = self.get_volume(volume_id).attachment
        if attached is None:
            # The text is from memory of EC2.
            raise StateIncorrectError(f"Volume '{volume_id}' is in the 'available' state.")
        return super().detach_volume(volume_id, instance_id or attached.instance.id, device_path)

    def create_snapshot(
        self,
        volume_id: str,
        description: str,
        owner_id: str | None = None,
        from_ami: str | None = None,
        lifecycle: Lifecycle | None = None,
    ) -> Snapshot:
        """Take a snapshot; one without a lifecycle is completed at once, as in moto."""
        volume = self.get_volume(volume_id)
        snapshot = Snapshot(
            self,
            random_snapshot_id(),
            volume=volume,
            description=description,
            encrypted=volume.encrypted,
            kms_key_id=volume.kms_key_id,
            owner_id=owner_id,
            from_ami=from_ami,
        )
        return self.add_snapshot(snapshot, volume.size, lifecycle)

    def copy_snapshot(
        self, source_snapshot_id: str, source_region: str, description: str, kms_key_id: str | None
    ) -> Snapshot:
        """Copy a snapshot from a region."""
        source = cast("Snapshots", _backend(self.account_id, source_region)).get_snapshot(source_snapshot_id)
        snapshot = Snapshot(
            self,
            random_snapshot_id(),
            volume=source.volume,
            description=description,
            encrypted=source.encrypted,
            kms_key_id=kms_key_id or source.kms_key_id,
        )
        snapshot.copied = True
        return self.add_snapshot(snapshot, source.size, None)

    def add_snapshot(self, snapshot: Snapshot, size: int, lifecycle: Lifecycle | None) -> Snapshot:
        """Keep a snapshot of `size` GiB."""
        snapshot.size, snapshot.lifecycle = size, lifecycle
        self.snapshots[snapshot.id] = snapshot
        return snapshot

    def get_snapshot(self, snapshot_id: str) -> Snapshot:
        """Find one by id, or raise as EC2 does."""
        if not SNAPSHOT_ID.fullmatch(snapshot_id):
            raise SnapshotIdMalformedError(snapshot_id=snapshot_id)
        if snapshot_id not in self.snapshots:
            raise SnapshotNotFoundError(snapshot_id=snapshot_id)
        return cast("Snapshot", self.snapshots[snapshot_id])

    def delete_snapshot(self, snapshot_id: str) -> Snapshot:
        """Delete one with its tags, unless a registered image refers to it by any mapping, or it is locked."""
        snapshot = self.get_snapshot(snapshot_id)
        if users := self.images_of_snapshot.get(snapshot_id):
            raise SnapshotInUseError(snapshot_id=snapshot_id, image_id=min(users))
        lock, now = snapshot.lock_at(clock.now()), clock.now()
        if lock is not None and lock.holds(now):
            raise SnapshotLockedError(snapshot_id=snapshot_id)
        del self.snapshots[snapshot_id]
        self.bin_of_snapshots.keep(snapshot_id, snapshot, settings.CURRENT.ec2.snapshot_retention_seconds)
        return snapshot

    def restore_snapshot(self, snapshot_id: str) -> Snapshot:
        """Have a deleted snapshot again that is in the Recycle Bin, as it was and shared as it was."""
        if snapshot_id not in self.bin_of_snapshots:
            raise SnapshotNotFoundError(snapshot_id=snapshot_id)
        self.snapshots[snapshot_id] = snapshot = self.bin_of_snapshots.take(snapshot_id)
        return snapshot

    def describe_snapshots(  # type: ignore[override] # moto's list is invariant
        self,
        snapshot_ids: list[str] | None = None,
        filters: dict[str, list[str]] | None = None,
        owners: list[str] | None = None,
    ) -> list[Snapshot]:
        """Select snapshots; `owners` takes account ids and `self`."""
        filters = filters or {}
        if snapshot_ids:
            chosen = [self.get_snapshot(snapshot_id) for snapshot_id in dict.fromkeys(snapshot_ids)]
        elif (named := exact_values(filters, "snapshot-id")) is not None:
            chosen = [self.get_snapshot(snapshot_id) for snapshot_id in sorted(named & self.snapshots.keys())]
        else:
            chosen = [cast("Snapshot", snapshot) for snapshot in self.snapshots.values()]
        if owners:
            accounts = {self.account_id if owner == "self" else owner for owner in owners}
            chosen = [snapshot for snapshot in chosen if snapshot.owner_id in accounts]
        return select(chosen, filters, lambda one, name: one.filter_values(name, self.tags_of(one.id)))


def _backend(account_id: str, region: str) -> object:
    from moto.ec2.models import ec2_backends  # noqa: PLC0415 - made anew by each reset

    return ec2_backends[account_id][region]
