"""Which target's turn it is, without Pulumi and AWS."""

import threading
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from snapnames.cli.errors import CommandError
from snapnames.cli.targets.turns import Outcome, Turns
from snapnames.errors import InputError
from snapnames.rules.targets import Target

TARGETS = [Target(account, region) for account in ("1", "2", "3") for region in ("eu", "us")]


def named(target: Target) -> Mapping[str, Any]:
    """Work that is done at once."""
    return {"names": {target.name: "x"}}


def failing(*bad: str) -> Callable[[Target], Mapping[str, Any]]:
    """Work that AWS refuses in these accounts."""

    def work(target: Target) -> Mapping[str, Any]:
        if target.account in bad:
            raise CommandError(f"AccessDenied in {target.account}")
        return named(target)

    return work


def places(found: list[Outcome]) -> list[str]:
    """The places, in the order in which they ended."""
    return [one.target.place for one in found]


def test_every_target_has_its_turn_once_and_is_told_with_its_facts() -> None:
    """In the order of the list, if one works at a time."""
    told: list[Outcome] = []

    found = Turns(1).run(TARGETS, named, ended=told.append)

    assert places(found) == [one.place for one in TARGETS]
    assert [one.facts for one in told] == [named(one) for one in TARGETS]
    assert [one.facts for one in found] == [{}] * len(TARGETS)  # kept for thousands of targets


@pytest.mark.parametrize("error", [CommandError("denied"), InputError("denied"), OSError("denied")])
def test_a_target_fails_alone_and_says_why(error: Exception) -> None:
    """All others are done."""

    def work(target: Target) -> Mapping[str, Any]:
        if target == TARGETS[1]:
            raise error
        return named(target)

    found = Turns(2).run(TARGETS, work)

    assert {one.target.place: one.error for one in found if one.error} == {TARGETS[1].place: "denied"}
    assert len(found) == len(TARGETS)


def test_a_target_with_a_problem_is_not_worked_on_and_says_the_problem() -> None:
    """Its role or its regions are not known."""
    worked: list[Target] = []

    def work(target: Target) -> Mapping[str, Any]:
        worked.append(target)
        return {}

    found = Turns(1).run([Target("1", "eu"), Target("2", "", problem="no regions")], work)

    assert [one.error for one in found] == ["", "no regions"]
    assert worked == [Target("1", "eu")]


@pytest.mark.parametrize(("tolerance", "tried"), [(0, 2), (1, 4), (2, 6), (None, 6)])
def test_after_more_failures_in_a_region_than_are_tolerated_no_target_of_it_is_begun(
    tolerance: int | None, tried: int
) -> None:
    """Those that are left say that they were not tried, and why."""
    found = Turns(1, tolerance).run(TARGETS, failing("1", "2"))

    left = [one for one in found if not one.tried]
    count = f"{tried // 2} target{'s' * (tried > 2)}"
    assert len(found) - len(left) == tried
    assert [one.error for one in left] == [
        f"not tried: {count} in {one.target.region} failed, and the failure tolerance of each region is {tolerance}"
        for one in left
    ]
    assert sorted(places(found)) == [one.place for one in TARGETS]


def test_failures_in_one_region_end_no_other_region_that_is_named_beside_it() -> None:
    """Each region counts by itself."""

    def work(target: Target) -> Mapping[str, Any]:
        if target.region == "eu":
            raise CommandError("throttled")
        return named(target)

    found = Turns(1, 1).run(TARGETS, work)

    assert [one.target.place for one in found if not one.tried] == ["3 eu"]
    assert [one.target.place for one in found if not one.error] == ["1 us", "2 us", "3 us"]


def test_as_many_failures_as_are_tolerated_in_each_region_end_none() -> None:
    """Together they are more."""
    found = Turns(1, 1, ["us", "eu"]).run(TARGETS, failing("1"))

    assert all(one.tried for one in found)
    assert sum(bool(one.error) for one in found) == 2


def test_the_regions_come_in_the_order_that_was_asked_for_and_the_others_last() -> None:
    """Within a region, in the order of the list."""
    targets = [*TARGETS, Target("1", "ap")]

    found = Turns(1, region_order=["us", "none"]).run(targets, named)

    assert places(found) == ["1 us", "2 us", "3 us", "1 ap", "1 eu", "2 eu", "3 eu"]


def test_a_region_waits_until_the_one_before_it_has_ended() -> None:
    """Also if there are turns free."""
    ended: list[str] = []
    seen: dict[str, int] = {}

    def work(target: Target) -> Mapping[str, Any]:
        seen[target.place] = len(ended)
        return {}

    Turns(8, region_order=["us"]).run(TARGETS, work, ended=lambda one: ended.append(one.target.place))

    assert all(seen[one.place] == 3 for one in TARGETS if one.region == "eu")


def test_a_failure_in_one_region_keeps_the_next_one_from_being_begun() -> None:
    """As StackSets does."""
    found = Turns(3, 0, ["us"]).run(TARGETS, failing("1"))

    assert {one.target.region for one in found if one.tried} == {"us"}


def test_no_more_than_were_asked_for_work_at_a_time() -> None:
    """Three of them do, and the fourth waits for one of them."""
    gate, lock = threading.Barrier(3, timeout=30), threading.Lock()
    now = most = 0

    def work(_: Target) -> Mapping[str, Any]:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        gate.wait()
        with lock:
            now -= 1
        return {}

    Turns(3).run(TARGETS, work)

    assert most == 3


def test_after_a_stop_no_target_is_begun() -> None:
    """Those that are left say so."""
    begun: list[Target] = []

    def work(target: Target) -> Mapping[str, Any]:
        begun.append(target)
        return {}

    found = Turns(1).run(TARGETS, work, stopped=lambda: len(begun) == 2)

    assert begun == TARGETS[:2]
    assert {one.error for one in found[2:]} == {"not tried: the command was stopped"}
