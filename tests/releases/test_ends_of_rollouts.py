"""How a rollout ended that no update has waited for: the next one asks AWS, and the history has it from then on."""

from datetime import UTC, datetime

import pytest
from snapnames.program.history import told
from snapnames.rules.groups import Group
from snapnames.rules.history import FAILED, LAUNCHED, LEFT, ROLLED_OUT, Entry
from snapnames.rules.rollouts import FleetStatus, Refresh

MADE = datetime(2018, 3, 7, 12, tzinfo=UTC)
A = Entry("a", "2018-03-06T12:00:00+00:00", ROLLED_OUT)
LISTED = ["c", "b", "a"]


def status(running: dict[str, int], state: str) -> FleetStatus:
    """A group of four that launches `ami-b`, and how its newest instance refresh stands."""
    return FleetStatus(Group("web", MADE, desired=4), "ami-b", MADE, running, Refresh("r-1", state, MADE))


@pytest.mark.parametrize(
    ("running", "state", "outcome"),
    [
        ({"ami-b": 4}, "Successful", ROLLED_OUT),
        ({"ami-a": 3, "ami-b": 1}, "Failed", FAILED),
        ({"ami-a": 3, "ami-b": 1}, "Cancelled", FAILED),
        ({"ami-a": 3, "ami-b": 1}, "InProgress", LAUNCHED),
        ({"ami-a": 1, "ami-b": 3}, "Successful", LAUNCHED),
        ({}, "Successful", LAUNCHED),
    ],
)
def test_a_rollout_without_anybody_waiting_ends_as_aws_says(running: dict[str, int], state: str, outcome: str) -> None:
    """What is going on, and what runs nowhere, is only launched."""
    begun = Entry("b", "2018-03-07T12:00:09+00:00", LAUNCHED)

    assert told([A, begun], "b", status(running, state), LISTED) == [A, Entry("b", begun.since, outcome)]


def test_a_rollout_whose_update_timed_out_is_entered_once_its_instances_run_it() -> None:
    """Such an update has recorded nothing; its refresh went on."""
    entered = Entry("b", "2018-03-07T12:00:00+00:00", ROLLED_OUT)

    assert told([A], "b", status({"ami-b": 4}, "Successful"), LISTED) == [A, entered]


def test_going_back_that_timed_out_leaves_the_release_behind() -> None:
    """As if the update had waited long enough."""
    runs = [Entry("b", A.since, ROLLED_OUT), Entry("c", A.since, ROLLED_OUT)]

    after = told(runs, "b", status({"ami-b": 4}, "Successful"), LISTED)

    assert [(entry.release, entry.outcome) for entry in after] == [("b", ROLLED_OUT), ("c", LEFT), ("b", ROLLED_OUT)]


@pytest.mark.parametrize(
    ("running", "state", "listed"),
    [({"ami-a": 4}, "Failed", LISTED), ({"ami-a": 4}, "InProgress", LISTED), ({"ami-b": 4}, "Successful", ["a"])],
)
def test_what_never_ran_everywhere_or_is_no_release_of_the_stack_is_not_entered(
    running: dict[str, int], state: str, listed: list[str]
) -> None:
    """A rollout that fails was never good."""
    assert told([A], "b", status(running, state), listed) == [A]
