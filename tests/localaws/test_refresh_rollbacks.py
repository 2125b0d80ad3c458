"""Rollbacks of instance refreshes: by hand and automatic, and where there is none."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from snapnames.testing.localaws.server import LocalAws

from .fleet import GROUP, Fleet

Refused = Callable[..., AbstractContextManager[None]]


def test_a_rollback_replaces_again_what_was_replaced(aws: LocalAws, fleet: Fleet) -> None:
    """The percentage goes back to zero; the details say where it turned."""
    fleet.create(4)
    aws.settings(hold_refreshes=True)
    fleet.start("2", MinHealthyPercentage=50)
    fleet.step(3)
    before = (fleet.progress, sorted(fleet.instances))

    aws.client("autoscaling").rollback_instance_refresh(AutoScalingGroupName=GROUP)
    begun = (fleet.progress, fleet.refresh()["RollbackDetails"])
    fleet.step(3)
    turned = fleet.progress
    fleet.step()

    assert before == (("InProgress", 50, 2), ["1 InService", "1 InService", "2 InService", "2 InService"])
    assert begun[0] == ("RollbackInProgress", 50, 2)
    assert begun[1].pop("RollbackStartTime") >= fleet.refresh()["StartTime"]
    assert begun[1] == {
        "RollbackReason": "Rollback initiated by a user request.",
        "PercentageCompleteOnRollback": 50,
        "InstancesToUpdateOnRollback": 2,
    }
    assert turned == ("RollbackInProgress", 0, 2)
    assert fleet.progress == ("RollbackSuccessful", 0, 2)
    assert fleet.instances == ["1 InService"] * 4
    assert fleet.describe()["LaunchTemplate"]["Version"] == "1"


def test_a_rollback_in_the_middle_of_a_batch_leaves_nothing_over(aws: LocalAws, fleet: Fleet) -> None:
    """An instance that was launched ahead goes, the one that it was to replace stays."""
    fleet.create(1)
    aws.settings(hold_refreshes=True)
    fleet.start("2", MinHealthyPercentage=100, MaxHealthyPercentage=200)
    old = fleet.ids
    fleet.step(2)

    aws.client("autoscaling").rollback_instance_refresh(AutoScalingGroupName=GROUP)
    fleet.step()

    assert fleet.progress == ("RollbackSuccessful", 0, 0)
    assert fleet.ids == old


def test_a_failed_refresh_is_rolled_back_when_it_is_told_to(aws: LocalAws, fleet: Fleet) -> None:
    """To what the group is saved with."""
    fleet.create(2)
    aws.settings(unhealthy_images=["front-2"], refresh_timeout_seconds=0)

    fleet.start("2", AutoRollback=True)

    assert fleet.progress == ("RollbackSuccessful", 0, 1)
    assert "is unhealthy" in fleet.refresh()["RollbackDetails"]["RollbackReason"]
    assert fleet.instances == ["1 InService", "1 InService"]


def test_a_rollback_goes_to_the_failing_version_when_the_group_was_saved_with_it(aws: LocalAws, fleet: Fleet) -> None:
    """As after a tool that saves the group before it starts the refresh: the rollback fails too."""
    fleet.create(1)
    fleet.save("2")
    aws.settings(unhealthy_images=["front-2"], refresh_timeout_seconds=0)

    fleet.start("2", AutoRollback=True)

    assert fleet.progress[0] == "RollbackFailed"
    assert "is unhealthy" in fleet.refresh()["StatusReason"]
    assert fleet.instances == ["2 InService Unhealthy"]


def test_an_alarm_rolls_back_what_has_baked(aws: LocalAws, fleet: Fleet) -> None:
    """All instances are replaced again."""
    fleet.create(1)
    aws.settings(hold_refreshes=True)
    fleet.start("2", AutoRollback=True, BakeTime=60, AlarmSpecification={"Alarms": ["errors"]})
    fleet.step(4)
    baking = fleet.progress

    aws.settings(alarms=["errors"], hold_refreshes=False)

    assert baking == ("Baking", 100, 0)
    assert (fleet.progress, fleet.instances) == (("RollbackSuccessful", 0, 0), ["1 InService"])


def test_a_rollback_can_be_cancelled(aws: LocalAws, fleet: Fleet) -> None:
    """The instances stay as they are by then."""
    fleet.create(2)
    aws.settings(hold_refreshes=True)
    fleet.start("2", MinHealthyPercentage=0)
    fleet.step(3)
    autoscaling = aws.client("autoscaling")
    autoscaling.rollback_instance_refresh(AutoScalingGroupName=GROUP)

    autoscaling.cancel_instance_refresh(AutoScalingGroupName=GROUP)

    assert (fleet.progress, fleet.instances) == (("Cancelled", 100, 0), ["2 InService", "2 InService"])


def test_a_refresh_is_not_rolled_back_without_a_desired_configuration(
    aws: LocalAws, fleet: Fleet, refused: Refused
) -> None:
    """It goes on."""
    fleet.create(1)
    aws.settings(hold_refreshes=True)
    fleet.start()

    with refused("IrreversibleInstanceRefresh"):
        aws.client("autoscaling").rollback_instance_refresh(AutoScalingGroupName=GROUP)

    assert fleet.progress[0] == "InProgress"


def test_a_group_on_the_latest_version_is_not_rolled_back(aws: LocalAws, fleet: Fleet, refused: Refused) -> None:
    """Nobody knows which version that was."""
    fleet.create(1, "$Latest")
    aws.settings(hold_refreshes=True)
    fleet.start("1")

    with refused("IrreversibleInstanceRefresh", "$Latest"):
        aws.client("autoscaling").rollback_instance_refresh(AutoScalingGroupName=GROUP)


def test_what_is_over_is_not_rolled_back(aws: LocalAws, fleet: Fleet, refused: Refused) -> None:
    """Another refresh can go back."""
    fleet.create(1)
    fleet.start("2")

    with refused("ActiveInstanceRefreshNotFound"):
        aws.client("autoscaling").rollback_instance_refresh(AutoScalingGroupName=GROUP)
    fleet.start("1")

    assert fleet.instances == ["1 InService"]


def test_auto_rollback_is_refused_with_a_launch_configuration(
    aws: LocalAws, public_image: str, refused: Refused
) -> None:
    """There is no desired configuration for one."""
    autoscaling = aws.client("autoscaling")
    autoscaling.create_launch_configuration(
        LaunchConfigurationName="lc-1", ImageId=public_image, InstanceType="c3.large"
    )
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName=GROUP,
        LaunchConfigurationName="lc-1",
        MinSize=1,
        MaxSize=1,
        AvailabilityZones=["ap-northeast-2a"],
    )

    with refused("ValidationError", "AutoRollback parameter cannot be set to true"):
        autoscaling.start_instance_refresh(AutoScalingGroupName=GROUP, Preferences={"AutoRollback": True})
