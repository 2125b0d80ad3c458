"""An update that ends when its fleet runs what it launches, or fails with the reason that Auto Scaling gives.

It waits in the program, behind an output of the group: then plain `pulumi up` waits too, and when the rollout fails the
engine skips every delete of that update. A warning would not do, since the deletes run then.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import pulumi
from pulumi import Resource

from snapnames.errors import InputError
from snapnames.printable import shell_command
from snapnames.rules.hindrances import standing_still, unfed
from snapnames.rules.history import LAUNCHED, ROLLED_OUT
from snapnames.rules.instance_refresh import UNTOUCHED, replaces
from snapnames.rules.next_step import left_over
from snapnames.rules.rollouts import SUCCESSFUL, FleetStatus, Refresh
from snapnames.rules.time_spans import seconds_of

if TYPE_CHECKING:
    from snapnames.aws.session import StackSession

T = TypeVar("T")

_FIRST_POLL_SECONDS, _LONGEST_POLL_SECONDS = 0.5, 10.0
_IN_PROGRESS = "InstanceRefreshInProgress"


@dataclass(frozen=True)
class RolloutSettings:
    """How an update deals with its rollout."""

    refresh: Mapping[str, Any] | None
    """The `instance_refresh` of the fleet with the percentages that hold; None when instances stay as they are."""

    waits: bool
    timeout: str
    """A time span, for example `2h`."""


async def follow(group_name: str, settings: RolloutSettings, owner: Resource) -> str:
    """Wait until the instances of the group run what it launches; how it ended, for the history.

    Does nothing in a preview. Raises `InputError` when the instance refresh of the launch settings that the group has
    now has failed, was cancelled or rolled back, or when it takes longer than the timeout; the refresh goes on then.
    A refresh that a kill kept from being started is started, once. Without `instance_refresh` it only says what runs.
    """
    if pulumi.runtime.is_dry_run() or not settings.waits:
        return LAUNCHED
    # An update of a fleet alone needs boto3 here.
    from snapnames.aws.session import program_session  # noqa: PLC0415

    follower = _Follower(group_name, settings, owner, await asyncio.to_thread(program_session))
    return await follower.run()


def preferences(refresh: Mapping[str, Any]) -> dict[str, Any]:
    """The Preferences of StartInstanceRefresh, of the `instance_refresh` of a fleet, as the provider gives them.

    >>> preferences({"min_healthy_percentage": 50, "triggers": ["tag"], "standby_instances": "Wait"})
    {'ScaleInProtectedInstances': 'Ignore', 'StandbyInstances': 'Wait', 'MinHealthyPercentage': 50}
    >>> preferences({**UNTOUCHED, "checkpoint_percentages": (50, 100), "alarms": ["errors"]})["AlarmSpecification"]
    {'Alarms': ['errors']}
    """
    given = {key: value for key, value in refresh.items() if key not in ("triggers", "alarms", "auto_rollback")}
    asked = {
        "".join(part.capitalize() for part in key.split("_")): list(value) if isinstance(value, tuple) else value
        for key, value in {**UNTOUCHED, **given}.items()
    }
    alarms = list(refresh.get("alarms", ()))
    return {**asked, "AlarmSpecification": {"Alarms": alarms}} if alarms else asked


class _Follower:
    """One group, followed until its refresh has ended."""

    def __init__(
        self,
        group_name: str,
        settings: RolloutSettings,
        owner: Resource,
        session: "StackSession",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name, self._settings, self._owner, self._clock = group_name, settings, owner, clock
        self._ec2, self._autoscaling = session.ec2(), session.autoscaling()
        self._ends = clock() + seconds_of(settings.timeout)
        self._said = ""

    async def run(self) -> str:
        """Follow it to its end; how it ended."""
        if self._settings.refresh is None:
            await self._say_what_runs()
            return LAUNCHED
        status = await self._status()
        if status is None:
            return LAUNCHED
        if status.refresh is None:
            replaced = [one for one in status.group.members if replaces(self._settings.refresh, one)]
            if all(member.launch in status.group.launches for member in replaced):
                return ROLLED_OUT
            status = await self._started()
        if status.refresh is None:
            raise self._failed("no instance refresh of its launch settings is known to Auto Scaling")
        for hindrance in (standing_still(status.group), unfed(status.group)) if status.refresh.going_on else ():
            if hindrance:
                pulumi.log.warn(hindrance, resource=self._owner)
        return await self._ended(status.refresh)

    async def _ended(self, refresh: Refresh) -> str:
        poll = _FIRST_POLL_SECONDS
        while refresh.going_on:
            to_go = "1 instance" if refresh.remaining == 1 else f"{refresh.remaining} instances"
            self._show(f"instance refresh of {self._name}: {refresh}, {to_go} to go")
            if self._clock() > self._ends:
                status = await self._status()
                still = standing_still(status.group) if status else ""
                raise self._failed(
                    f"the instance refresh is {refresh} after {self._settings.timeout}, and goes on: run the same "
                    "command again to wait for it, or set fleet.rolloutTimeout to a longer time"
                    + (f". {still}" if still else "")
                )
            await asyncio.sleep(poll)
            poll = min(poll * 1.5, _LONGEST_POLL_SECONDS)
            refresh = await self._refresh(refresh.refresh_id)
        status = await self._status()
        if refresh.status == SUCCESSFUL:
            return self._reached(status, refresh)
        if status is not None and status.group.members and status.rolled_out:
            return ROLLED_OUT  # somebody has replaced the rest in another way
        runs = "" if status is None else f"; {status.saying({})}"
        raise self._failed(f"the instance refresh ended as {refresh}{runs}")

    def _reached(self, status: FleetStatus | None, refresh: Refresh) -> str:
        """How far a refresh that has succeeded has come. It can leave instances alone, for example protected ones."""
        if status is None or not status.in_service:
            return LAUNCHED
        if not status.others:
            return ROLLED_OUT
        pulumi.log.warn(f"{status.saying({})}. {left_over(status, refresh)}", resource=self._owner)
        return LAUNCHED

    async def _started(self) -> FleetStatus:
        """The status once a refresh is started that a kill, or an interruption, kept from being started."""
        from snapnames.aws.session import refused  # noqa: PLC0415 -- loaded by now

        pulumi.log.info(
            f"instances of {self._name} run other launch settings than the group has, and no instance refresh was "
            "started: starting it",
            resource=self._owner,
        )

        def start() -> None:
            try:
                self._autoscaling.start_instance_refresh(
                    AutoScalingGroupName=self._name,
                    Strategy="Rolling",
                    Preferences=preferences(self._settings.refresh or {}),  # type: ignore[arg-type] # by their names
                )
            except self._autoscaling.exceptions.ClientError as error:
                if refused(error) != _IN_PROGRESS:
                    raise

        await self._asking(start)
        status = await self._status()
        if status is None:
            raise self._failed("Auto Scaling has no such group any more")
        return status

    async def _status(self) -> FleetStatus | None:
        from snapnames.aws.rollouts import read_fleet  # noqa: PLC0415 -- loaded by now

        rolls = self._settings.refresh is not None
        return await self._asking(lambda: read_fleet(self._ec2, self._autoscaling, self._name, refreshes=rolls))

    async def _refresh(self, refresh_id: str) -> Refresh:
        from snapnames.aws.rollouts import read_refreshes  # noqa: PLC0415 -- loaded by now

        found = await self._asking(lambda: read_refreshes(self._autoscaling, self._name))
        for one in found:
            if one.refresh_id == refresh_id:
                return one
        raise self._failed(f"Auto Scaling does not know the instance refresh {refresh_id} any more")

    async def _asking(self, ask: Callable[[], T]) -> T:
        from snapnames.aws.session import reading  # noqa: PLC0415 -- loaded by now

        def asked() -> T:
            with reading(f"the rollout of {self._name}"):
                return ask()

        return await asyncio.to_thread(asked)

    async def _say_what_runs(self) -> None:
        try:
            status = await self._status()
        except InputError as error:  # nothing depends on it
            pulumi.log.warn(str(error), resource=self._owner)
            return
        if status is not None and status.group.members and not status.rolled_out:
            start = ("aws", "autoscaling", "start-instance-refresh", "--auto-scaling-group-name", self._name)
            pulumi.log.warn(
                f"{status.saying({})}. Instances that run stay as they are without fleet.instanceRefresh: to replace "
                f"them, run {shell_command(*start)}",
                resource=self._owner,
            )

    def _show(self, line: str) -> None:
        if line != self._said:
            self._said = line
            pulumi.log.info(line, resource=self._owner)

    def _failed(self, why: str) -> InputError:
        """The error; its reason first as a line of the group, since another language's host adds a stack trace."""
        message = f"the rollout of {self._name} is not done: {why}. This update deletes nothing"
        pulumi.log.error(message, resource=self._owner)
        return InputError(message)
