"""Where the fleet of a stack stands: what its group launches, and what its instances run. AWS has said each word."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from snapnames.aws.rollouts import read_fleet
from snapnames.aws.session import StackSession
from snapnames.cli.advice import aws_errors
from snapnames.cli.state.exported import Exported, Resource
from snapnames.rules.history import HISTORY_OUTPUT, Entry, read_history
from snapnames.rules.next_step import next_step
from snapnames.rules.rollouts import FleetStatus


@dataclass(frozen=True)
class Standing:
    """The fleet of the stack's state, as Auto Scaling and EC2 tell it at one moment."""

    status: FleetStatus | None
    """None where the state has no group, or Auto Scaling does not have the one that the state has."""

    images: Mapping[str, str]
    """Image id to name, of the images that the state has."""

    history: tuple[Entry, ...] = ()
    rolls: bool = False
    """Whether an update replaces the instances of the fleet."""

    missing: str = ""
    """The name of the group that the state has, where Auto Scaling has no such group."""

    stale: str = ""
    """The URN of the group if an update would undo its scale-in protection, which somebody has changed in AWS.

    The provider sends the protection with each update of a group, as the state has it.
    """

    @classmethod
    def read(
        cls,
        session: StackSession,
        deployment: Mapping[str, Any],
        service: str,
        history: str = HISTORY_OUTPUT,
        *,
        rolls: bool = False,
    ) -> "Standing":
        """Read it: four calls, and none for a state without a group. Raises `CommandError`.

        `history`: the output of the stack that has the history of the service.
        """
        state = Exported(deployment)
        status = None
        group = state.group_of(service)
        if group is None and history == HISTORY_OUTPUT:
            group = state.only_group  # of a program of one's own, whose fleet has another name
        if group is not None:
            with aws_errors(f"the Auto Scaling group {group['id']} can't be read"):
                status = read_fleet(session.ec2(), session.autoscaling(), group["id"])
        names = state.held_images | {image_id: one.name for image_id, one in state.taken_in.items()}
        ran = tuple(read_history(state.outputs.get(history)))
        missing = str(group["id"]) if group is not None and status is None else ""
        return cls(status, names, ran, rolls, missing, _stale_group(group, status))

    def outcome(self, image: str) -> str:
        """What has come of a deployment of the image of that name, in one sentence."""
        status = self.status
        if status is None:
            gone = "the Auto Scaling group of this stack is not to be found: run `pulumi up --refresh`"
            return f"{image} is built, and {gone}"
        launches = self.images.get(status.launches)
        if launches == image and status.rolled_out and status.in_service:
            run = "instance runs" if status.in_service == 1 else "instances run"
            return f"{image} is live: {status.in_service} of {status.wanted} {run} it{self._checks(status)}"
        if launches == image and not status.group.desired:
            return f"new launches use {image}; the group wants no instance"
        return f"{status.saying(self.images)}{next_step(status, rolls=self.rolls)}"

    def serves(self, image: str, *, rolls: bool) -> bool:
        """Whether the fleet has moved to the image of that name.

        `rolls`: whether the update replaces the instances. Then they all run it, and no refresh of it has failed.
        """
        moved = self.status is not None and self.launches == image
        return moved and (not rolls or (self.status is not None and self.status.rolled_out and not self.failed))

    def running(self, image: str) -> int:
        """How many instances in service run the image of that name."""
        return sum(count for image_id, count in self._running.items() if self.images.get(image_id) == image)

    @property
    def launches(self) -> str | None:
        """The name of the image that the group launches next."""
        return self.images.get(self.status.launches) if self.status else None

    @property
    def refresh(self) -> str:
        """How the newest instance refresh of these launch settings stands, in Auto Scaling's words."""
        refresh = self.status.refresh if self.status else None
        return f"its instance refresh is {refresh}" if refresh else "Auto Scaling knows no instance refresh of it"

    @property
    def unfinished(self) -> bool:
        """Whether instances in service are still to be replaced by what the group launches."""
        return self.status is not None and not self.status.rolled_out

    @property
    def never_begun(self) -> bool:
        """Whether instances are to be replaced, and Auto Scaling knows no refresh for it, perhaps after a refusal."""
        return self.rolls and self.status is not None and self.status.others > 0 and self.status.refresh is None

    @property
    def failed(self) -> bool:
        """Whether the instance refresh of the launch settings that the group has now ended, and not well."""
        return self.status is not None and self.status.failed

    def document(self) -> dict[str, Any] | None:
        """The same, for scripts."""
        status = self.status
        if status is None:
            return None
        refresh = status.refresh
        return {
            "group": status.group.name,
            "launches": self.launches or status.launches,
            "desired": status.group.desired,
            "running": {self.images.get(image, image): count for image, count in status.running.items()},
            "rolled_out": status.rolled_out,
            "refresh": refresh and {"status": refresh.status, "percent": refresh.percent, "reason": refresh.reason},
        }

    @property
    def _running(self) -> Mapping[str, int]:
        return self.status.running if self.status else {}

    @staticmethod
    def _checks(status: FleetStatus) -> str:
        if status.group.asks_no_balancer:
            return " (by EC2's status checks alone; set snapnames:fleet.healthCheck to ELB to ask the load balancer)"
        return ""


def _stale_group(group: Resource | None, status: FleetStatus | None) -> str:
    if group is None or status is None:
        return ""
    known = bool((group.get("outputs") or {}).get("protectFromScaleIn"))
    return str(group["urn"]) if known != status.group.protects else ""
