"""Instances of groups: what they were launched with, standby, protection, health, termination."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from snapnames.testing.localaws.server import LocalAws

from .fleet import GROUP, Fleet

Refused = Callable[..., AbstractContextManager[None]]


def _instances(aws: LocalAws) -> list[dict[str, Any]]:
    return [dict(one) for one in aws.client("autoscaling").describe_auto_scaling_instances()["AutoScalingInstances"]]


@pytest.mark.parametrize("version", ["1", "$Default"])
def test_an_instance_keeps_the_template_version_that_it_was_launched_with(
    aws: LocalAws, fleet: Fleet, version: str
) -> None:
    """As a number, in both calls, whatever the group or the template's default version is by now."""
    fleet.create(1, version)

    fleet.save("2")
    aws.client("ec2").modify_launch_template(LaunchTemplateId=fleet.template, DefaultVersion="2")

    (instance,) = fleet.ids
    expected = {
        "InstanceId": instance,
        "InstanceType": "c3.large",
        "AvailabilityZone": "ap-northeast-2a",
        "LifecycleState": "InService",
        "HealthStatus": "Healthy",
        "LaunchTemplate": {"LaunchTemplateId": fleet.template, "LaunchTemplateName": GROUP, "Version": "1"},
        "ProtectedFromScaleIn": False,
    }
    assert fleet.describe()["Instances"] == [expected]
    assert _instances(aws) == [{**expected, "AutoScalingGroupName": GROUP}]


def test_an_instance_keeps_the_launch_configuration_that_it_was_launched_with(
    aws: LocalAws, fleet: Fleet, public_image: str
) -> None:
    """Beside one of the template that the group has then; an attached one has neither."""
    autoscaling = aws.client("autoscaling")
    autoscaling.create_launch_configuration(
        LaunchConfigurationName="lc-1", ImageId=public_image, InstanceType="c3.large"
    )
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName=GROUP,
        LaunchConfigurationName="lc-1",
        MinSize=1,
        MaxSize=9,
        AvailabilityZones=["ap-northeast-2a"],
    )
    fleet.save("2")
    autoscaling.set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=2)
    ec2 = aws.client("ec2")
    theirs = ec2.run_instances(ImageId=public_image, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    autoscaling.attach_instances(AutoScalingGroupName=GROUP, InstanceIds=[theirs])

    launched = [
        (one.get("LaunchConfigurationName"), one.get("LaunchTemplate", {}).get("Version")) for one in _instances(aws)
    ]

    assert launched == [("lc-1", None), (None, "2"), (None, None)]


def test_instances_are_described_page_by_page(aws: LocalAws, fleet: Fleet) -> None:
    """And those of one id."""
    fleet.create(3)
    autoscaling = aws.client("autoscaling")

    first = autoscaling.describe_auto_scaling_instances(MaxRecords=2)
    rest = autoscaling.describe_auto_scaling_instances(MaxRecords=2, NextToken=first["NextToken"])
    one = autoscaling.describe_auto_scaling_instances(InstanceIds=[fleet.ids[1]])

    found = first["AutoScalingInstances"] + rest["AutoScalingInstances"]
    assert [each["InstanceId"] for each in found] == fleet.ids
    assert "NextToken" not in rest
    assert [each["InstanceId"] for each in one["AutoScalingInstances"]] == [fleet.ids[1]]


@pytest.mark.parametrize(
    ("decrement", "desired", "instances"),
    [(True, 1, ["1 Standby", "1 InService"]), (False, 2, ["1 Standby", "1 InService", "1 InService"])],
)
def test_an_instance_goes_into_standby_and_comes_back(
    aws: LocalAws, fleet: Fleet, *, decrement: bool, desired: int, instances: list[str]
) -> None:
    """With or without another in its place; coming back, it makes the group larger by one."""
    fleet.create(2)
    autoscaling = aws.client("autoscaling")
    chosen = [fleet.ids[0]]

    activities = autoscaling.enter_standby(
        AutoScalingGroupName=GROUP, InstanceIds=chosen, ShouldDecrementDesiredCapacity=decrement
    )["Activities"]
    meanwhile = (fleet.describe()["DesiredCapacity"], fleet.instances)
    autoscaling.exit_standby(AutoScalingGroupName=GROUP, InstanceIds=chosen)

    assert [one["AutoScalingGroupName"] for one in activities] == [GROUP]
    assert meanwhile == (desired, instances)
    assert fleet.describe()["DesiredCapacity"] == desired + 1
    assert fleet.instances == ["1 InService"] * (desired + 1)


def test_standby_is_refused_where_the_limits_don_t_allow_it(aws: LocalAws, fleet: Fleet, refused: Refused) -> None:
    """Below the smallest size, of an instance that is there already, or that is none of the group's."""
    fleet.create(2, MinSize=2)
    autoscaling = aws.client("autoscaling")
    first, second = fleet.ids

    with refused("ValidationError", "min-size=2, max-size=9, and desired-size=2. To place into standby 1 instance,"):
        autoscaling.enter_standby(AutoScalingGroupName=GROUP, InstanceIds=[first], ShouldDecrementDesiredCapacity=True)
    autoscaling.enter_standby(AutoScalingGroupName=GROUP, InstanceIds=[first], ShouldDecrementDesiredCapacity=False)
    with refused("ValidationError", f"The instance {first} is not in InService"):
        autoscaling.enter_standby(AutoScalingGroupName=GROUP, InstanceIds=[first], ShouldDecrementDesiredCapacity=False)
    with refused("ValidationError", f"The instance {second} is not in Standby"):
        autoscaling.exit_standby(AutoScalingGroupName=GROUP, InstanceIds=[second])
    with refused("ValidationError", "is not part of Auto Scaling group front"):
        autoscaling.exit_standby(AutoScalingGroupName=GROUP, InstanceIds=["i-0123456789abcdef0"])


def test_an_instance_in_standby_stays_when_the_group_shrinks(aws: LocalAws, fleet: Fleet) -> None:
    """Where moto takes it first."""
    fleet.create(3)
    standby = fleet.ids[0]
    autoscaling = aws.client("autoscaling")
    autoscaling.enter_standby(AutoScalingGroupName=GROUP, InstanceIds=[standby], ShouldDecrementDesiredCapacity=True)

    autoscaling.set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=1)

    assert fleet.instances == ["1 Standby", "1 InService"]
    assert fleet.ids[0] == standby


def test_a_protected_instance_stays_when_the_group_shrinks(aws: LocalAws, fleet: Fleet, refused: Refused) -> None:
    """Until the protection ends. All instances of a request are the group's, or none is protected."""
    fleet.create(2)
    first, second = fleet.ids
    autoscaling = aws.client("autoscaling")
    with refused("ValidationError", "i-0123456789abcdef0 is not part of Auto Scaling group front"):
        autoscaling.set_instance_protection(
            AutoScalingGroupName=GROUP, InstanceIds=[second, "i-0123456789abcdef0"], ProtectedFromScaleIn=True
        )
    autoscaling.set_instance_protection(AutoScalingGroupName=GROUP, InstanceIds=[first], ProtectedFromScaleIn=True)

    protected = [one["ProtectedFromScaleIn"] for one in _instances(aws)]
    autoscaling.set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=1)

    assert protected == [True, False]
    assert fleet.ids == [first]


@pytest.mark.parametrize(("policy", "left"), [("OldestInstance", 2), ("NewestInstance", 0), ("Default", 0)])
def test_the_termination_policy_says_who_goes_first(aws: LocalAws, fleet: Fleet, policy: str, left: int) -> None:
    """Of three, of which the first alone was launched with what the group is saved with."""
    fleet.create(1, "2", TerminationPolicies=[policy])
    fleet.save("1")
    autoscaling = aws.client("autoscaling")
    autoscaling.set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=3)
    fleet.save("2")
    ids = fleet.ids

    autoscaling.set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=1)

    assert fleet.ids == [ids[left]]


def test_an_unhealthy_instance_is_replaced(aws: LocalAws, fleet: Fleet, refused: Refused) -> None:
    """When somebody says so, and the grace period is over or doesn't count."""
    fleet.create(1, HealthCheckGracePeriod=3600)
    (first,) = fleet.ids
    autoscaling = aws.client("autoscaling")

    autoscaling.set_instance_health(InstanceId=first, HealthStatus="Unhealthy")
    early = fleet.ids
    autoscaling.set_instance_health(InstanceId=first, HealthStatus="Unhealthy", ShouldRespectGracePeriod=False)

    assert early == [first]
    assert fleet.instances == ["1 InService"]
    assert fleet.ids != [first]
    with refused("ValidationError", "enum value set: [Healthy, Unhealthy]"):
        autoscaling.set_instance_health(InstanceId=fleet.ids[0], HealthStatus="Ill")
    with refused("ValidationError", "No managed instance found"):
        autoscaling.set_instance_health(InstanceId=first, HealthStatus="Healthy")


def test_an_unhealthy_instance_stays_while_nothing_may_replace_it(aws: LocalAws, fleet: Fleet) -> None:
    """And is shown as unhealthy, until it is called healthy again."""
    fleet.create(1)
    autoscaling = aws.client("autoscaling")
    autoscaling.suspend_processes(AutoScalingGroupName=GROUP, ScalingProcesses=["ReplaceUnhealthy"])

    autoscaling.set_instance_health(InstanceId=fleet.ids[0], HealthStatus="Unhealthy")
    unhealthy = fleet.instances
    autoscaling.set_instance_health(InstanceId=fleet.ids[0], HealthStatus="Healthy")

    assert (unhealthy, fleet.instances) == (["1 InService Unhealthy"], ["1 InService"])


def test_an_instance_is_terminated_with_or_without_another_in_its_place(
    aws: LocalAws, fleet: Fleet, refused: Refused
) -> None:
    """The decrement stops at the smallest size; several go in one call; an instance of no group is refused."""
    fleet.create(4, MinSize=2)
    first, second, third, fourth = fleet.ids
    autoscaling = aws.client("autoscaling")

    activity = autoscaling.terminate_instance_in_auto_scaling_group(
        InstanceId=first, ShouldDecrementDesiredCapacity=True
    )["Activity"]
    autoscaling.terminate_instance_in_auto_scaling_group(
        AutoScalingGroupName=GROUP, InstanceIds=[second, third], ShouldDecrementDesiredCapacity=False
    )

    assert activity["Description"] == f"Terminating EC2 instance: {first}"
    assert (fleet.describe()["DesiredCapacity"], len(fleet.ids), fleet.ids[0]) == (3, 3, fourth)
    reservations = aws.client("ec2").describe_instances(InstanceIds=[first, second, third])["Reservations"]
    states = {one["State"]["Name"] for r in reservations for one in r["Instances"]}
    assert states == {"terminated"}
    with refused("ValidationError", "No managed instance found for instance ID: " + first):
        autoscaling.terminate_instance_in_auto_scaling_group(InstanceId=first, ShouldDecrementDesiredCapacity=False)
    autoscaling.terminate_instance_in_auto_scaling_group(InstanceId=fourth, ShouldDecrementDesiredCapacity=True)
    with refused("ValidationError", "min-size=2"):
        autoscaling.terminate_instance_in_auto_scaling_group(
            InstanceId=fleet.ids[0], ShouldDecrementDesiredCapacity=True
        )
