"""What is said of a fleet whose instances do not all run what it launches: each cause has its own words, and way on."""

from datetime import UTC, datetime

import pytest
from snapnames.rules.groups import Group
from snapnames.rules.next_step import next_step
from snapnames.rules.rollouts import FleetStatus, Refresh

NOON = datetime(2018, 3, 7, 12, tzinfo=UTC)
NEW, MIXED = {"ami-2": 4}, {"ami-1": 3, "ami-2": 1}
START = "aws autoscaling start-instance-refresh --auto-scaling-group-name web"


def status(running: dict[str, int], state: str = "", percent: int = 100, protected: int = 0) -> FleetStatus:
    """A group of four that launches `ami-2`; `state`: of its newest instance refresh, if there is one."""
    refresh = Refresh("r-1", state, NOON, percent, reason="as it is" if state == "Failed" else "") if state else None
    return FleetStatus(Group("web", NOON, desired=4), "ami-2", None, running, refresh, protected)


@pytest.mark.parametrize("rolls", [True, False])
@pytest.mark.parametrize("state", ["", "Successful", "Failed"])
def test_a_fleet_that_runs_what_it_launches_needs_nothing(state: str, *, rolls: bool) -> None:
    """However it came there."""
    assert next_step(status(NEW, state), rolls=rolls) == ""


@pytest.mark.parametrize("running", [NEW, MIXED, {}])
def test_a_refresh_that_goes_on_is_not_said_to_be_waited_for(running: dict[str, int]) -> None:
    """The command has ended, and with `waitForRollout: false` it does not wait the next time either."""
    assert next_step(status(running, "InProgress", 25), rolls=True) == (
        ". The instance refresh is InProgress, 25 %, and goes on: `snapnames releases` shows what runs by then"
    )


@pytest.mark.parametrize(("running", "count"), [({"ami-2": 3}, 3), ({}, 0)])
@pytest.mark.parametrize("state", ["", "Successful", "Failed"])
def test_a_fleet_that_lacks_instances_is_not_told_to_replace_those_that_it_has(
    running: dict[str, int], count: int, state: str
) -> None:
    """As when a schedule has raised the desired capacity meanwhile."""
    said = next_step(status(running, state), rolls=True)

    assert said == f". Auto Scaling has not brought all of them into service: {count} of 4"


def test_a_refresh_that_failed_is_said_with_its_reason() -> None:
    """Another refresh of the same would not help."""
    assert next_step(status(MIXED, "Failed", 25), rolls=True) == (
        ". The instance refresh ended as Failed, 25 % (as it is)"
    )


def test_what_a_refresh_has_left_is_replaced_by_one_that_skips_the_others() -> None:
    """As with checkpoints that end before 100."""
    assert next_step(status(MIXED, "Successful", 25), rolls=True) == (
        ". The instance refresh has ended as Successful, 25 %, and has left these. To replace them, run "
        f"`{START} --preferences SkipMatching=true`"
    )


@pytest.mark.parametrize(("count", "left"), [(1, "1 instance is"), (3, "3 instances are")])
def test_what_a_refresh_has_left_for_its_protection_is_said_to_be_protected(count: int, left: str) -> None:
    """Without that preference a refresh waits for somebody to lift the protection."""
    assert next_step(status(MIXED, "Successful", protected=count), rolls=True) == (
        f". The instance refresh has ended as Successful, 100 %, and {left} left that Auto Scaling protects from "
        f"scale-in. To replace them too, run `{START} --preferences "
        "SkipMatching=true,ScaleInProtectedInstances=Refresh`; for later releases, set "
        "fleet.instanceRefresh.scaleInProtectedInstances to Refresh"
    )


def test_without_a_refresh_the_way_on_depends_on_whether_updates_replace_instances() -> None:
    """A kill can keep a refresh from being started, and AWS can refuse it."""
    assert next_step(status(MIXED), rolls=True) == (
        ". Auto Scaling knows no instance refresh of these launch settings: `pulumi up` starts one"
    )
    assert next_step(status(MIXED), rolls=False) == (
        f". To replace the instances that run, set snapnames:fleet.instanceRefresh, or run `{START}`"
    )
