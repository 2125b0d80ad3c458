"""Groups: sizes, processes, metrics and plain settings, as they were given."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from snapnames.testing.localaws.server import LocalAws

from .fleet import GROUP, Fleet

Refused = Callable[..., AbstractContextManager[None]]


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


def test_a_group_tells_how_it_takes_its_instances_from_zones_and_reservations(aws: LocalAws, fleet: Fleet) -> None:
    """A group that was given neither has the defaults, as the acceptance tests of Terraform's provider have it."""
    fleet.create(0)
    defaults = fleet.describe()
    changed: dict[str, Any] = {
        "AvailabilityZoneDistribution": {"CapacityDistributionStrategy": "balanced-only"},
        "CapacityReservationSpecification": {
            "CapacityReservationPreference": "capacity-reservations-first",
            "CapacityReservationTarget": {"CapacityReservationIds": ["cr-0123456789abcdef0"]},
        },
    }

    aws.client("autoscaling").update_auto_scaling_group(AutoScalingGroupName=GROUP, **changed)

    assert {key: defaults[key] for key in changed} == {
        "AvailabilityZoneDistribution": {"CapacityDistributionStrategy": "balanced-best-effort"},
        "CapacityReservationSpecification": {"CapacityReservationPreference": "default"},
    }
    assert {key: fleet.describe()[key] for key in changed} == changed


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
    updated = fleet.describe()["MixedInstancesPolicy"]
    desired: Any = {"LaunchTemplate": {"LaunchTemplateSpecification": {**specification, "Version": "2"}}}
    autoscaling.start_instance_refresh(
        AutoScalingGroupName=GROUP, DesiredConfiguration={"MixedInstancesPolicy": desired}
    )

    assert before["LaunchTemplate"]["LaunchTemplateSpecification"]["Version"] == "1"
    assert updated == before
    after = fleet.describe()["MixedInstancesPolicy"]["LaunchTemplate"]["LaunchTemplateSpecification"]
    assert (after["Version"], fleet.instances) == ("2", ["2 InService"])
