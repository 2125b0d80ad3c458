"""Groups: processes, metrics, hooks, schedules, policies and plain settings, as they were given."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from localaws.server import LocalAws

from .fleet import GROUP, Fleet

Refused = Callable[..., AbstractContextManager[None]]

TRACKING: Any = {
    "PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"},
    "TargetValue": 50.0,
}


def test_what_is_set_on_a_group_is_shown_and_changed(aws: LocalAws, fleet: Fleet) -> None:
    """A value of zero is one, and what an update leaves out stays."""
    settings: dict[str, Any] = {
        "DefaultCooldown": 0,
        "DefaultInstanceWarmup": 30,
        "HealthCheckGracePeriod": 0,
        "MaxInstanceLifetime": 86400,
        "InstanceMaintenancePolicy": {"MinHealthyPercentage": 90, "MaxHealthyPercentage": 120},
        "TerminationPolicies": ["OldestInstance"],
        "CapacityRebalance": True,
    }
    fleet.create(0, **settings)
    created = fleet.describe()
    changed: dict[str, Any] = {
        "DefaultCooldown": 60,
        "TerminationPolicies": ["NewestInstance", "Default"],
        "CapacityRebalance": False,
    }

    aws.client("autoscaling").update_auto_scaling_group(AutoScalingGroupName=GROUP, **changed)

    assert {key: created[key] for key in settings} == settings
    assert {key: fleet.describe()[key] for key in settings} == {**settings, **changed}


def test_settings_are_cleared_by_the_values_that_do_that(aws: LocalAws, fleet: Fleet, refused: Refused) -> None:
    """A policy needs both ends."""
    policy: Any = {"MinHealthyPercentage": 90, "MaxHealthyPercentage": 120}
    fleet.create(0, DefaultInstanceWarmup=30, MaxInstanceLifetime=86400, InstanceMaintenancePolicy=policy)
    autoscaling = aws.client("autoscaling")

    with refused("ValidationError", "both MinHealthyPercentage and MaxHealthyPercentage"):
        autoscaling.update_auto_scaling_group(
            AutoScalingGroupName=GROUP, InstanceMaintenancePolicy={"MinHealthyPercentage": 90}
        )
    autoscaling.update_auto_scaling_group(
        AutoScalingGroupName=GROUP,
        DefaultInstanceWarmup=-1,
        MaxInstanceLifetime=0,
        InstanceMaintenancePolicy={"MinHealthyPercentage": -1, "MaxHealthyPercentage": -1},
    )

    left = fleet.describe()
    assert {"DefaultInstanceWarmup", "MaxInstanceLifetime", "InstanceMaintenancePolicy"} & set(left) == set()
    assert left["HealthCheckGracePeriod"] == 0


@pytest.mark.parametrize(("sizes", "desired"), [({"MinSize": 3}, 3), ({"MaxSize": 1}, 1), ({"MinSize": 1}, 2)])
def test_a_new_limit_moves_the_desired_capacity(
    aws: LocalAws, fleet: Fleet, sizes: dict[str, int], desired: int
) -> None:
    """As far as it has to; an instance in standby is not counted."""
    fleet.create(3)
    autoscaling = aws.client("autoscaling")
    autoscaling.enter_standby(
        AutoScalingGroupName=GROUP, InstanceIds=[fleet.ids[0]], ShouldDecrementDesiredCapacity=True
    )

    autoscaling.update_auto_scaling_group(AutoScalingGroupName=GROUP, **sizes)  # type: ignore[arg-type] # of int

    assert fleet.describe()["DesiredCapacity"] == desired
    assert fleet.instances == ["1 Standby"] + ["1 InService"] * desired


def test_processes_are_suspended_and_resumed_by_name_or_all(aws: LocalAws, fleet: Fleet, refused: Refused) -> None:
    """In order, with a reason; an unknown name changes nothing."""
    fleet.create(0)
    autoscaling = aws.client("autoscaling")
    types = [one["ProcessName"] for one in autoscaling.describe_scaling_process_types()["Processes"]]

    def suspended() -> list[str]:
        return [one["ProcessName"] for one in fleet.describe()["SuspendedProcesses"]]

    autoscaling.suspend_processes(AutoScalingGroupName=GROUP, ScalingProcesses=["Launch", "AZRebalance"])
    some = suspended()
    reasons = {one["SuspensionReason"][:17] for one in fleet.describe()["SuspendedProcesses"]}
    with refused("ValidationError", "Replace"):
        autoscaling.suspend_processes(AutoScalingGroupName=GROUP, ScalingProcesses=["Terminate", "Replace"])
    autoscaling.resume_processes(AutoScalingGroupName=GROUP, ScalingProcesses=["Launch"])
    fewer = suspended()
    autoscaling.suspend_processes(AutoScalingGroupName=GROUP)
    every = suspended()
    autoscaling.resume_processes(AutoScalingGroupName=GROUP)

    assert (some, reasons, fewer) == (["AZRebalance", "Launch"], {"User suspended at"}, ["AZRebalance"])
    assert every == sorted(types)
    assert len(types) == 9
    assert suspended() == []


def test_a_group_grows_when_launching_is_resumed(aws: LocalAws, fleet: Fleet) -> None:
    """Until then it is smaller than it is to be."""
    fleet.create(1)
    autoscaling = aws.client("autoscaling")
    autoscaling.suspend_processes(AutoScalingGroupName=GROUP, ScalingProcesses=["Launch", "Terminate"])
    autoscaling.set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=2)
    small = len(fleet.ids)

    autoscaling.resume_processes(AutoScalingGroupName=GROUP, ScalingProcesses=["Launch"])
    autoscaling.set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=0)

    assert (small, len(fleet.ids)) == (1, 2)


def test_metrics_are_enabled_by_name_or_all(aws: LocalAws, fleet: Fleet, refused: Refused) -> None:
    """Beside those that are enabled; in the one granularity that there is."""
    fleet.create(0)
    autoscaling = aws.client("autoscaling")
    known = [one["Metric"] for one in autoscaling.describe_metric_collection_types()["Metrics"]]

    def enabled() -> list[str]:
        return [one["Metric"] for one in fleet.describe()["EnabledMetrics"]]

    for name in ("GroupMaxSize", "GroupMinSize"):
        autoscaling.enable_metrics_collection(AutoScalingGroupName=GROUP, Metrics=[name], Granularity="1Minute")
    some = enabled()
    autoscaling.enable_metrics_collection(AutoScalingGroupName=GROUP, Granularity="1Minute")
    every = enabled()
    autoscaling.disable_metrics_collection(AutoScalingGroupName=GROUP, Metrics=["GroupMinSize"])
    fewer = enabled()
    autoscaling.disable_metrics_collection(AutoScalingGroupName=GROUP)

    assert some == ["GroupMinSize", "GroupMaxSize"]
    assert (every, len(known)) == (known, 20)
    assert fewer == known[1:]
    assert enabled() == []
    with refused("ValidationError", "granularity"):
        autoscaling.enable_metrics_collection(AutoScalingGroupName=GROUP, Granularity="5Minute")
    with refused("ValidationError", "Size"):
        autoscaling.enable_metrics_collection(AutoScalingGroupName=GROUP, Metrics=["Size"], Granularity="1Minute")


def test_a_lifecycle_hook_is_shown_with_the_defaults(aws: LocalAws, fleet: Fleet, refused: Refused) -> None:
    """No target and no role where none is given; a change keeps what it leaves out."""
    fleet.create(0)
    autoscaling = aws.client("autoscaling")
    hook: Any = {"AutoScalingGroupName": GROUP, "LifecycleHookName": "drain"}
    terminating = "autoscaling:EC2_INSTANCE_TERMINATING"

    def shown() -> list[Any]:
        return list(autoscaling.describe_lifecycle_hooks(AutoScalingGroupName=GROUP)["LifecycleHooks"])

    with refused("ValidationError", "LifecycleTransition"):
        autoscaling.put_lifecycle_hook(**hook)
    with refused("ValidationError", "between 30 and 7200"):
        autoscaling.put_lifecycle_hook(**hook, LifecycleTransition=terminating, HeartbeatTimeout=29)
    autoscaling.put_lifecycle_hook(**hook, LifecycleTransition=terminating)
    made = shown()
    autoscaling.put_lifecycle_hook(**hook, HeartbeatTimeout=60, DefaultResult="CONTINUE")
    changed = shown()
    autoscaling.delete_lifecycle_hook(**hook)

    expected = {**hook, "LifecycleTransition": terminating, "DefaultResult": "ABANDON"}
    assert made == [{**expected, "HeartbeatTimeout": 3600, "GlobalTimeout": 172800}]
    assert changed == [{**expected, "DefaultResult": "CONTINUE", "HeartbeatTimeout": 60, "GlobalTimeout": 6000}]
    assert shown() == []
    with refused("ValidationError", "No Lifecycle Hook found"):
        autoscaling.delete_lifecycle_hook(**hook)


def test_a_group_is_created_with_its_hooks(aws: LocalAws, fleet: Fleet) -> None:
    """Those that the request lists."""
    launching = "autoscaling:EC2_INSTANCE_LAUNCHING"
    fleet.create(1, LifecycleHookSpecificationList=[{"LifecycleHookName": "warm", "LifecycleTransition": launching}])

    found = aws.client("autoscaling").describe_lifecycle_hooks(AutoScalingGroupName=GROUP)["LifecycleHooks"]

    assert [(one["LifecycleHookName"], one["LifecycleTransition"]) for one in found] == [("warm", launching)]


def test_scheduled_actions_and_policies_of_one_name_are_each_of_their_group(
    aws: LocalAws, fleet: Fleet, refused: Refused
) -> None:
    """Where moto keeps the last one of the account."""
    fleet.create(0)
    autoscaling = aws.client("autoscaling")
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName="back",
        LaunchTemplate={"LaunchTemplateId": fleet.template, "Version": "1"},
        MinSize=0,
        MaxSize=1,
        AvailabilityZones=["ap-northeast-2a"],
    )
    for group, size in ((GROUP, 2), ("back", 1)):
        autoscaling.put_scheduled_update_group_action(
            AutoScalingGroupName=group, ScheduledActionName="night", Recurrence="0 22 * * *", DesiredCapacity=size
        )
        autoscaling.put_scaling_policy(
            AutoScalingGroupName=group,
            PolicyName="cpu",
            PolicyType="TargetTrackingScaling",
            TargetTrackingConfiguration=TRACKING,
        )

    autoscaling.delete_scheduled_action(AutoScalingGroupName="back", ScheduledActionName="night")
    autoscaling.delete_policy(AutoScalingGroupName="back", PolicyName="cpu")

    (action,) = autoscaling.describe_scheduled_actions()["ScheduledUpdateGroupActions"]
    assert action.pop("ScheduledActionARN").endswith(":autoScalingGroupName/front:scheduledActionName/night")
    assert action == {
        "AutoScalingGroupName": GROUP,
        "ScheduledActionName": "night",
        "Recurrence": "0 22 * * *",
        "DesiredCapacity": 2,
    }
    (policy,) = autoscaling.describe_policies()["ScalingPolicies"]
    assert (policy["AutoScalingGroupName"], policy["PolicyName"], policy["Enabled"]) == (GROUP, "cpu", True)
    assert policy["TargetTrackingConfiguration"] == {**TRACKING, "DisableScaleIn": False}
    assert [one["AlarmName"].rpartition("-Alarm")[0] for one in policy["Alarms"]] == ["TargetTracking-front"] * 2
    with refused("ValidationError", "Scheduled action name not found"):
        autoscaling.delete_scheduled_action(AutoScalingGroupName="back", ScheduledActionName="night")


def test_a_policy_keeps_its_arn_and_is_executed_by_its_name_or_its_arn(
    aws: LocalAws, fleet: Fleet, refused: Refused
) -> None:
    """A change is no new policy; what its type needs has to be given."""
    fleet.create(0)
    autoscaling = aws.client("autoscaling")
    simple: Any = {"AutoScalingGroupName": GROUP, "PolicyName": "more", "AdjustmentType": "ChangeInCapacity"}

    with refused("ValidationError", "ScalingAdjustment is required for policy type SimpleScaling"):
        autoscaling.put_scaling_policy(**simple)
    with refused("ValidationError", "policyType"):
        autoscaling.put_scaling_policy(**simple, PolicyType="Wild")
    first = autoscaling.put_scaling_policy(**simple, ScalingAdjustment=1)["PolicyARN"]
    second = autoscaling.put_scaling_policy(**simple, ScalingAdjustment=2)["PolicyARN"]
    autoscaling.execute_policy(AutoScalingGroupName=GROUP, PolicyName="more")
    autoscaling.execute_policy(PolicyName=first)

    assert first == second
    assert fleet.describe()["DesiredCapacity"] == 4
    with refused("ValidationError", "No policy with name less found"):
        autoscaling.execute_policy(AutoScalingGroupName=GROUP, PolicyName="less")


def test_a_group_takes_everything_of_its_own_along(aws: LocalAws, fleet: Fleet, refused: Refused) -> None:
    """With instances it is deleted by force alone; another of its name starts anew."""
    fleet.create(2)
    fleet.start()
    autoscaling = aws.client("autoscaling")
    autoscaling.set_instance_protection(AutoScalingGroupName=GROUP, InstanceIds=fleet.ids, ProtectedFromScaleIn=True)
    autoscaling.put_lifecycle_hook(
        AutoScalingGroupName=GROUP,
        LifecycleHookName="drain",
        LifecycleTransition="autoscaling:EC2_INSTANCE_TERMINATING",
    )
    autoscaling.put_scheduled_update_group_action(AutoScalingGroupName=GROUP, ScheduledActionName="night", MinSize=1)
    autoscaling.put_scaling_policy(
        AutoScalingGroupName=GROUP,
        PolicyName="cpu",
        PolicyType="TargetTrackingScaling",
        TargetTrackingConfiguration=TRACKING,
    )

    with refused("ResourceInUse", "while there are instances"):
        autoscaling.delete_auto_scaling_group(AutoScalingGroupName=GROUP)
    autoscaling.delete_auto_scaling_group(AutoScalingGroupName=GROUP, ForceDelete=True)
    fleet.create(0)

    reservations = aws.client("ec2").describe_instances()["Reservations"]
    assert {one["State"]["Name"] for r in reservations for one in r["Instances"]} == {"terminated"}
    assert autoscaling.describe_instance_refreshes(AutoScalingGroupName=GROUP)["InstanceRefreshes"] == []
    assert autoscaling.describe_lifecycle_hooks(AutoScalingGroupName=GROUP)["LifecycleHooks"] == []
    assert autoscaling.describe_scheduled_actions()["ScheduledUpdateGroupActions"] == []
    assert autoscaling.describe_policies()["ScalingPolicies"] == []


@pytest.mark.parametrize("call", ["suspend_processes", "describe_instance_refreshes", "describe_lifecycle_hooks"])
def test_a_group_that_is_not_there_is_a_validation_error(aws: LocalAws, refused: Refused, call: str) -> None:
    """Where moto fails with HTTP 500, or answers with nothing."""
    with refused("ValidationError", "AutoScalingGroup name not found"):
        getattr(aws.client("autoscaling"), call)(AutoScalingGroupName="none")


def test_a_mixed_instances_policy_stays_through_other_updates(aws: LocalAws, fleet: Fleet) -> None:
    """Where moto forgets it."""
    specification: Any = {"LaunchTemplateId": fleet.template, "Version": "1"}
    autoscaling = aws.client("autoscaling")
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName=GROUP,
        MixedInstancesPolicy={"LaunchTemplate": {"LaunchTemplateSpecification": specification}},
        MinSize=1,
        MaxSize=2,
        AvailabilityZones=["ap-northeast-2a"],
    )
    before = fleet.describe()["MixedInstancesPolicy"]

    autoscaling.update_auto_scaling_group(AutoScalingGroupName=GROUP, MaxSize=3)
    desired: Any = {"LaunchTemplate": {"LaunchTemplateSpecification": {**specification, "Version": "2"}}}
    autoscaling.start_instance_refresh(
        AutoScalingGroupName=GROUP, DesiredConfiguration={"MixedInstancesPolicy": desired}
    )

    assert before["LaunchTemplate"]["LaunchTemplateSpecification"]["Version"] == "1"
    after = fleet.describe()["MixedInstancesPolicy"]["LaunchTemplate"]["LaunchTemplateSpecification"]
    assert (after["Version"], fleet.instances) == ("2", ["2 InService"])
