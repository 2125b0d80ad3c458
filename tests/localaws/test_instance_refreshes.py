"""Instance refreshes as a process: phases, batches, percentages, what the clock and a step by hand do."""

from typing import Any

import pytest
from snapnames.testing.localaws.control import ControlError
from snapnames.testing.localaws.server import LocalAws

from .fleet import GROUP, Fleet


def test_a_group_of_one_is_empty_for_a_while_with_the_defaults(aws: LocalAws, fleet: Fleet) -> None:
    """Without a largest percentage the old instance terminates while the new one is launched."""
    fleet.create(1)
    fleet.save("2")
    aws.settings(hold_refreshes=True)
    fleet.start()

    phases = [(fleet.instances, fleet.progress), *((fleet.step(), fleet.progress) for _ in range(3))]
    fleet.step()

    assert phases == [
        (["1 InService"], ("InProgress", 0, 1)),
        (["1 Terminating", "2 Pending"], ("InProgress", 0, 0)),
        (["2 InService"], ("InProgress", 0, 0)),
        (["2 InService"], ("InProgress", 100, 0)),
    ]
    assert fleet.progress == ("Successful", 100, 0)


@pytest.mark.parametrize("largest", [100, 110, 200])
def test_a_group_of_one_is_never_empty_with_a_largest_percentage(aws: LocalAws, fleet: Fleet, largest: int) -> None:
    """Also where 90 to 100 percent of one leave no room: an explicit 100 is not the default."""
    fleet.create(1)
    fleet.save("2")
    aws.settings(hold_refreshes=True)
    fleet.start(MinHealthyPercentage=100 if largest == 200 else 90, MaxHealthyPercentage=largest)

    phases = [fleet.step() for _ in range(4)]

    assert phases == [
        ["1 InService", "2 Pending"],
        ["1 InService", "2 InService"],
        ["1 Terminating", "2 InService"],
        ["2 InService"],
    ]
    assert fleet.progress == ("Successful", 100, 0)


@pytest.mark.parametrize(
    ("preferences", "launched", "terminating"),
    [
        ({}, 1, 1),
        ({"MinHealthyPercentage": 50}, 5, 5),
        ({"MinHealthyPercentage": 100}, 1, 1),
        ({"MinHealthyPercentage": 0}, 10, 10),
        ({"MinHealthyPercentage": 90, "MaxHealthyPercentage": 100}, 1, 1),
        ({"MinHealthyPercentage": 100, "MaxHealthyPercentage": 100}, 1, 0),
        ({"MinHealthyPercentage": 100, "MaxHealthyPercentage": 130}, 3, 0),
        ({"MinHealthyPercentage": 90, "MaxHealthyPercentage": 120}, 3, 1),
        ({"MinHealthyPercentage": 85, "MaxHealthyPercentage": 119}, 2, 1),
    ],
)
def test_a_batch_keeps_within_the_healthy_percentages(
    aws: LocalAws, fleet: Fleet, preferences: dict[str, Any], launched: int, terminating: int
) -> None:
    """Of ten instances: how many are launched at once, and how many of the old ones go meanwhile."""
    fleet.create(10, MaxSize=10)
    fleet.save("2")
    aws.settings(hold_refreshes=True)
    fleet.start(**preferences)

    instances = fleet.step()

    assert instances.count("2 Pending") == launched
    assert instances.count("1 Terminating") == terminating


def test_the_maintenance_policy_of_the_group_is_the_default(aws: LocalAws, fleet: Fleet) -> None:
    """For both percentages; the warm-up is the group's too."""
    policy = {"MinHealthyPercentage": 100, "MaxHealthyPercentage": 150}
    fleet.create(2, InstanceMaintenancePolicy=policy, DefaultInstanceWarmup=40, HealthCheckGracePeriod=60)
    fleet.save("2")
    aws.settings(hold_refreshes=True)
    fleet.start()

    instances = fleet.step()

    assert fleet.refresh()["Preferences"] == {
        **policy,
        "InstanceWarmup": 40,
        "SkipMatching": False,
        "AutoRollback": False,
        "ScaleInProtectedInstances": "Wait",
        "StandbyInstances": "Wait",
    }
    assert instances == ["1 InService", "1 InService", "2 Pending"]


def test_the_reason_says_what_a_refresh_waits_for(aws: LocalAws, fleet: Fleet) -> None:
    """In the words of Auto Scaling; a refresh that is over has none."""
    fleet.create(1)
    aws.settings(hold_refreshes=True)
    fleet.start()

    fleet.step()
    launched = fleet.ids[-1]
    pending = fleet.refresh()["StatusReason"]
    fleet.step()
    warming = fleet.refresh()["StatusReason"]
    fleet.step(2)

    assert pending == (
        f"Waiting for remaining instances to be available. For example: {launched} has insufficient data to evaluate "
        "its health with Amazon EC2."
    )
    assert warming == f"Waiting for instances to warm up before continuing. For example: {launched} is warming up."
    assert "StatusReason" not in fleet.refresh()


def test_a_refresh_is_pending_for_its_first_phase_and_goes_on_by_itself(aws: LocalAws, fleet: Fleet) -> None:
    """With so many seconds for a phase; an hour never comes, and with none everything is due."""
    fleet.create(2)
    fleet.save("2")
    aws.settings(refresh_seconds=3600)
    fleet.start()
    pending = fleet.progress

    fleet.step(4)
    half = fleet.progress
    aws.settings(refresh_seconds=0)

    assert pending == ("Pending", 0, 2)
    assert half == ("InProgress", 50, 1)
    assert fleet.progress == ("Successful", 100, 0)
    assert fleet.refresh()["EndTime"] >= fleet.refresh()["StartTime"]


def test_a_refresh_that_is_no_longer_held_goes_on(aws: LocalAws, fleet: Fleet) -> None:
    """From where it was; nothing moves while it is held."""
    fleet.create(2)
    fleet.save("2")
    aws.settings(hold_refreshes=True)
    fleet.start()
    fleet.step()
    held = (fleet.instances, fleet.instances)

    aws.settings(hold_refreshes=False)

    assert held[0] == held[1] == ["1 Terminating", "1 InService", "2 Pending"]
    assert fleet.instances == ["2 InService", "2 InService"]
    with pytest.raises(ControlError, match="no instance refresh of a group 'front' goes on"):
        aws.step_refresh(GROUP)


def test_instances_that_match_are_skipped(aws: LocalAws, fleet: Fleet) -> None:
    """Where it is asked for: one of two already runs version 2."""
    fleet.create(1)
    fleet.save("2")
    aws.client("autoscaling").set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=2)
    old, match = fleet.ids

    fleet.start(SkipMatching=True)

    assert fleet.instances == ["2 InService", "2 InService"]
    assert match in fleet.ids
    assert old not in fleet.ids


def test_a_refresh_pauses_at_each_checkpoint_and_ends_at_the_last(aws: LocalAws, fleet: Fleet) -> None:
    """The batches are cut so that a checkpoint is met; after 75 percent the last of four instances stays."""
    fleet.create(4)
    fleet.save("2")
    aws.settings(hold_refreshes=True)
    fleet.start(MinHealthyPercentage=0, CheckpointPercentages=[50, 75])

    fleet.step(3)
    paused = (fleet.progress, fleet.refresh()["StatusReason"], fleet.refresh()["Preferences"]["CheckpointDelay"])
    fleet.step(3)
    again = fleet.progress
    fleet.step()

    assert paused == (("InProgress", 50, 2), "Checkpoint of 50 percent reached. Waiting before continuing.", 3600)
    assert again == ("InProgress", 75, 1)
    assert fleet.progress == ("Successful", 75, 1)
    assert sorted(fleet.instances) == ["1 InService", "2 InService", "2 InService", "2 InService"]


def test_a_refresh_bakes_at_its_end(aws: LocalAws, fleet: Fleet) -> None:
    """When it has a bake time."""
    fleet.create(1)
    aws.settings(hold_refreshes=True)
    fleet.start(BakeTime=60)

    fleet.step(4)
    baking = fleet.progress
    fleet.step()

    assert baking == ("Baking", 100, 0)
    assert fleet.progress == ("Successful", 100, 0)


@pytest.mark.parametrize("process", ["InstanceRefresh", "Launch", "Terminate"])
def test_a_suspended_process_pauses_a_refresh(aws: LocalAws, fleet: Fleet, process: str) -> None:
    """It is neither over nor cancelled, and goes on when the process is resumed."""
    fleet.create(1)
    fleet.save("2")
    autoscaling = aws.client("autoscaling")
    autoscaling.suspend_processes(AutoScalingGroupName=GROUP, ScalingProcesses=[process])

    fleet.start()
    paused = fleet.progress
    autoscaling.resume_processes(AutoScalingGroupName=GROUP, ScalingProcesses=[process])

    assert paused == ("Pending", 0, 1)
    assert fleet.progress == ("Successful", 100, 0)


def test_a_group_is_scaled_while_instances_are_launched_ahead(aws: LocalAws, fleet: Fleet) -> None:
    """They are no capacity yet: the group neither shrinks by them nor is larger for good."""
    fleet.create(2)
    fleet.save("2")
    aws.settings(hold_refreshes=True)
    fleet.start(MinHealthyPercentage=100, MaxHealthyPercentage=200)
    ahead = fleet.step()

    aws.client("autoscaling").set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=3)
    scaled = fleet.instances
    aws.settings(hold_refreshes=False)

    assert ahead == ["1 InService", "1 InService", "2 Pending", "2 Pending"]
    assert scaled == [*ahead, "2 InService"]
    assert fleet.instances == ["2 InService"] * 3


def test_an_old_refresh_keeps_its_numbers(aws: LocalAws, fleet: Fleet) -> None:
    """The newest is listed first, page by page; one that left an instance out stays where it was."""
    fleet.create(2)
    first = fleet.start(CheckpointPercentages=[50])

    second = fleet.start()

    autoscaling = aws.client("autoscaling")

    page = autoscaling.describe_instance_refreshes(AutoScalingGroupName=GROUP, MaxRecords=1)
    rest = autoscaling.describe_instance_refreshes(AutoScalingGroupName=GROUP, NextToken=page["NextToken"])
    found = page["InstanceRefreshes"] + rest["InstanceRefreshes"]
    assert [(one["InstanceRefreshId"], one["Status"], one["PercentageComplete"]) for one in found] == [
        (second, "Successful", 100),
        (first, "Successful", 50),
    ]


def test_an_empty_group_is_refreshed_at_once(fleet: Fleet) -> None:
    """There is nothing to replace."""
    fleet.create(0)

    fleet.start()

    assert fleet.progress == ("Successful", 100, 0)
