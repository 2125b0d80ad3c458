"""Lifecycle hooks: kept and shown as they were given. No instance waits for one here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .errors import ValidationFailedError, constraint
from .group_settings import GroupSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

_TRANSITIONS = ("autoscaling:EC2_INSTANCE_LAUNCHING", "autoscaling:EC2_INSTANCE_TERMINATING")
_RESULTS = ("CONTINUE", "ABANDON")
_HEARTBEAT = range(30, 7200 + 1)
_LONGEST = 172_800
"""Seconds, or 100 heartbeats if that is less.

docs.aws.amazon.com/autoscaling/ec2/APIReference/API_LifecycleHook.html.
"""


@dataclass(frozen=True)
class Hook:
    """One hook of a group."""

    group: str
    settings: Mapping[str, Any]
    """The parameters of PutLifecycleHook that were given for it, by all calls together."""

    def describe(self) -> dict[str, Any]:
        """Show it as DescribeLifecycleHooks does, with AWS's defaults."""
        heartbeat = int(self.settings.get("HeartbeatTimeout", 3600))
        return {
            "DefaultResult": "ABANDON",
            **self.settings,
            "AutoScalingGroupName": self.group,
            "HeartbeatTimeout": heartbeat,
            "GlobalTimeout": min(_LONGEST, 100 * heartbeat),
            # An empty target is the way to take it away.
            "NotificationTargetARN": self.settings.get("NotificationTargetARN") or None,
        }


class LifecycleHooks(GroupSettings):
    """The account's hooks, by group and name."""

    def __init__(self, region_name: str, account_id: str) -> None:
        """Start with none."""
        super().__init__(region_name, account_id)
        self.hooks: dict[tuple[str, str], Hook] = {}

    def put_hook(self, group: str, settings: Mapping[str, Any]) -> None:
        """Make a hook, or change what is given of one.

        docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutLifecycleHook.html. The texts are from memory of AWS.
        """
        self.group(group)
        key = (group, str(settings["LifecycleHookName"]))
        known = self.hooks[key].settings if key in self.hooks else {}
        merged = {**known, **{name: value for name, value in settings.items() if name != "AutoScalingGroupName"}}
        if "LifecycleTransition" not in merged:
            raise ValidationFailedError("LifecycleTransition is required when creating a lifecycle hook")
        for parameter, known_values in (("LifecycleTransition", _TRANSITIONS), ("DefaultResult", _RESULTS)):
            if merged.get(parameter, known_values[0]) not in known_values:
                rule = f"Member must satisfy enum value set: [{', '.join(known_values)}]"
                raise constraint(merged[parameter], parameter, rule)
        if int(merged.get("HeartbeatTimeout", 3600)) not in _HEARTBEAT:
            raise ValidationFailedError("Heartbeat timeout must be between 30 and 7200 seconds.")
        self.hooks[key] = Hook(group, merged)

    def hooks_of(self, group: str, names: list[str]) -> list[Hook]:
        """Give a group's hooks, all or those of these names."""
        self.group(group)
        return [hook for (owner, name), hook in self.hooks.items() if owner == group and (not names or name in names)]

    def delete_hook(self, group: str, name: str) -> None:
        """Delete a hook that is there."""
        self.group(group)
        if self.hooks.pop((group, name), None) is None:
            raise ValidationFailedError(f"No Lifecycle Hook found with name: {name}")

    def delete_auto_scaling_group(self, group_name: str, *, force: bool = True) -> None:
        """The hooks go with their group."""
        super().delete_auto_scaling_group(group_name, force=force)
        self.hooks = {key: hook for key, hook in self.hooks.items() if hook.group != group_name}
