"""The snapshots and volumes of an account, and the snapshots that others share with it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from moto.ec2.exceptions import VolumeInUseError
from moto.ec2.models import ec2_backends
from moto.ec2.utils import random_snapshot_id

from . import clock, settings
from .errors import (
    ParameterInvalidError,
    SnapshotIdMalformedError,
    SnapshotInUseError,
    SnapshotNotFoundError,
    StateIncorrectError,
)
from .filters import exact_values, select
from .image_errors import SnapshotArchivedError, SnapshotLockedError
from .key_sharing import may_use
from .keys import KEY_NOT_ACCESSIBLE, encryption_of_copy, manage_by_aws
from .recycle_bin import Bin
from .settings import Lifecycle
from .snapshots import Snapshot
from .tags import Tags

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moto.ec2.models.elastic_block_store import Volume, VolumeAttachment

SNAPSHOT_ID = re.compile(r"snap-([0-9a-f]{8}|[0-9a-f]{17})")
GP3_THROUGHPUT = 125
"""MiB/s that a gp3 volume has when none is asked for."""


class Snapshots(Tags):
    """The account's snapshots and volumes."""

    def __init__(self, region_name: str, account_id: str) -> None:
        """Start with no snapshot."""
        self.images_of_snapshot: dict[str, set[str]] = {}
        super().__init__(region_name, account_id)
        self.bin_of_snapshots: Bin[Snapshot] = Bin(self.tags)

    def create_volume(self, *args: Any, **kwargs: Any) -> Volume:  # noqa: ANN401 - moto's parameters, passed on
        """Fill in what EC2 does: gp3's throughput, and size and key of a snapshot that the account may use."""
        snapshot_id = kwargs.pop("snapshot_id", None)
        source = self.usable_snapshot(snapshot_id) if snapshot_id else None
        if source is not None and kwargs.get("size") is None:
            kwargs["size"] = source.size
        volume = super().create_volume(*args, **kwargs)
        if volume.volume_type == "gp3" and volume.throughput is None:
            volume.throughput = GP3_THROUGHPUT
        if source is not None:
            volume.snapshot_id = source.id
            volume.encrypted = volume.encrypted or source.encrypted
            volume.kms_key_id = volume.kms_key_id or source.kms_key_id
        return volume

    def _create_default_encryption_key(self) -> str:
        """Make it a key that AWS manages: docs.aws.amazon.com/kms/latest/APIReference/API_KeyMetadata.html."""
        arn = super()._create_default_encryption_key()
        manage_by_aws(self, arn)
        return arn

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
        self,
        source_snapshot_id: str,
        source_region: str,
        description: str,
        kms_key_id: str | None,
        encrypted: bool | None = None,  # noqa: FBT001 - behind moto's parameters
    ) -> Snapshot:
        """Copy a snapshot from a region."""
        source = self.backend_of(source_region).usable_snapshot(source_snapshot_id)
        does, key = encryption_of_copy(self, source.id, kms_key_id, was=bool(source.encrypted), asked=encrypted)
        snapshot = Snapshot(
            self,
            random_snapshot_id(),
            volume=source.volume,
            description=description,
            encrypted=does,
            kms_key_id=key if does else None,
        )
        snapshot.copied = True
        failed = (does and key is None) or not may_use(self.account_id, source.kms_key_id)
        return self.add_snapshot(snapshot, source.size, Lifecycle(0, "failed", KEY_NOT_ACCESSIBLE) if failed else None)

    def backend_of(self, region: str) -> Snapshots:
        """The account in another region; raises for a region that EC2 has not. Code and text could not be checked."""
        if region not in ec2_backends[self.account_id]:
            raise ParameterInvalidError(f"Value ({region}) for parameter sourceRegion is invalid.")
        return cast("Snapshots", ec2_backends[self.account_id][region])

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

    def usable_snapshot(self, snapshot_id: str) -> Snapshot:
        """Find one that volumes, images and copies can be made of: the account's own or shared, and not archived."""
        shared = None if snapshot_id in self.snapshots else self._foreign(snapshot_id)
        if shared is not None and shared.shared_with(self.account_id):
            return shared
        snapshot = self.get_snapshot(snapshot_id)
        if snapshot.archived(clock.now()):
            raise SnapshotArchivedError(snapshot_id=snapshot_id)
        return snapshot

    def find_snapshot(self, snapshot_id: str | None) -> Snapshot | None:
        """One that volumes can be made of, or none."""
        shared = self._foreign(snapshot_id) if snapshot_id else None
        usable = snapshot_id in self.snapshots or (shared is not None and shared.shared_with(self.account_id))
        return self.usable_snapshot(snapshot_id) if snapshot_id and usable else None

    def _others(self) -> Iterator[Snapshots]:
        """The other accounts in this region."""
        for account, region, backend in ec2_backends.iter_backends():
            if region == self.region_name and account != self.account_id and isinstance(backend, Snapshots):
                yield backend

    def can_read(self, snapshot_id: str) -> bool:
        """Whether the account may use the key of a snapshot, whoever's that is."""
        snapshot = self.snapshots.get(snapshot_id) or self._foreign(snapshot_id)
        return snapshot is None or may_use(self.account_id, snapshot.kms_key_id)

    def _foreign(self, snapshot_id: str) -> Snapshot | None:
        """A snapshot of another account, shared or not."""
        found = (other.snapshots[snapshot_id] for other in self._others() if snapshot_id in other.snapshots)
        return cast("Snapshot | None", next(found, None))

    def _shared(self) -> list[Snapshot]:
        every = (cast("Snapshot", one) for other in self._others() for one in other.snapshots.values())
        return [snapshot for snapshot in every if snapshot.shared_with(self.account_id)]

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
        users: list[str] | None = None,
    ) -> list[Snapshot]:
        """Select snapshots; `owners` takes account ids and `self`, `users` those who may use them."""
        filters = filters or {}
        if snapshot_ids:
            chosen = [one for one in map(self._seen, dict.fromkeys(snapshot_ids)) if one]
        elif (named := exact_values(filters, "snapshot-id")) is not None:
            known = sorted(named & (self.snapshots.keys() | {one.id for one in self._shared()}))
            chosen = [one for one in map(self._seen, known) if one]
        else:
            chosen = [*(cast("Snapshot", snapshot) for snapshot in self.snapshots.values()), *self._shared()]
        if owners:
            accounts = {self.account_id if owner == "self" else owner for owner in owners}
            chosen = [snapshot for snapshot in chosen if snapshot.owner_id in accounts]
        if users:
            chosen = [snapshot for snapshot in chosen if self._restorable(snapshot, set(users))]
        return select(chosen, filters, lambda one, name: one.filter_values(name, self.tags_of(one.id)))

    def _seen(self, snapshot_id: str) -> Snapshot | None:
        """One that is named; nothing if another account has not shared it.

        docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSnapshots.html.
        """
        foreign = None if snapshot_id in self.snapshots else self._foreign(snapshot_id)
        if foreign is not None:
            return foreign if foreign.shared_with(self.account_id) else None
        return self.get_snapshot(snapshot_id)

    def _restorable(self, snapshot: Snapshot, users: set[str]) -> bool:
        """Whether RestorableByUserIds selects it; `self` means owned or shared, and `all` public."""
        if "all" in users and "all" in snapshot.create_volume_permission_groups:
            return True
        if "self" in users and snapshot.visible_to(self.account_id):
            return True
        return bool(users & snapshot.create_volume_permission_userids) or snapshot.owner_id in users
