"""Desired configurations of instance refreshes: what is launched meanwhile, and when it is saved."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from snapnames.testing.localaws.server import LocalAws

from .fleet import GROUP, Fleet

Refused = Callable[..., AbstractContextManager[None]]


def test_the_desired_configuration_is_saved_when_the_refresh_has_succeeded(aws: LocalAws, fleet: Fleet) -> None:
    """Meanwhile the group is saved with the old one, launches the new one, and can't be given another."""
    fleet.create(1)
    aws.settings(hold_refreshes=True)
    fleet.start("2")

    meanwhile = fleet.describe()["LaunchTemplate"]["Version"]
    aws.client("autoscaling").set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=2)
    scaled_out = fleet.instances
    fleet.step(4)

    assert (meanwhile, scaled_out) == ("1", ["1 InService", "2 InService"])
    assert fleet.describe()["LaunchTemplate"]["Version"] == "2"
    assert fleet.refresh()["DesiredConfiguration"] == {
        "LaunchTemplate": {"LaunchTemplateId": fleet.template, "Version": "2"}
    }


def test_a_group_can_not_be_saved_with_another_template_while_a_desired_one_rolls_out(
    aws: LocalAws, fleet: Fleet, refused: Refused
) -> None:
    """Its size can be changed all the same, and without a desired configuration everything can."""
    fleet.create(1)
    aws.settings(hold_refreshes=True)
    fleet.start("2")

    with refused("ValidationError", "An active instance refresh with a desired configuration exists."):
        fleet.save("2")
    autoscaling = aws.client("autoscaling")
    autoscaling.update_auto_scaling_group(AutoScalingGroupName=GROUP, MaxSize=8)
    autoscaling.cancel_instance_refresh(AutoScalingGroupName=GROUP)
    fleet.start()
    fleet.save("2")

    assert (fleet.describe()["MaxSize"], fleet.describe()["LaunchTemplate"]["Version"]) == (8, "2")
