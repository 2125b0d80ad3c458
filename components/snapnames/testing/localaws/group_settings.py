"""What can be set on a group beside its size and its launch settings: processes, metrics, and plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .errors import ValidationFailedError, constraint
from .group_members import GroupMembers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .group import Group

PROCESSES = (
    "AZRebalance",
    "AddToLoadBalancer",
    "AlarmNotification",
    "HealthCheck",
    "InstanceRefresh",
    "Launch",
    "ReplaceUnhealthy",
    "ScheduledActions",
    "Terminate",
)
"""docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeScalingProcessTypes.html."""

_POOLS = (
    *("GroupMinSize", "GroupMaxSize", "GroupDesiredCapacity"),
    *(f"Group{state}Instances" for state in ("InService", "Pending", "Standby", "Terminating", "Total")),
    *(f"Group{state}Capacity" for state in ("InService", "Pending", "Standby", "Terminating", "Total")),
)
METRICS = (
    *_POOLS,
    *(f"WarmPool{state}Capacity" for state in ("Desired", "Warmed", "Pending", "Terminating", "Total")),
    *("GroupAndWarmPoolDesiredCapacity", "GroupAndWarmPoolTotalCapacity"),
)
"""docs.aws.amazon.com/autoscaling/ec2/APIReference/API_EnableMetricsCollection.html."""

GRANULARITY = "1Minute"

_PLAIN = {
    "AvailabilityZoneDistribution": "availability_zone_distribution",
    "CapacityRebalance": "capacity_rebalance",
    "CapacityReservationSpecification": "capacity_reservation_specification",
    "DefaultCooldown": "default_cooldown",
    "HealthCheckGracePeriod": "health_check_grace_period",
    "PlacementGroup": "placement_group",
    "ServiceLinkedRoleARN": "service_linked_role_arn",
    "TerminationPolicies": "termination_policies",
}
"""Parameters of CreateAutoScalingGroup and UpdateAutoScalingGroup that moto drops, or reads wrongly when they are 0."""


class GroupSettings(GroupMembers):
    """The account's groups with their settings."""

    def suspend_processes(self, group_name: str, scaling_processes: list[str]) -> None:
        """Suspend the named processes, or all.

        docs.aws.amazon.com/autoscaling/ec2/APIReference/API_SuspendProcesses.html.
        """
        group = self.group(group_name)
        chosen = _known(scaling_processes, PROCESSES, "ScalingProcesses")
        group.suspended_processes = [*group.suspended, *chosen]

    def resume_processes(self, group_name: str, scaling_processes: list[str]) -> None:
        """Resume the named processes, or all; what was to be launched or terminated meanwhile is done now.

        docs.aws.amazon.com/autoscaling/ec2/APIReference/API_ResumeProcesses.html.
        """
        group = self.group(group_name)
        for process in _known(scaling_processes, PROCESSES, "ScalingProcesses"):
            group.suspended.pop(process, None)
        group.level()

    def enable_metrics(self, group_name: str, metrics: list[str], granularity: str) -> None:
        """Enable the named metrics beside those that are enabled, or all."""
        group = self.group(group_name)
        if granularity != GRANULARITY:
            raise ValidationFailedError(f"{granularity} is not a valid granularity. Valid granularities: {GRANULARITY}")
        chosen = _known(metrics, METRICS, "Metrics")
        group.metrics = [one for one in METRICS if one in group.metrics or one in chosen]

    def disable_metrics(self, group_name: str, metrics: list[str]) -> None:
        """Disable the named metrics, or all.

        docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DisableMetricsCollection.html.
        """
        group = self.group(group_name)
        chosen = _known(metrics, METRICS, "Metrics")
        group.metrics = [one for one in group.metrics if one not in chosen]

    def keep_settings(self, group_name: str, given: Mapping[str, Any], *, new: bool) -> None:
        """Take over what a create or an update gives."""
        group = self.group(group_name)
        if new:
            # 0 seconds where nothing is said: the reference of CreateAutoScalingGroup, where moto says 300.
            group.health_check_grace_period = 0
        for parameter, attribute in _PLAIN.items():
            if parameter in given:
                setattr(
                    group, attribute, given[parameter] or None if parameter == "PlacementGroup" else given[parameter]
                )
        _keep_clearable(group, given)


def _keep_clearable(group: Group, given: Mapping[str, Any]) -> None:
    """Take over the settings that have a value which clears them.

    docs.aws.amazon.com/autoscaling/ec2/APIReference/API_UpdateAutoScalingGroup.html and
    API_InstanceMaintenancePolicy.html.
    """
    if "DefaultInstanceWarmup" in given:
        warmup = int(given["DefaultInstanceWarmup"])
        group.default_instance_warmup = warmup if warmup >= 0 else None
    if "MaxInstanceLifetime" in given:
        group.max_instance_lifetime = int(given["MaxInstanceLifetime"]) or None
    if policy := given.get("InstanceMaintenancePolicy"):
        smallest, largest = (int(policy.get(f"{end}HealthyPercentage", -1)) for end in ("Min", "Max"))
        if (smallest < 0) != (largest < 0):
            raise ValidationFailedError(
                "You must specify both MinHealthyPercentage and MaxHealthyPercentage in the maintenance policy."
            )
        percentages = {"MinHealthyPercentage": smallest, "MaxHealthyPercentage": largest}
        group.instance_maintenance_policy = percentages if smallest >= 0 else None


def _known(names: Iterable[str] | None, known: tuple[str, ...], parameter: str) -> list[str]:
    """The names that are given, or all when none is; raises for one that AWS does not have."""
    given = list(names or known)
    for name in given:
        if name not in known:
            raise constraint(name, parameter, f"Member must satisfy enum value set: [{', '.join(known)}]")
    return given
