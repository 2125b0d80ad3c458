"""Scheduled actions: each of one group, kept and shown. Nothing is ever done at their time here."""

from __future__ import annotations

from typing import Any

from moto.autoscaling.models import FakeScheduledAction

from .errors import ValidationFailedError
from .lifecycle_hooks import LifecycleHooks


class ScheduledAction(FakeScheduledAction):
    """One action of a group."""

    scheduled_action_arn: str = ""


class ScheduledActions(LifecycleHooks):
    """The account's scheduled actions; moto takes those of one name for the same, whatever group they are of."""

    def put_scheduled_update_group_action(self, **given: Any) -> FakeScheduledAction:  # type: ignore[override] # noqa: ANN401 - moto's parameters, by name
        """Make or replace an action of a group.

        docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScheduledUpdateGroupAction.html. The text is from
        memory of AWS.
        """
        group, name = self.group(given["name"]), str(given["scheduled_action_name"])
        sizes = {size: _number(given[size]) for size in ("desired_capacity", "max_size", "min_size")}
        if all(size is None for size in sizes.values()):
            raise ValidationFailedError("At least one of MinSize, MaxSize or DesiredCapacity must be specified.")
        action = ScheduledAction(  # type: ignore[abstract] # as moto's own is
            autos_caling_group_name=group.name,
            scheduled_action_name=name,
            start_time=given["start_time"],
            end_time=given["end_time"],
            recurrence=given["recurrence"],
            time_zone=given["timezone"],
            **sizes,
        )
        action.scheduled_action_arn = (
            f"arn:aws:autoscaling:{self.region_name}:{self.account_id}:scheduledUpdateGroupAction:{group._id}:"  # noqa: SLF001 - where moto keeps it
            f"autoScalingGroupName/{group.name}:scheduledActionName/{name}"
        )
        self.scheduled_actions[_key(group.name, name)] = action
        return action

    def delete_scheduled_action(self, auto_scaling_group_name: str, scheduled_action_name: str) -> None:
        """Delete an action that is there."""
        key = _key(auto_scaling_group_name, scheduled_action_name)
        if self.scheduled_actions.pop(key, None) is None:
            raise ValidationFailedError("Scheduled action name not found")

    def delete_auto_scaling_group(self, group_name: str, *, force: bool = True) -> None:
        """The actions go with their group."""
        super().delete_auto_scaling_group(group_name, force=force)
        for key, action in list(self.scheduled_actions.items()):
            if action.auto_scaling_group_name == group_name:
                del self.scheduled_actions[key]


def _key(group: str, action: str) -> str:
    return f"{group}/{action}"


def _number(size: str | int | None) -> int | None:
    return None if size is None else int(size)
