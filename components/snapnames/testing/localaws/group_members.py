"""What can be done to one instance of a group: standby, protection, health, termination."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.autoscaling.models import (
    EnterStandbyActivity,
    ExitStandbyActivity,
    TerminateInstanceActivity,
)
from moto.core.utils import utcnow

from .errors import ValidationFailedError, constraint
from .groups import Groups
from .members import HEALTHY, UNHEALTHY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .group import Group
    from .members import Lifecycle, Member


class GroupMembers(Groups):
    """The account's groups with their instances. The texts of the refusals are from memory of AWS."""

    def enter_standby_instances(
        self,
        group_name: str,
        instance_ids: list[str],
        should_decrement: bool,  # noqa: FBT001 - moto's parameter
    ) -> list[EnterStandbyActivity]:
        """Take instances out of service; without the decrement others are launched in their place.

        docs.aws.amazon.com/autoscaling/ec2/APIReference/API_EnterStandby.html.
        """
        group = self.group(group_name)
        chosen = _in_state(group, instance_ids, "InService")
        desired = group.desired_capacity or 0
        if should_decrement:
            _check_limits(group, desired - len(chosen), f"To place into standby {_counted(chosen)}")
            group.desired_capacity = desired - len(chosen)
        activities = []
        for one in chosen:
            one.lifecycle_state = "Standby"
            activities.append(EnterStandbyActivity(one.instance, desired))
        group.level()
        return activities

    def exit_standby_instances(self, group_name: str, instance_ids: list[str]) -> list[ExitStandbyActivity]:
        """Put instances back in service; the desired capacity grows by them.

        docs.aws.amazon.com/autoscaling/ec2/APIReference/API_ExitStandby.html.
        """
        group = self.group(group_name)
        chosen = _in_state(group, instance_ids, "Standby")
        desired = group.desired_capacity or 0
        _check_limits(group, desired + len(chosen), f"To bring out of standby {_counted(chosen)}")
        group.desired_capacity = desired + len(chosen)
        activities = []
        for one in chosen:
            one.lifecycle_state = "InService"
            activities.append(ExitStandbyActivity(one.instance, desired))
        group.level()
        return activities

    def set_instance_protection(
        self,
        group_name: str,
        instance_ids: list[str],
        protected_from_scale_in: bool | None,  # noqa: FBT001 - moto's parameter
    ) -> None:
        """Protect instances from a scale-in, or no longer; all of them or none.

        docs.aws.amazon.com/autoscaling/ec2/APIReference/API_SetInstanceProtection.html.
        """
        for one in _chosen(self.group(group_name), instance_ids):
            one.protected_from_scale_in = bool(protected_from_scale_in)

    def report_health(self, instance_id: str, status: str, *, respect_grace_period: bool) -> None:
        """Take over what somebody says of an instance; an unhealthy one is terminated and replaced.

        docs.aws.amazon.com/autoscaling/ec2/APIReference/API_SetInstanceHealth.html. While one of the processes is
        suspended that would replace it, the instance stays, and is shown as unhealthy.
        """
        if status not in (HEALTHY, UNHEALTHY):
            raise constraint(status, "healthStatus", f"Member must satisfy enum value set: [{HEALTHY}, {UNHEALTHY}]")
        group, one = self.member(instance_id)
        if status == UNHEALTHY and respect_grace_period and _is_young(group, one):
            return
        one.health_status = status
        replaced = not group.is_suspended("HealthCheck", "ReplaceUnhealthy", "Terminate", "Launch")
        if status == UNHEALTHY and one.lifecycle_state == "InService" and replaced:
            group.terminate([one])
            group.level()

    def terminate_members(
        self, instance_ids: Iterable[str], *, should_decrement: bool
    ) -> list[TerminateInstanceActivity]:
        """Terminate instances of groups, protected ones too; without the decrement others are launched instead.

        docs.aws.amazon.com/autoscaling/ec2/APIReference/API_TerminateInstanceInAutoScalingGroup.html.
        """
        found = [self.member(instance_id) for instance_id in instance_ids]
        activities = []
        for group, one in found:
            desired = group.desired_capacity or 0
            if should_decrement:
                _check_limits(group, desired - 1, f"To terminate instance {one.instance_id}")
                group.desired_capacity = desired - 1
            group.terminate([one])
            activities.append(TerminateInstanceActivity(one.instance, desired))
        for group, _ in found:
            group.level()
        return activities

    def detach_instances(self, group_name: str, instance_ids: list[str], should_decrement: bool) -> Any:  # noqa: ANN401, FBT001 - moto's
        """Refuse instances of others, which moto takes for its own."""
        _chosen(self.group(group_name), instance_ids)
        return super().detach_instances(group_name, instance_ids, should_decrement)


def _chosen(group: Group, instance_ids: list[str]) -> list[Member]:
    """Find the instances of a group by their ids, in the order of the request."""
    members = {one.instance_id: one for one in group.instance_states}
    for instance_id in instance_ids:
        if instance_id not in members:
            raise ValidationFailedError(f"The instance {instance_id} is not part of Auto Scaling group {group.name}.")
    return [members[instance_id] for instance_id in instance_ids]


def _in_state(group: Group, instance_ids: list[str], state: Lifecycle) -> list[Member]:
    chosen = _chosen(group, instance_ids)
    for one in chosen:
        if one.lifecycle_state != state:
            raise ValidationFailedError(f"The instance {one.instance_id} is not in {state}.")
    return chosen


def _counted(members: list[Member]) -> str:
    return f"{len(members)} instance{'s' if len(members) != 1 else ''}"


def _check_limits(group: Group, desired: int, what: str) -> None:
    if not (group.min_size or 0) <= desired <= (group.max_size or 0):
        raise ValidationFailedError(
            f"AutoScalingGroup {group.name} has min-size={group.min_size}, max-size={group.max_size}, and "
            f"desired-size={group.desired_capacity}. {what}, please update the AutoScalingGroup sizes appropriately."
        )


def _is_young(group: Group, one: Member) -> bool:
    """Whether the health check grace period of the instance goes on."""
    since = one.in_service_since
    return since is not None and (utcnow() - since).total_seconds() < int(group.health_check_grace_period or 0)
