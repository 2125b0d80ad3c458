"""What the server can be told while it runs: how images end, how instance refreshes advance, what is unhealthy."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal

from .image_settings import ImageSettings
from .policies import Policy

if TYPE_CHECKING:
    from collections.abc import Callable

End = Literal["available", "failed", "pending"]

HELD_AT = 0.5
"""How far an image gets that is told to stay pending."""

IDS_FROM = 1 / 3
"""The fraction of the pending time after which an image's mappings carry their snapshot ids."""

SNAPSHOTS_BY = 0.9
"""The fraction of the pending time after which the snapshots are completed: before the image is available."""


@dataclass
class Lifecycle:
    """The way of an image from `pending` to its end, computed from the clock whenever it is read."""

    seconds: float
    end: End = "available"
    reason: str = ""
    started: float = field(default_factory=time.monotonic)

    def fraction(self) -> float:
        """How much of the pending time is over, 0 to 1; an image that stays pending never passes `HELD_AT`."""
        gone = (time.monotonic() - self.started) / self.seconds if self.seconds > 0 else 1.0
        return min(gone, HELD_AT if self.end == "pending" else 1.0)

    def finish(self, end: End, reason: str) -> None:
        """End now; with `pending`, hold instead."""
        self.seconds, self.end, self.reason = 0.0, end, reason

    @property
    def image_state(self) -> str:
        """`pending`, then the end."""
        return "pending" if self.fraction() < 1 else self.end

    @property
    def shows_snapshots(self) -> bool:
        """Whether the image's mappings carry snapshot ids yet."""
        return self.fraction() >= IDS_FROM

    @property
    def snapshot_state(self) -> str:
        """`pending`, then `completed`, or `error` with an image that failed."""
        fraction = self.fraction()
        if self.end == "failed":
            return "error" if fraction >= 1 else "pending"
        return "completed" if fraction >= SNAPSHOTS_BY else "pending"

    @property
    def snapshot_percent(self) -> int:
        """The snapshots' progress; one that fails stops short of 100."""
        fraction = self.fraction()
        if self.end == "failed":
            return int(fraction * 99)
        return int(min(1.0, fraction / SNAPSHOTS_BY) * 100)


@dataclass
class NextImage:
    """How one of the next images ends."""

    state: End
    reason: str = ""
    region: str = ""
    """Of which region the image is to be; of any if this is empty."""


@dataclass
class Settings:
    """The server's settings. `pending_seconds` and `forget_seconds` are seconds, 0 or more."""

    pending_seconds: float = 1.0
    forget_seconds: float = 0.0
    """How long a deregistered image id gives an empty result before DescribeImages calls it not found."""
    launch_configurations: bool = True
    """Whether new ones can be created: AWS lets no account create any that was made on or after 2024-10-01."""
    hold_refreshes: bool = False
    """Whether an instance refresh stands still, but for the steps that are asked for by hand."""
    refresh_seconds: float = 0.0
    """How long each phase of an instance refresh takes; with 0 all phases are done in the call that starts it."""
    refresh_timeout_seconds: float = 3600.0
    """How long an instance refresh waits for instances that it can't replace, or that stay unhealthy, until it fails.

    One hour on AWS: docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html.
    """
    unhealthy_images: tuple[str, ...] = ()
    """Ids and names of images whose instances fail every health check; `*` and `?` are wildcards."""
    alarms: tuple[str, ...] = ()
    """The names of the CloudWatch alarms that are in the ALARM state."""
    next_images: deque[NextImage] = field(default_factory=deque)
    ec2: ImageSettings = field(default_factory=ImageSettings)
    """What images and snapshots do."""
    policies: dict[str, Policy] = field(default_factory=dict)
    """Access key to all that it may do; a key that is not there may do everything."""

    def next_lifecycle(self, region: str) -> Lifecycle:
        """Start the way of a new image, by the first that was ordered for its region or for any."""
        order = next((one for one in self.next_images if one.region in ("", region)), None)
        if order is None:
            return Lifecycle(self.pending_seconds)
        self.next_images.remove(order)
        return Lifecycle(self.pending_seconds, order.state, order.reason)

    def update(self, changes: dict[str, object]) -> None:
        """Take over JSON: `next_images` are queued behind those already ordered, all else replaces.

        Raises `ValueError` for a key or value that is no setting, and then changes nothing.
        """
        if unknown := sorted(set(changes) - {one.name for one in fields(self)}):
            known = ", ".join(one.name for one in fields(self))
            raise ValueError(f"no setting is called {unknown[0]!r}: use {known}")
        read = {key: _READ[key](key, value) for key, value in changes.items() if key != "ec2"}
        ec2 = self.ec2.changed(changes.get("ec2", {}))
        self.next_images.extend(read.pop("next_images", ()))
        self.ec2 = ec2
        for key, value in read.items():
            setattr(self, key, value)

    def as_json(self) -> dict[str, object]:
        """Return the settings as JSON holds them."""
        return {
            **{one.name: getattr(self, one.name) for one in fields(self)},
            "unhealthy_images": list(self.unhealthy_images),
            "alarms": list(self.alarms),
            "ec2": self.ec2.as_json(),
            "next_images": [asdict(order) for order in self.next_images],
            "policies": {key: policy.document for key, policy in self.policies.items()},
        }


def _orders(key: str, value: object) -> list[NextImage]:
    if isinstance(value, list):
        return [_order(order) for order in value]
    raise ValueError(f"{key} is {value!r}: give a list of objects with a state and a reason")


def _names(key: str, value: object) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return tuple(value)
    raise ValueError(f"{key} is {value!r}: give a list of names")


def _policies(key: str, value: object) -> dict[str, Policy]:
    if not isinstance(value, dict) or not all(isinstance(document, dict) for document in value.values()):
        raise ValueError(f"{key} is {value!r}: give an object of access keys and their policy documents")
    return {str(access_key): Policy(document) for access_key, document in value.items()}


def _truth(key: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{key} is {value!r}: give true or false")  # noqa: TRY004 - the one error for bad settings
    return value


def _seconds(key: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise ValueError(f"{key} is {value!r}: give seconds as a number, 0 or more")
    return float(value)


def _order(order: object) -> NextImage:
    if not isinstance(order, dict) or set(order) - {"state", "reason", "region"}:
        raise ValueError(f"next_images has {order!r}: give an object with a state, a reason and a region")
    return NextImage(end_of(order), str(order.get("reason", "")), str(order.get("region", "")))


def end_of(order: dict[str, object]) -> End:
    """Read the state that an order names; raises `ValueError` for one that no image can be ordered to reach."""
    match order.get("state"):
        case "available" | "failed" | "pending" as state:
            return state
        case other:
            raise ValueError(f"state is {other!r}: use available, failed or pending")


_READ: dict[str, Callable[[str, object], Any]] = {
    "pending_seconds": _seconds,
    "forget_seconds": _seconds,
    "launch_configurations": _truth,
    "hold_refreshes": _truth,
    "refresh_seconds": _seconds,
    "refresh_timeout_seconds": _seconds,
    "unhealthy_images": _names,
    "alarms": _names,
    "next_images": _orders,
    "policies": _policies,
}
"""What reads each setting from JSON, or raises `ValueError`."""

CURRENT = Settings()
"""The settings of this process; only a server process reads them."""
