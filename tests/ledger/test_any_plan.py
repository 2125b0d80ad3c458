"""On any account, the plan lists exactly what nothing needs."""

from typing import Any

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st
from snapnames.cli.ledger.findings import findings
from snapnames.cli.ledger.verdicts import judged
from snapnames.rules.letting_go import CHECKS

from .needs import LIMITS, NEEDS, Thing, listed, planned, reading, thing, viewed

KINDS = ("image", "snapshot")


def can_have(need: str, kind: str) -> bool:
    """Whether an image, or a snapshot, can have the need."""
    return NEEDS[need].of in ("", kind)


@st.composite
def accounts(draw: Any) -> list[tuple[Thing, set[str]]]:  # noqa: ANN401 -- Hypothesis does not name the type
    """Up to eight images and orphans, each with its needs."""
    found = []
    for number in range(draw(st.integers(1, 8))):
        kind = draw(st.sampled_from(KINDS))
        needs = draw(st.sets(st.sampled_from([need for need in NEEDS if can_have(need, kind)]), max_size=2))
        found.append((thing(number, kind, sorted(needs)), needs))
    return found


@settings(max_examples=400)
@given(accounts())
def test_the_plan_lists_what_nothing_needs_and_nothing_else(account: list[tuple[Thing, set[str]]]) -> None:
    """Whatever else the account has."""
    things = [one for one, _ in account]

    free = [one for one, needs in account if not needs]

    ids = {one.found_id for one in free} | {snapshot.snapshot_id for one in free for snapshot in one.snapshots}
    assert listed(planned(things)) == ids


@settings(max_examples=400)
@given(accounts())
def test_a_finding_has_a_command_that_deletes_exactly_for_what_the_plan_lists(
    account: list[tuple[Thing, set[str]]],
) -> None:
    """So the two never contradict each other. What is found and kept says why."""
    things = [one for one, _ in account]
    view = judged(viewed(things), reading(things), LIMITS)
    rows = {row.candidate.found_id for row in planned(things).rows}

    found = {
        str(one.image_id if one.kind == "unused" else one.snapshot_ids[0]): one.step
        for one in findings(view)
        if one.kind in ("unused", "orphans")
    }

    commands = {one for one, step in found.items() if "deregister-image" in step or "delete-snapshot" in step}
    assert commands == rows & {*found}
    assert rows <= {*found}


@pytest.mark.parametrize("check", CHECKS)
def test_without_any_one_of_the_checks_the_plan_would_list_what_something_needs(check: str) -> None:
    """So no check is there in vain: an account is found that shows it."""
    left = {name: one for name, one in CHECKS.items() if name != check}

    def lists_too_much(account: list[tuple[Thing, set[str]]]) -> bool:
        needed = {one.found_id for one, needs in account if needs}
        return bool(listed(planned([one for one, _ in account], left)) & needed)

    account = find(accounts(), lists_too_much, settings=settings(max_examples=5000, database=None))

    assert check in {NEEDS[need].check for _, needs in account for need in needs}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("need", NEEDS)
def test_the_check_for_a_need_is_what_keeps_the_image_or_snapshot(need: str, kind: str) -> None:
    """That check alone: without it, the plan would list it."""
    if not can_have(need, kind):
        return
    needed = thing(1, kind, [need])
    left = {name: one for name, one in CHECKS.items() if name != NEEDS[need].check}

    assert listed(planned([needed])) == set()
    assert needed.found_id in listed(planned([needed], left))
