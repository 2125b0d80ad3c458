"""How instances of a group are replaced: batch by batch, within the healthy percentages."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from moto.ec2.exceptions import EC2ClientError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .group import Group
    from .launch_sources import LaunchSource
    from .members import Member
    from .refresh_preferences import Preferences

Stage = Literal["launched", "warming"]

_WAITING = "Waiting for remaining instances to be available. For example: "


class BlockedError(Exception):
    """Nothing can be done now; the text is Auto Scaling's status reason."""


@dataclass
class Batch:
    """Instances that are replaced together."""

    old: list[Member]
    new: list[Member]
    stage: Stage = "launched"


@dataclass
class Rollout:
    """The replacement of some of a group's instances by what a source launches.

    Each step is one phase. A batch has three: its replacements are launched while the first of the old instances
    terminate, the replacements warm up in service, and the rest of the old instances terminate.
    """

    group: Group
    source: LaunchSource | None
    """What is launched; with None what the group launches from by then."""

    preferences: Preferences
    targets: Sequence[str]
    """The ids of the instances to be replaced."""

    launched: list[str] = field(default_factory=list)
    """The ids of the replacements."""

    batch: Batch | None = None

    @property
    def remaining(self) -> list[Member]:
        """The instances that no batch has replaced yet, in the order of the group, unhealthy ones first."""
        replaced = self.batch.old if self.batch else []
        left = [
            one
            for one in self.group.instance_states
            if one.instance_id in self.targets and one.lifecycle_state != "Terminating" and one not in replaced
        ]
        return sorted(left, key=lambda one: one.is_healthy)

    @property
    def is_complete(self) -> bool:
        """Whether everything is replaced."""
        return not self.remaining and self.batch is None

    @property
    def updated(self) -> int:
        """How many instances are replaced, healthy and warm."""
        return len(self.targets) - len(self.remaining) - (len(self.batch.old) if self.batch else 0)

    @property
    def percentage(self) -> int:
        """How many percent of the instances are updated."""
        return 100 * self.updated // len(self.targets) if self.targets else 100

    @property
    def reason(self) -> str | None:
        """Why it takes time just now.

        docs.aws.amazon.com/autoscaling/ec2/userguide/check-status-instance-refresh.html has the text for the warm-up.
        """
        if self.batch is None or not self.batch.new:
            return None
        one = self.batch.new[0].instance_id
        if self.batch.stage == "launched":
            return f"{_WAITING}{one} has insufficient data to evaluate its health with Amazon EC2."
        return f"Waiting for instances to warm up before continuing. For example: {one} is warming up."

    def step(self, until: int = 100) -> None:
        """Do the next phase, with no more instances than it takes to come to a percentage; raises `BlockedError`.

        Raises also what EC2 refuses a launch with, and then the batch was not begun.
        """
        reap(self.group)
        if self.batch is None:
            self._begin(math.ceil(len(self.targets) * until / 100) - self.updated)
        elif self.batch.stage == "launched":
            self._bring_into_service(self.batch)
        else:
            self._finish(self.batch)

    def _begin(self, limit: int) -> None:
        ready = [one for one in self.remaining if not self._kept_by(one)]
        if not ready:
            one = self.remaining[0]
            raise BlockedError(f"{_WAITING}{one.instance_id} {self._kept_by(one)}")
        size, first = self.preferences.batch(self.group.desired_capacity or 0)
        chosen = ready[: min(size, limit)]
        # An instance in standby is no capacity that has to be replaced.
        old = sorted(chosen, key=lambda one: one.lifecycle_state != "Standby")
        standby = [one for one in old if one.lifecycle_state == "Standby"]
        count = len(old) - len(standby)
        new = self.group.launch(count, self.source) if count else []
        gone_first = len(standby) + min(first, count)
        for one in new:
            one.lifecycle_state = "Pending"
        for one in old[:gone_first]:
            one.lifecycle_state = "Terminating"
        self.group.surge |= {one.instance_id for one in new[min(first, count) :]}
        self.launched += [one.instance_id for one in new]
        self.batch = Batch(old, new)
        self.group.balance_load()

    def _kept_by(self, one: Member) -> str:
        """Why an instance can't be replaced; nothing if it can.

        The first text is as others quote it from AWS, the second is made like it.
        """
        if one.protected_from_scale_in and self.preferences.protected == "Wait":
            return "is protected. Remove instance scale-in protection to continue."
        if one.lifecycle_state == "Standby" and self.preferences.standby == "Wait":
            return "is in Standby. Return the instance to service to continue."
        return ""

    def _bring_into_service(self, batch: Batch) -> None:
        for one in self._alive(batch.new):
            one.lifecycle_state = "InService"
        batch.stage = "warming"
        self.group.balance_load()

    def _finish(self, batch: Batch) -> None:
        unhealthy = [one for one in self._alive(batch.new) if not one.is_healthy]
        if unhealthy:
            # Made like the other reasons; AWS's own text for it could not be found.
            raise BlockedError(f"{_WAITING}{unhealthy[0].instance_id} is unhealthy.")
        for one in self._alive(batch.old):
            one.lifecycle_state = "Terminating"
        self.group.surge.clear()
        self.batch = None
        self.group.balance_load()

    def _alive(self, members: list[Member]) -> list[Member]:
        """Those that nobody has terminated meanwhile."""
        return [one for one in members if one in self.group.instance_states]

    def settle(self) -> None:
        """Leave in the middle: what terminates is terminated, what pends comes into service.

        Of the instances that were launched ahead none stays, since those that they were to replace are in service.
        """
        group = self.group
        reap(group)
        group.terminate([one for one in group.instance_states if one.instance_id in group.surge])
        group.surge.clear()
        if self.batch:
            self._bring_into_service(self.batch)
            self.batch = None
        with suppress(EC2ClientError):  # an image that is gone by now is no error of the call that happens to come
            group.level()


def reap(group: Group) -> None:
    """Let the instances be gone that terminate."""
    group.terminate([one for one in group.instance_states if one.lifecycle_state == "Terminating"])
