"""What comes in the way of a rollout is told before it, with the command that clears the way."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from snapnames.rules.groups import Group
from snapnames.rules.hindrances import hindrances, in_its_turn, standing_still, unfed
from snapnames.rules.rollouts import FleetStatus, Refresh

NOON = datetime(2018, 3, 7, 12, tzinfo=UTC)
WEB = Group("web", NOON, desired=4)
RESUME = "aws autoscaling resume-processes --auto-scaling-group-name web --scaling-processes"


@pytest.mark.parametrize(
    ("suspended", "said"),
    [
        (("Launch",), f"Launch is suspended in web: an instance refresh stands still until you run `{RESUME} Launch`"),
        (
            ("Terminate", "AZRebalance", "Launch"),
            (
                "Launch and Terminate are suspended in web: an instance refresh stands still until you run "
                f"`{RESUME} Launch Terminate`"
            ),
        ),
        (("AZRebalance", "ReplaceUnhealthy", "ScheduledActions"), ""),
        ((), ""),
    ],
)
def test_a_refresh_stands_still_while_it_may_not_launch_or_terminate(suspended: tuple[str, ...], said: str) -> None:
    """Other processes do not hold it."""
    assert standing_still(replace(WEB, suspended=suspended)) == said


@pytest.mark.parametrize(
    ("suspended", "fed", "refused"),
    [(("AddToLoadBalancer",), True, True), (("AddToLoadBalancer",), False, False), (("AZRebalance",), True, False)],
)
def test_instances_that_no_load_balancer_would_get_are_not_launched_in_place_of_those_that_serve(
    suspended: tuple[str, ...], *, fed: bool, refused: bool
) -> None:
    """They are not added later either, so the service would be gone when the refresh has succeeded."""
    said = unfed(replace(WEB, suspended=suspended, fed=fed))

    assert said.startswith("AddToLoadBalancer is suspended in web: instances that are launched now") is refused
    assert said.endswith(f"Run `{RESUME} AddToLoadBalancer`") is refused


def test_a_refresh_of_somebody_else_is_told_before_it_is_cancelled() -> None:
    """The same refresh is followed when the update does not move the group."""
    status = FleetStatus(WEB, "ami-1", NOON, {"ami-1": 4}, Refresh("r-1", "InProgress", NOON, 25))

    assert hindrances(status, moves=True) == [
        "an instance refresh of web goes on, InProgress, 25 %: the update cancels it unless it ends before"
    ]
    assert hindrances(status, moves=False) == []
    assert hindrances(replace(status, refresh=Refresh("r-1", "Failed", NOON)), moves=True) == []


def test_a_refresh_with_settings_of_its_own_is_not_cancelled_but_waited_for() -> None:
    """Auto Scaling refuses other launch settings while it goes on. An update starts none of this kind."""
    goes_on = Refresh("r-1", "InProgress", NOON, 25, brings=True)
    status = FleetStatus(WEB, "ami-1", NOON, {"ami-1": 4}, goes_on)

    said = in_its_turn(status)

    assert said.startswith("an instance refresh of web goes on, InProgress, 25 %, that somebody has started")
    assert said.endswith("or run `aws autoscaling cancel-instance-refresh --auto-scaling-group-name web`")
    assert in_its_turn(replace(status, refresh=replace(goes_on, brings=False))) == ""
    assert in_its_turn(replace(status, refresh=replace(goes_on, status="Successful"))) == ""
    assert in_its_turn(replace(status, refresh=None)) == ""


def test_a_group_that_checks_no_health_is_said_to_take_a_bad_release_for_good() -> None:
    """Auto Scaling marks nothing as unhealthy while that process is suspended."""
    [said] = hindrances(FleetStatus(replace(WEB, suspended=("HealthCheck",)), "ami-1", NOON), moves=True)

    assert said.startswith("HealthCheck is suspended in web: Auto Scaling finds no instance unhealthy")
    assert said.endswith(f"run `{RESUME} HealthCheck`")
