"""The calls about groups and their instances that moto lacks, or answers in another way than Auto Scaling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import ActionResult, EmptyResult

from .errors import ValidationFailedError
from .group_settings import GRANULARITY, METRICS, PROCESSES
from .pages import page
from .scaling_policies import ScalingPolicies

if TYPE_CHECKING:
    from collections.abc import Sequence

_INSTANCES_PAGE = 50
"""docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingInstances.html."""


class GroupActions(AutoScalingResponse):
    """Calls of Auto Scaling; what is not here is moto's."""

    @property
    def _groups(self) -> ScalingPolicies:
        backend = self.autoscaling_backend
        if not isinstance(backend, ScalingPolicies):
            raise TypeError(f"{type(backend)} is not the local Auto Scaling: call account.install() first")
        return backend

    @property
    def _name(self) -> str:
        return str(self._get_param("AutoScalingGroupName"))

    def _page(self, items: Sequence[Any], size: int) -> tuple[Sequence[Any], str | None]:
        return page(items, self._get_int_param("MaxRecords") or size, self._get_param("NextToken"))

    def create_auto_scaling_group(self) -> ActionResult:
        """Keep every setting and hook that is given."""
        answer = super().create_auto_scaling_group()
        given = self._get_params()
        self._groups.keep_settings(self._name, given, new=True)
        for hook in given.get("LifecycleHookSpecificationList", []):
            self._groups.put_hook(self._name, hook)
        return answer

    def update_auto_scaling_group(self) -> ActionResult:
        """Keep every setting that is given."""
        answer = super().update_auto_scaling_group()
        self._groups.keep_settings(self._name, self._get_params(), new=False)
        return answer

    def delete_auto_scaling_group(self) -> ActionResult:
        """Without `ForceDelete` only a group that has no instances."""
        force = self._get_bool_param("ForceDelete", False)  # noqa: FBT003 - moto's parameter
        self._groups.delete_auto_scaling_group(self._name, force=bool(force))
        return EmptyResult()

    def describe_auto_scaling_instances(self) -> ActionResult:
        """Page."""
        found = self._groups.describe_auto_scaling_instances(self._get_param("InstanceIds", []))
        shown, token = self._page(found, _INSTANCES_PAGE)
        return ActionResult({"AutoScalingInstances": shown, "NextToken": token})

    def set_instance_health(self) -> ActionResult:
        """Believe it, after the grace period unless it says otherwise."""
        respect = self._get_bool_param("ShouldRespectGracePeriod", True)  # noqa: FBT003 - moto's parameter
        self._groups.report_health(
            self._get_param("InstanceId"), self._get_param("HealthStatus"), respect_grace_period=bool(respect)
        )
        return EmptyResult()

    def terminate_instance_in_auto_scaling_group(self) -> ActionResult:
        """One instance, or several of a group."""
        one, several = self._get_param("InstanceId"), self._get_param("InstanceIds", [])
        if bool(one) == bool(several):
            raise ValidationFailedError("Exactly one of InstanceId and InstanceIds must be specified.")
        if several:
            self._groups.group(self._name)  # has to be named with them
        decrement = bool(self._get_bool_param("ShouldDecrementDesiredCapacity"))
        activities = self._groups.terminate_members(several or [one], should_decrement=decrement)
        return ActionResult({"Activities": activities} if several else {"Activity": activities[0]})

    def describe_scaling_process_types(self) -> ActionResult:
        """List all of them."""
        return ActionResult({"Processes": [{"ProcessName": name} for name in PROCESSES]})

    def describe_metric_collection_types(self) -> ActionResult:
        """List all of them."""
        metrics = [{"Metric": name} for name in METRICS]
        return ActionResult({"Metrics": metrics, "Granularities": [{"Granularity": GRANULARITY}]})

    def enable_metrics_collection(self) -> ActionResult:
        """All metrics, where none is named."""
        self._groups.enable_metrics(self._name, self._get_param("Metrics", []), str(self._get_param("Granularity")))
        return EmptyResult()

    def disable_metrics_collection(self) -> ActionResult:
        """All metrics, where none is named."""
        self._groups.disable_metrics(self._name, self._get_param("Metrics", []))
        return EmptyResult()

    def put_lifecycle_hook(self) -> ActionResult:
        """Keep what is given of a hook."""
        self._groups.put_hook(self._name, self._get_params())
        return EmptyResult()

    def describe_lifecycle_hooks(self) -> ActionResult:
        """List a group's hooks."""
        hooks = self._groups.hooks_of(self._name, self._get_param("LifecycleHookNames", []))
        return ActionResult({"LifecycleHooks": [hook.describe() for hook in hooks]})

    def delete_lifecycle_hook(self) -> ActionResult:
        """Delete a hook that is there."""
        self._groups.delete_hook(self._name, self._get_param("LifecycleHookName"))
        return EmptyResult()

    def put_scaling_policy(self) -> ActionResult:
        """Answer with the policy's ARN and its alarms."""
        policy = self._groups.put_policy(self._get_params())
        return ActionResult({"PolicyARN": policy.arn, "Alarms": policy.alarms})

    def delete_policy(self) -> ActionResult:
        """Delete a policy of one group."""
        self._groups.delete_policy_of(self._get_param("AutoScalingGroupName"), self._get_param("PolicyName"))
        return EmptyResult()

    def execute_policy(self) -> ActionResult:
        """Scale a group as its policy says."""
        self._groups.policy(self._get_param("AutoScalingGroupName"), self._get_param("PolicyName")).execute()
        return EmptyResult()
