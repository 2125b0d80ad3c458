"""What acts on a group from outside: lifecycle hooks, scheduled actions and scaling policies."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from snapnames.testing.localaws.server import LocalAws

from .fleet import GROUP, Fleet

Refused = Callable[..., AbstractContextManager[None]]

TRACKING: Any = {
    "PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"},
    "TargetValue": 50.0,
}


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


@pytest.mark.parametrize(("weight", "instances"), [(None, 5), ("2", 3)])
def test_a_mixed_instances_policy_divides_the_whole_capacity_and_loses_none_of_it(
    aws: LocalAws, fleet: Fleet, weight: str | None, instances: int
) -> None:
    """Half of what is above a base of one does not come out even. A weight says how much an instance is of it."""
    weighted = {"WeightedCapacity": weight} if weight else {}
    policy: Any = {
        "InstancesDistribution": {"OnDemandBaseCapacity": 1, "OnDemandPercentageAboveBaseCapacity": 50},
        "LaunchTemplate": {
            "LaunchTemplateSpecification": {"LaunchTemplateId": fleet.template, "Version": "1"},
            "Overrides": [{"InstanceType": "t3.small", **weighted}],
        },
    }

    aws.client("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName=GROUP,
        MixedInstancesPolicy=policy,
        MinSize=0,
        MaxSize=9,
        DesiredCapacity=5,
        AvailabilityZones=["ap-northeast-2a"],
    )

    [group] = aws.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    assert len(group["Instances"]) == instances
