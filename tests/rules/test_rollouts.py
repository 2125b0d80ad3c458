"""How far a rollout is, in words and as a fact."""

from datetime import UTC, datetime

import pytest
from snapnames.rules.groups import Group
from snapnames.rules.rollouts import FleetStatus, Refresh

NOON = datetime(2018, 3, 7, 12, tzinfo=UTC)
NAMES = {"ami-1": "web-1", "ami-2": "web-2"}


def status(running: dict[str, int], launches: str = "ami-2", desired: int = 4) -> FleetStatus:
    """A group that wants so many instances."""
    return FleetStatus(Group("web", NOON, desired=desired), launches, None, running)


@pytest.mark.parametrize(
    ("running", "launches", "desired", "said"),
    [
        ({"ami-2": 4}, "ami-2", 4, "new launches use web-2; 4 of 4 instances run web-2"),
        ({"ami-2": 1}, "ami-2", 1, "new launches use web-2; 1 of 1 instance runs web-2"),
        ({"ami-2": 2}, "ami-2", 1, "new launches use web-2; 2 of 2 instances run web-2"),
        ({"ami-2": 1}, "ami-2", 2, "new launches use web-2; 1 of 2 instances run web-2"),
        (
            {"ami-1": 3, "ami-2": 1},
            "ami-2",
            4,
            "new launches use web-2; 1 of 4 instances run web-2, 3 of 4 run web-1",
        ),
        (
            {"ami-9": 1, "ami-8": 1, "ami-1": 2},
            "ami-2",
            4,
            "new launches use web-2; 2 of 4 instances run web-1, 1 of 4 run ami-8, 1 of 4 run ami-9",
        ),
        ({"a run b": 2}, "a run b", 2, "new launches use a run b; 2 of 2 instances run a run b"),
        ({}, "ami-3", 2, "new launches use ami-3; no instance is in service, of 2 that the group wants"),
        (
            {"ami-1": 1},
            "",
            1,
            "new launches use an image that AWS does not tell; 1 of 1 instance runs web-1",
        ),
    ],
)
def test_a_status_says_what_launches_and_what_runs(
    running: dict[str, int], launches: str, desired: int, said: str
) -> None:
    """What the group launches comes first, then what most instances run."""
    assert status(running, launches, desired).saying(NAMES) == said


@pytest.mark.parametrize(
    ("running", "rolled_out"),
    [({"ami-2": 4}, True), ({"ami-2": 5}, True), ({"ami-2": 3}, False), ({"ami-1": 1, "ami-2": 4}, False), ({}, False)],
)
def test_a_release_is_rolled_out_when_as_many_instances_as_wanted_run_it_and_nothing_else(
    running: dict[str, int], *, rolled_out: bool
) -> None:
    """A group that wants none is there at once."""
    assert status(running).rolled_out is rolled_out
    assert status({}, desired=0).rolled_out


@pytest.mark.parametrize(("reason", "said"), [("", "InProgress, 50 %"), ("waiting", "InProgress, 50 % (waiting)")])
def test_a_refresh_says_its_status_its_share_and_why(reason: str, said: str) -> None:
    """In Auto Scaling's own words."""
    assert str(Refresh("r-1", "InProgress", NOON, 50, reason=reason)) == said


@pytest.mark.parametrize(
    ("state", "going_on"), [("Pending", True), ("Baking", True), ("Successful", False), ("Failed", False)]
)
def test_a_refresh_goes_on_until_it_has_ended(state: str, *, going_on: bool) -> None:
    """Whatever the end is."""
    assert Refresh("r-1", state, NOON).going_on is going_on
