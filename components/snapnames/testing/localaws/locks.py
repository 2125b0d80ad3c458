"""Locks of snapshots: in governance mode, in compliance mode, and in its cooling-off period.

docs.aws.amazon.com/AWSEC2/latest/APIReference/API_LockSnapshot.html and
docs.aws.amazon.com/ebs/latest/userguide/snapshot-lock-considerations.html. Those pages say what is refused; with which
code and text could not be checked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import clock
from .errors import FilterInvalidError, ParameterInvalidError, ParameterMissingError, StateIncorrectError
from .filters import select
from .image_errors import LockFixedError
from .parameters import ParameterActions
from .wire import BulkResult, page

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from moto.core.responses import ActionResult

    from .snapshots import Snapshot

DAYS_LIMIT = 36500
HOURS_LIMIT = 72


@dataclass
class Lock:
    """The lock of one snapshot. The duration runs from `started`, or is not running yet while that is None."""

    mode: str
    created: datetime
    started: datetime | None
    days: int
    expires: datetime | None
    """Given as a date; else it follows from the duration."""
    cool_off_hours: int | None = None

    @property
    def ends(self) -> datetime | None:
        """When the lock expires; None while its duration is not running yet."""
        return self.expires or (self.started + self.days * clock.DAY if self.started else None)

    @property
    def cool_off_ends(self) -> datetime | None:
        """When the cooling-off period is over."""
        return self.created + self.cool_off_hours * clock.HOUR if self.cool_off_hours else None

    def state(self, now: datetime) -> str:
        """`governance`, `compliance-cooloff`, `compliance` or `expired`."""
        if self.ends is not None and now >= self.ends:
            return "expired"
        cooling = self.cool_off_ends is not None and now < self.cool_off_ends
        return "compliance-cooloff" if cooling else self.mode

    def holds(self, now: datetime) -> bool:
        """Whether the snapshot can't be deleted."""
        return self.state(now) != "expired"

    def fixed(self, now: datetime) -> bool:
        """Whether it can only be extended any more."""
        return self.state(now) == "compliance"

    def describe(self, now: datetime) -> dict[str, Any]:
        """Return it as LockSnapshot answers."""
        return {
            "LockState": self.state(now),
            "LockDuration": self.days,
            "CoolOffPeriod": self.cool_off_hours,
            "CoolOffPeriodExpiresOn": self.cool_off_ends,
            "LockCreatedOn": self.created,
            "LockDurationStartTime": self.started,
            "LockExpiresOn": self.ends,
        }


class LockActions(ParameterActions):
    """LockSnapshot, UnlockSnapshot, DescribeLockedSnapshots."""

    def lock_snapshot(self) -> ActionResult:
        """Lock a snapshot that is pending or completed, or change its lock as far as the lock allows."""
        snapshot: Snapshot = self.ec2_backend.get_snapshot(self._required("SnapshotId"))
        if snapshot.progress_now()[0] == "error":
            raise StateIncorrectError(f"The snapshot '{snapshot.id}' is in the 'error' state and can't be locked.")
        now = clock.now()
        wanted = self._wanted(now, pending=snapshot.progress_now()[0] == "pending")
        known = snapshot.lock_at(now)
        if known is not None and known.fixed(now):
            wanted = _extended(snapshot.id, known, wanted)
        self.error_on_dryrun()
        snapshot.lock = wanted
        return BulkResult({"SnapshotId": snapshot.id, **wanted.describe(now)})

    def _wanted(self, now: datetime, *, pending: bool) -> Lock:
        mode, hours = self._required("LockMode"), self._get_int_param("CoolOffPeriod")
        days, expires = self._get_int_param("LockDuration"), self._get_param("ExpirationDate")
        if mode not in ("governance", "compliance"):
            raise ParameterInvalidError(f"Value ({mode}) for parameter lockMode is invalid.")
        if (days is None) == (expires is None):
            raise ParameterMissingError(parameter="either lockDuration or expirationDate")
        if hours is not None and (mode == "governance" or not 1 <= hours <= HOURS_LIMIT):
            raise ParameterInvalidError(
                f"Value ({hours}) for parameter coolOffPeriod is invalid: it takes 1 to {HOURS_LIMIT}, and only in "
                "compliance mode."
            )
        if expires is not None:
            days = max(1, (expires - now).days)
            if expires <= now:
                raise ParameterInvalidError(f"The expiration date {clock.stamp(expires)} is in the past.")
        if days is None or not 1 <= days <= DAYS_LIMIT:
            raise ParameterInvalidError(f"Value ({days}) for parameter lockDuration is invalid.")
        return Lock(mode, now, None if pending else now, days, expires, hours)

    def unlock_snapshot(self) -> ActionResult:
        """Unlock; in compliance mode only while the cooling-off period lasts."""
        snapshot: Snapshot = self.ec2_backend.get_snapshot(self._required("SnapshotId"))
        lock, now = snapshot.lock_at(clock.now()), clock.now()
        if lock is None or not lock.holds(now):
            raise StateIncorrectError(f"The snapshot '{snapshot.id}' is not locked.")
        if lock.fixed(now):
            raise LockFixedError(snapshot_id=snapshot.id)
        self.error_on_dryrun()
        snapshot.lock = None
        return BulkResult({"SnapshotId": snapshot.id})

    def describe_locked_snapshots(self) -> ActionResult:
        """List the locks, also those that have expired."""
        self.error_on_dryrun()
        backend, now = self.ec2_backend, clock.now()
        ids = self._get_param("SnapshotIds", []) or list(backend.snapshots)
        snapshots: list[Snapshot] = [backend.get_snapshot(snapshot_id) for snapshot_id in dict.fromkeys(ids)]
        locked = [(snapshot, lock) for snapshot in snapshots if (lock := snapshot.lock_at(now)) is not None]

        def values(found: tuple[Snapshot, Lock], name: str) -> Iterable[str]:
            if name != "lock-state":
                raise FilterInvalidError(name=name)
            return [found[1].state(now)]

        chosen = select(locked, self._filters_from_querystring(), values)  # type: ignore[arg-type] # of untyped moto
        shown, token = page(chosen, self._get_int_param("MaxResults"), self._get_param("NextToken"), 5)
        items = [{"OwnerId": one.owner_id, "SnapshotId": one.id, **lock.describe(now)} for one, lock in shown]
        return BulkResult({"Snapshots": items, "NextToken": token})


def _extended(snapshot_id: str, known: Lock, wanted: Lock) -> Lock:
    """What becomes of a lock that can only be extended; it began when it did."""
    later = Lock(known.mode, known.created, known.started, wanted.days, wanted.expires, known.cool_off_hours)
    shorter = known.ends is not None and later.ends is not None and later.ends < known.ends
    if wanted.mode != known.mode or wanted.cool_off_hours or shorter:
        raise LockFixedError(snapshot_id=snapshot_id)
    return later
