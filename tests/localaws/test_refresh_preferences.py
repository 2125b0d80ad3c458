"""What StartInstanceRefresh refuses, and what it does with protected instances and with those in standby."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from mypy_boto3_autoscaling.type_defs import LaunchTemplateSpecificationTypeDef
from snapnames.testing.localaws.server import LocalAws

from .fleet import GROUP, Fleet

Refused = Callable[..., AbstractContextManager[None]]


@pytest.mark.parametrize(
    ("preferences", "text"),
    [
        ({"MinHealthyPercentage": 101}, "Value '101' at 'preferences.minHealthyPercentage'"),
        ({"MinHealthyPercentage": 90, "MaxHealthyPercentage": 201}, "less than or equal to 200"),
        ({"MaxHealthyPercentage": 110}, "MinHealthyPercentage must be specified"),
        ({"MinHealthyPercentage": 50, "MaxHealthyPercentage": 151}, "cannot be greater than 100"),
        ({"BakeTime": 172801}, "less than or equal to 172800"),
        ({"CheckpointDelay": 60}, "CheckpointPercentages must be specified"),
        ({"CheckpointPercentages": [50, 20, 100]}, "in ascending order"),
        ({"CheckpointPercentages": [50, 50]}, "unique"),
        ({"CheckpointPercentages": [101]}, "from 1 to 100"),
        ({"ScaleInProtectedInstances": "Keep"}, "enum value set: [Refresh, Ignore, Wait]"),
        ({"StandbyInstances": "Refresh"}, "enum value set: [Terminate, Ignore, Wait]"),
        ({"AlarmSpecification": {"Alarms": [f"a{n}" for n in range(11)]}}, "up to 10 alarms"),
        (
            {"AutoRollback": True},
            "The AutoRollback parameter cannot be set to true when the DesiredConfiguration parameter is empty.",
        ),
    ],
)
def test_a_preference_that_auto_scaling_does_not_take_starts_nothing(
    aws: LocalAws, fleet: Fleet, refused: Refused, preferences: dict[str, Any], text: str
) -> None:
    """A ValidationError, and no refresh."""
    fleet.create(1)

    with refused("ValidationError", text):
        fleet.start(**preferences)

    found = aws.client("autoscaling").describe_instance_refreshes(AutoScalingGroupName=GROUP)
    assert found["InstanceRefreshes"] == []


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ({"LaunchTemplateId": "lt-0123456789abcdef0"}, "You must use a valid fully-formed launch template."),
        ({"LaunchTemplateName": GROUP, "Version": "9"}, "You must use a valid fully-formed launch template."),
    ],
)
def test_a_template_that_is_not_there_is_no_desired_configuration(
    aws: LocalAws, fleet: Fleet, refused: Refused, template: LaunchTemplateSpecificationTypeDef, text: str
) -> None:
    """Nor is a version that it does not have."""
    fleet.create(1)

    with refused("ValidationError", text):
        aws.client("autoscaling").start_instance_refresh(
            AutoScalingGroupName=GROUP, DesiredConfiguration={"LaunchTemplate": template}
        )


def test_only_the_rolling_strategy_is_known(aws: LocalAws, fleet: Fleet, refused: Refused) -> None:
    """Root volumes are not replaced here."""
    fleet.create(1)

    with refused("ValidationError", "strategy"):
        aws.client("autoscaling").start_instance_refresh(AutoScalingGroupName=GROUP, Strategy="ReplaceRootVolume")


@pytest.mark.parametrize("version", ["$Latest", "$Default"])
def test_a_group_on_a_moving_version_is_not_rolled_back(fleet: Fleet, refused: Refused, version: str) -> None:
    """Neither automatically."""
    fleet.create(1, version)

    with refused("ValidationError", "$Latest or $Default"):
        fleet.start("2", AutoRollback=True)


def _protect(aws: LocalAws, instance: str, *, protected: bool) -> None:
    aws.client("autoscaling").set_instance_protection(
        AutoScalingGroupName=GROUP, InstanceIds=[instance], ProtectedFromScaleIn=protected
    )


def test_a_refresh_waits_for_protected_instances(aws: LocalAws, fleet: Fleet) -> None:
    """By default; the others are replaced first, and the reason names one."""
    fleet.create(2)
    fleet.save("2")
    protected = fleet.ids[0]
    _protect(aws, protected, protected=True)

    fleet.start()
    waiting = (fleet.progress, fleet.refresh()["StatusReason"])
    _protect(aws, protected, protected=False)

    assert waiting == (
        ("InProgress", 50, 1),
        (
            f"Waiting for remaining instances to be available. For example: {protected} is protected. "
            "Remove instance scale-in protection to continue."
        ),
    )
    assert fleet.progress == ("Successful", 100, 0)


def test_a_refresh_that_waits_too_long_fails(aws: LocalAws, fleet: Fleet) -> None:
    """AWS waits an hour; the reason stays, and so do the instances."""
    fleet.create(1)
    fleet.save("2")
    _protect(aws, fleet.ids[0], protected=True)
    fleet.start()

    aws.settings(refresh_timeout_seconds=0)

    assert fleet.progress == ("Failed", 0, 1)
    assert "is protected" in fleet.refresh()["StatusReason"]
    assert fleet.instances == ["1 InService"]


@pytest.mark.parametrize(("choice", "versions"), [("Ignore", {"1", "2"}), ("Refresh", {"2"})])
def test_protected_instances_stay_or_go_as_it_is_chosen(
    aws: LocalAws, fleet: Fleet, choice: str, versions: set[str]
) -> None:
    """Ignored ones don't count."""
    fleet.create(2)
    fleet.save("2")
    _protect(aws, fleet.ids[0], protected=True)

    fleet.start(ScaleInProtectedInstances=choice)

    assert fleet.progress == ("Successful", 100, 0)
    assert {one.split()[0] for one in fleet.instances} == versions


@pytest.mark.parametrize(
    ("choice", "status", "instances"),
    [
        ("Wait", "InProgress", ["1 Standby", "2 InService"]),
        ("Ignore", "Successful", ["1 Standby", "2 InService"]),
        ("Terminate", "Successful", ["2 InService"]),
    ],
)
def test_instances_in_standby_are_waited_for_or_stay_or_go(
    aws: LocalAws, fleet: Fleet, choice: str, status: str, instances: list[str]
) -> None:
    """Nothing is launched in the place of one that goes: it was no capacity."""
    fleet.create(2)
    fleet.save("2")
    aws.client("autoscaling").enter_standby(
        AutoScalingGroupName=GROUP, InstanceIds=[fleet.ids[0]], ShouldDecrementDesiredCapacity=True
    )

    fleet.start(StandbyInstances=choice)

    assert (fleet.progress[0], fleet.instances) == (status, instances)


def test_an_instance_that_comes_back_from_standby_is_replaced(aws: LocalAws, fleet: Fleet) -> None:
    """That is what the refresh waits for."""
    fleet.create(1)
    fleet.save("2")
    (instance,) = fleet.ids
    autoscaling = aws.client("autoscaling")
    autoscaling.enter_standby(AutoScalingGroupName=GROUP, InstanceIds=[instance], ShouldDecrementDesiredCapacity=True)
    fleet.start()
    reason = fleet.refresh()["StatusReason"]

    autoscaling.exit_standby(AutoScalingGroupName=GROUP, InstanceIds=[instance])

    assert reason.startswith(f"Waiting for remaining instances to be available. For example: {instance} is in Standby")
    assert (fleet.progress, fleet.instances) == (("Successful", 100, 0), ["2 InService"])
