"""Scaling policies: each of one group, kept and shown. No metric ever makes a group scale here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from moto.autoscaling.models import FakeScalingPolicy

from .errors import ValidationFailedError, constraint
from .scheduled_actions import ScheduledActions

if TYPE_CHECKING:
    from collections.abc import Mapping

_REQUIRED = {
    "SimpleScaling": ("AdjustmentType", "ScalingAdjustment"),
    "StepScaling": ("AdjustmentType", "StepAdjustments"),
    "TargetTrackingScaling": ("TargetTrackingConfiguration",),
    "PredictiveScaling": ("PredictiveScalingConfiguration",),
}
"""Type of a policy to the parameters that it needs."""


class ScalingPolicy(FakeScalingPolicy):
    """One policy of a group."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - moto's parameters, passed on
        """Give it an id of its own, where moto has one for all."""
        super().__init__(*args, **kwargs)
        self.unique_id = str(uuid4())
        self.enabled = True

    @property
    def arn(self) -> str:
        """The ARN, with the policy's own id."""
        backend = self.autoscaling_backend
        return (
            f"arn:aws:autoscaling:{backend.region_name}:{backend.account_id}:scalingPolicy:{self.unique_id}:"
            f"autoScalingGroupName/{self.auto_scaling_group_name}:policyName/{self.name}"
        )

    @property
    def policy_arn(self) -> str:
        """The ARN, under the name that DescribePolicies has for it."""
        return self.arn

    @property
    def alarms(self) -> list[dict[str, str]]:
        """The two alarms that Auto Scaling makes for a target tracking policy. CloudWatch doesn't have them here.

        docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html.
        """
        if self.policy_type != "TargetTrackingScaling":
            return []
        backend = self.autoscaling_backend
        names = [
            f"TargetTracking-{self.auto_scaling_group_name}-Alarm{end}-{self.unique_id}" for end in ("High", "Low")
        ]
        prefix = f"arn:aws:cloudwatch:{backend.region_name}:{backend.account_id}:alarm:"
        return [{"AlarmName": name, "AlarmARN": prefix + name} for name in names]


class ScalingPolicies(ScheduledActions):
    """The account's policies; moto takes those of one name for the same, whatever group they are of."""

    def put_policy(self, given: Mapping[str, Any]) -> ScalingPolicy:
        """Make a policy of a group, or change it; its ARN stays.

        docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScalingPolicy.html.
        """
        group, name = self.group(given["AutoScalingGroupName"]).name, str(given["PolicyName"])
        kind = str(given.get("PolicyType", "SimpleScaling"))
        if kind not in _REQUIRED:
            raise constraint(kind, "policyType", f"Member must satisfy enum value set: [{', '.join(_REQUIRED)}]")
        for parameter in _REQUIRED[kind]:
            if parameter not in given:
                raise ValidationFailedError(f"{parameter} is required for policy type {kind}")
        tracking = given.get("TargetTrackingConfiguration")
        policy = ScalingPolicy(
            name=name,
            policy_type=kind,
            metric_aggregation_type=given.get("MetricAggregationType"),
            adjustment_type=given.get("AdjustmentType"),
            as_name=group,
            min_adjustment_magnitude=given.get("MinAdjustmentMagnitude"),
            scaling_adjustment=given.get("ScalingAdjustment"),
            cooldown=given.get("Cooldown"),
            target_tracking_config={"DisableScaleIn": False, **tracking} if tracking else {},
            step_adjustments=given.get("StepAdjustments", []),
            estimated_instance_warmup=given.get("EstimatedInstanceWarmup"),
            predictive_scaling_configuration=given.get("PredictiveScalingConfiguration"),
            autoscaling_backend=self,
        )
        policy.enabled = bool(given.get("Enabled", True))
        known = self.policies.get(f"{group}/{name}")
        if isinstance(known, ScalingPolicy):
            policy.unique_id = known.unique_id
        self.policies[f"{group}/{name}"] = policy
        return policy

    def policy(self, group: str | None, name: str) -> FakeScalingPolicy:
        """Find a policy by its ARN, or by its name in a group."""
        for one in self.policies.values():
            if name == one.arn or (name == one.name and group in (None, one.auto_scaling_group_name)):
                return one
        raise ValidationFailedError(f"PolicyName not found - No policy with name {name} found")

    def delete_policy_of(self, group: str | None, name: str) -> None:
        """Delete a policy that is there."""
        one = self.policy(group, name)
        del self.policies[f"{one.auto_scaling_group_name}/{one.name}"]

    def delete_auto_scaling_group(self, group_name: str, *, force: bool = True) -> None:
        """The policies go with their group."""
        super().delete_auto_scaling_group(group_name, force=force)
        for key, policy in list(self.policies.items()):
            if policy.auto_scaling_group_name == group_name:
                del self.policies[key]
