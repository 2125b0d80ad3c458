"""Archived snapshots: when one can be archived, and what it is good for until it is restored.

docs.aws.amazon.com/ebs/latest/userguide/snapshot-archive.html says what is refused; with which codes and texts could
not be checked. Archiving and restoring are over at once here, where EC2 takes up to 72 hours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.ec2.responses.elastic_block_store import ElasticBlockStore

from . import clock
from .errors import ParameterInvalidError, StateIncorrectError
from .parameters import ParameterActions

if TYPE_CHECKING:
    from moto.core.responses import ActionResult

    from .snapshots import Snapshot

RESTORE_DAYS_LIMIT = 180
"""docs.aws.amazon.com/ebs/latest/userguide/restore-archived-snapshot.html, from memory of that page."""


class TierActions(ParameterActions, ElasticBlockStore):
    """ModifySnapshotTier and RestoreSnapshotTier, with what EC2 refuses; what they do is moto's."""

    def modify_snapshot_tier(self) -> ActionResult:
        """Archive a snapshot that is completed and not behind an image; behind a disabled image it may be."""
        backend = self.ec2_backend
        snapshot: Snapshot = backend.get_snapshot(self._required("SnapshotId"))
        if snapshot.progress_now()[0] != "completed" or snapshot.storage_tier == "archive":
            raise StateIncorrectError(f"The snapshot '{snapshot.id}' is not a completed one of the standard tier.")
        users = sorted(backend.images_of_snapshot.get(snapshot.id, ()))
        if in_use := [image_id for image_id in users if not backend.amis[image_id].disabled]:
            raise StateIncorrectError(f"The snapshot '{snapshot.id}' is associated with the image '{in_use[0]}'.")
        return super().modify_snapshot_tier()

    def restore_snapshot_tier(self) -> ActionResult:
        """Restore an archived snapshot, for some days or for good."""
        snapshot: Snapshot = self.ec2_backend.get_snapshot(self._required("SnapshotId"))
        days = self._get_int_param("TemporaryRestoreDays")
        if snapshot.storage_tier != "archive":
            raise StateIncorrectError(f"The snapshot '{snapshot.id}' is not archived.")
        if self._truth("PermanentRestore") == (days is not None):
            raise ParameterInvalidError("Give either temporaryRestoreDays or permanentRestore.")
        if days is not None and not 1 <= days <= RESTORE_DAYS_LIMIT:
            raise ParameterInvalidError(f"Value ({days}) for parameter temporaryRestoreDays is invalid.")
        result = super().restore_snapshot_tier()
        if days is not None:
            snapshot.restore_expiry_time = clock.now() + days * clock.DAY
        return result
