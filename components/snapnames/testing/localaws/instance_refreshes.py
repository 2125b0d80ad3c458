"""Instance refreshes: from pending to their end, phase by phase, as time or a step by hand has it.

docs.aws.amazon.com/autoscaling/ec2/userguide/check-status-instance-refresh.html has the statuses.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal
from uuid import uuid4

from moto.core.utils import utcnow
from moto.ec2.exceptions import EC2ClientError

from . import settings
from .rollouts import BlockedError, Rollout, reap

if TYPE_CHECKING:
    from datetime import datetime

    from .group import Group
    from .launch_sources import LaunchSource
    from .refresh_preferences import Preferences

Status = Literal[
    "Pending",
    "InProgress",
    "Baking",
    "Successful",
    "Failed",
    "Cancelling",
    "Cancelled",
    "RollbackInProgress",
    "RollbackSuccessful",
    "RollbackFailed",
]

_PAUSED_BY = ("InstanceRefresh", "Launch", "Terminate")
"""Suspended processes under which a refresh stands still.

docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html.
"""


@dataclass(frozen=True)
class Desired:
    """The desired configuration: what to launch from, and save in the group at the end."""

    given: dict[str, Any]
    source: LaunchSource
    policy: dict[str, Any] | None = None
    """A mixed instances policy, if it is one."""


@dataclass
class Rollback:
    """The way back of a refresh."""

    reason: str
    percentage: int
    """Of the refresh when the rollback began."""

    instances_to_update: int
    rollout: Rollout
    began: datetime = field(default_factory=utcnow)

    def describe(self) -> dict[str, Any]:
        """Show it as docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RollbackDetails.html."""
        return {
            "RollbackReason": self.reason,
            "RollbackStartTime": self.began,
            "PercentageCompleteOnRollback": self.percentage,
            "InstancesToUpdateOnRollback": self.instances_to_update,
        }


@dataclass
class InstanceRefresh:
    """One refresh of a group. Texts without a page beside them are from memory of AWS."""

    group: Group
    preferences: Preferences
    rollout: Rollout
    desired: Desired | None = None
    id: str = field(default_factory=lambda: str(uuid4()))
    status: Status = "Pending"
    reason: str | None = None
    started: datetime = field(default_factory=utcnow)
    ended: datetime | None = None
    rollback: Rollback | None = None
    checkpoints_passed: int = 0
    progress: tuple[int, int] | None = None
    """Percentage and instances to update as they stay, when nothing more is replaced."""

    stepped_at: float = field(default_factory=time.monotonic)
    waits_since: float | None = None

    @property
    def is_active(self) -> bool:
        """Whether it is not over."""
        return self.ended is None

    def advance(self) -> None:
        """Do every phase whose time has come."""
        if settings.CURRENT.hold_refreshes or self.group.is_suspended(*_PAUSED_BY):
            self.stepped_at = time.monotonic()
            return
        while self.is_active and time.monotonic() >= self.stepped_at + settings.CURRENT.refresh_seconds:
            due, waited = self.stepped_at + settings.CURRENT.refresh_seconds, self.waits_since is not None
            if not self.step():
                return
            if not waited:
                self.stepped_at = due

    def step(self) -> bool:
        """Do the next phase; false if the refresh waits for something and goes on to wait."""
        try:
            self._step()
        except BlockedError as blocked:
            self.reason = str(blocked)
            now = time.monotonic()
            self.waits_since = now if self.waits_since is None else self.waits_since
            if now - self.waits_since < settings.CURRENT.refresh_timeout_seconds:
                return False
            self._fail(self.reason)
        except EC2ClientError as refused:
            self._fail(str(refused.message))
        self.waits_since = None
        self.stepped_at = time.monotonic()
        return True

    def step_by_hand(self) -> None:
        """Do the next phase, whether or not refreshes are held; suspended processes and the end stop this too."""
        if self.is_active and not self.group.is_suspended(*_PAUSED_BY):
            self.step()

    def begin(self) -> None:
        """Leave `Pending`."""
        self.status, self.reason = "InProgress", None
        self.group.refreshed_from = self.desired.source if self.desired else None

    def cancel(self, *, wait: bool) -> None:
        """End it where it is; `wait` for the instances that are launched or terminate now.

        docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CancelInstanceRefresh.html.
        """
        in_transit = any(one.lifecycle_state in ("Pending", "Terminating") for one in self.group.instance_states)
        self.status, self.reason = "Cancelling", "Cancelling due to user request."
        self.stepped_at = time.monotonic()
        if not (wait and in_transit):
            self._step()

    def roll_back(self, reason: str) -> None:
        """Go back to what the group is saved with: instances that were replaced are replaced again.

        docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-rollback.html.
        """
        percentage, left = self.rollout.percentage, len(self.rollout.remaining)
        self._leave(self.rollout)
        members = {one.instance_id for one in self.group.instance_states}
        targets = [one for one in self.rollout.launched if one in members]
        back = Rollout(self.group, self.group.saved_source, self.preferences, targets)
        self.rollback = Rollback(reason, percentage, left, back)
        self.status, self.reason, self.waits_since = "RollbackInProgress", reason, None
        self.stepped_at = time.monotonic()

    def _step(self) -> None:
        match self.status:
            case "Pending":
                self.begin()
            case "InProgress" | "Baking" if alarm := self._alarm():
                self._fail(f"The CloudWatch alarm {alarm} went into the ALARM state.")
            case "InProgress":
                self._replace()
            case "Baking":
                self._succeed()
            case "Cancelling":
                self.progress = self._progress()
                self._leave(self.rollback.rollout if self.rollback else self.rollout)
                self._end("Cancelled", "Cancelled due to user request.")
            case "RollbackInProgress" if self.rollback:
                self._replace_again(self.rollback.rollout)

    def _alarm(self) -> str | None:
        return next((one for one in self.preferences.alarms if one in settings.CURRENT.alarms), None)

    def _replace(self) -> None:
        checkpoints = self.preferences.checkpoints
        ahead = checkpoints[self.checkpoints_passed :]
        if self.rollout.is_complete or (checkpoints and not ahead):
            reap(self.group)
            if self.preferences.bakes:
                self.status, self.reason = "Baking", None
            else:
                self._succeed()
            return
        self.rollout.step(ahead[0] if ahead else 100)
        self.reason = self.rollout.reason
        if ahead and self.rollout.batch is None and self.rollout.percentage >= ahead[0]:
            self.checkpoints_passed += 1
            self.reason = f"Checkpoint of {ahead[0]} percent reached. Waiting before continuing."

    def _replace_again(self, rollout: Rollout) -> None:
        if rollout.is_complete:
            reap(self.group)
            self._end("RollbackSuccessful", self.rollback.reason if self.rollback else None)
        else:
            rollout.step()

    def _succeed(self) -> None:
        if self.desired and self.desired.source.template:
            self.group.save(self.desired.source, self.desired.policy)
        self._end("Successful", None)

    def _fail(self, reason: str) -> None:
        if self.preferences.rolls_back and not self.rollback:
            self.roll_back(f"Auto rollback initiated: {reason}")
            return
        self.progress = self._progress()
        self._leave(self.rollback.rollout if self.rollback else self.rollout)
        self._end("RollbackFailed" if self.rollback else "Failed", reason)

    def _leave(self, rollout: Rollout) -> None:
        self.group.refreshed_from = None
        rollout.settle()

    def _end(self, status: Status, reason: str | None) -> None:
        self.progress = self.progress or self._progress()
        self.status, self.reason, self.ended = status, reason, utcnow()
        self.group.refreshed_from = None

    def _progress(self) -> tuple[int, int]:
        """Percentage, which goes back to zero with a rollback, and how many instances are left to update."""
        if self.rollback:
            left = 100 - self.rollback.rollout.percentage
            return self.rollback.percentage * left // 100, self.rollback.instances_to_update
        return self.rollout.percentage, len(self.rollout.remaining)

    def describe(self) -> dict[str, Any]:
        """Show it as docs.aws.amazon.com/autoscaling/ec2/APIReference/API_InstanceRefresh.html."""
        percentage, to_update = self.progress or self._progress()
        return {
            "InstanceRefreshId": self.id,
            "AutoScalingGroupName": self.group.name,
            "Status": self.status,
            "StatusReason": self.reason,
            "StartTime": self.started,
            "EndTime": self.ended,
            "PercentageComplete": percentage,
            "InstancesToUpdate": to_update,
            "Preferences": dict(self.preferences.shown),
            "DesiredConfiguration": self.desired.given if self.desired else None,
            "RollbackDetails": self.rollback.describe() if self.rollback else None,
            "Strategy": "Rolling",
        }
