"""The preferences of an instance refresh: checked as Auto Scaling checks them, with its defaults.

docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RefreshPreferences.html.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .errors import ValidationFailedError, constraint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .group import Group

_RANGES = {
    "MinHealthyPercentage": (0, 100),
    "MaxHealthyPercentage": (100, 200),
    "InstanceWarmup": (0, None),
    "CheckpointDelay": (0, 172_800),
    "BakeTime": (0, 172_800),
}
_VALUES = {
    "ScaleInProtectedInstances": ("Refresh", "Ignore", "Wait"),
    "StandbyInstances": ("Terminate", "Ignore", "Wait"),
}
_ALARMS_LIMIT = 10
_SPREAD_LIMIT = 100
_CHECKPOINT_DELAY = 3600


@dataclass(frozen=True)
class Preferences:
    """What was asked for, and Auto Scaling's defaults for the rest."""

    shown: Mapping[str, Any]
    """As DescribeInstanceRefreshes shows them: with the defaults, but for those that are null by default."""

    smallest: int
    largest: int | None
    """The percentages of the desired capacity; `largest` is None where neither request nor group has one."""

    @property
    def protected(self) -> str:
        """What is done to instances that are protected from scale-in."""
        return str(self.shown["ScaleInProtectedInstances"])

    @property
    def standby(self) -> str:
        """What is done to instances in standby."""
        return str(self.shown["StandbyInstances"])

    @property
    def skips_matching(self) -> bool:
        """Whether instances stay that were launched from the same."""
        return bool(self.shown["SkipMatching"])

    @property
    def rolls_back(self) -> bool:
        """Whether a failure is followed by a rollback."""
        return bool(self.shown["AutoRollback"])

    @property
    def checkpoints(self) -> list[int]:
        """Percentages at which the refresh pauses; it is over after the last."""
        return list(self.shown.get("CheckpointPercentages", ()))

    @property
    def bakes(self) -> bool:
        """Whether there is a time to wait at the end."""
        return bool(self.shown.get("BakeTime"))

    @property
    def alarms(self) -> list[str]:
        """The alarms that end the refresh."""
        return list(self.shown.get("AlarmSpecification", {}).get("Alarms", ()))

    def batch(self, desired: int) -> tuple[int, int]:
        """How many instances are replaced at a time, and how many of them are terminated first.

        The others are terminated when their replacements are healthy. Without a largest percentage replacements are
        launched while the old instances are terminated, and at least one goes. With one that leaves no room, as for a
        group of one with 90 and 100, one is launched first. Percentages are rounded so that both bounds hold.
        """
        first = desired - math.ceil(desired * self.smallest / 100)
        if self.largest is None:
            return max(first, 1), max(first, 1)
        ahead = desired * self.largest // 100 - desired
        return max(first + ahead, 1), first


def read_preferences(group: Group, given: Mapping[str, Any], *, has_desired_configuration: bool) -> Preferences:
    """Check what is given; raises `ValidationFailedError`."""
    _check_values(given)
    _check_together(given)
    if given.get("AutoRollback") and not has_desired_configuration:
        # The text is as others report it: github.com/hashicorp/terraform-provider-aws/issues/32428.
        raise ValidationFailedError(
            "The request isn't valid. The AutoRollback parameter cannot be set to true when the DesiredConfiguration "
            "parameter is empty. Set AutoRollback to false or specify a desired configuration and try again."
        )
    policy = group.instance_maintenance_policy or {}
    warmup = group.default_instance_warmup
    shown = {
        "MinHealthyPercentage": policy.get("MinHealthyPercentage", 90),
        "MaxHealthyPercentage": policy.get("MaxHealthyPercentage"),
        "InstanceWarmup": int(group.health_check_grace_period or 0) if warmup is None else warmup,
        "SkipMatching": False,
        "AutoRollback": False,
        "ScaleInProtectedInstances": "Wait",
        "StandbyInstances": "Wait",
        **({"CheckpointDelay": _CHECKPOINT_DELAY} if given.get("CheckpointPercentages") else {}),
        **given,
    }
    shown = {name: value for name, value in shown.items() if value is not None}
    return Preferences(shown, shown["MinHealthyPercentage"], shown.get("MaxHealthyPercentage"))


def _check_values(given: Mapping[str, Any]) -> None:
    for name, (least, most) in _RANGES.items():
        value, where = given.get(name), f"preferences.{name[0].lower()}{name[1:]}"
        if value is not None and value < least:
            raise constraint(value, where, f"Member must have value greater than or equal to {least}")
        if value is not None and most is not None and value > most:
            raise constraint(value, where, f"Member must have value less than or equal to {most}")
    for name, known in _VALUES.items():
        if given.get(name, known[0]) not in known:
            where = f"preferences.{name[0].lower()}{name[1:]}"
            raise constraint(given[name], where, f"Member must satisfy enum value set: [{', '.join(known)}]")


def _check_together(given: Mapping[str, Any]) -> None:
    """Check what depends on another value. The texts are from memory of AWS."""
    smallest, largest = given.get("MinHealthyPercentage"), given.get("MaxHealthyPercentage")
    if largest is not None and smallest is None:
        raise ValidationFailedError("MinHealthyPercentage must be specified when MaxHealthyPercentage is specified.")
    if smallest is not None and largest is not None and largest - smallest > _SPREAD_LIMIT:
        raise ValidationFailedError(
            "The difference between MaxHealthyPercentage and MinHealthyPercentage cannot be greater than 100."
        )
    checkpoints = given.get("CheckpointPercentages", [])
    if "CheckpointDelay" in given and not checkpoints:
        raise ValidationFailedError("CheckpointPercentages must be specified when CheckpointDelay is specified.")
    if checkpoints != sorted(set(checkpoints)) or any(not 1 <= one <= 100 for one in checkpoints):
        raise ValidationFailedError("CheckpointPercentages must be unique numbers from 1 to 100 in ascending order.")
    if len(given.get("AlarmSpecification", {}).get("Alarms", [])) > _ALARMS_LIMIT:
        raise ValidationFailedError("You can specify up to 10 alarms.")
