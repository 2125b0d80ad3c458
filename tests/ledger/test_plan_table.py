"""The plan for a spreadsheet."""

import csv
import io
from datetime import UTC, datetime

import pytest
from snapnames.cli.ledger.book import Reading, keep
from snapnames.cli.ledger.plan import Plan, PlanRow
from snapnames.cli.ledger.plan_table import COLUMNS, PASSED, plan_table
from snapnames.cli.ledger.prices import Price
from snapnames.rules.candidates import Verdict

from .accounts import view
from .needs import LIMITS, free_image, planned


def lines(plan: Plan) -> list[dict[str, str]]:
    """What a spreadsheet reads."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    ledger = keep([Reading(view(), Price(0.5, None, ""), calls=1)], taken=now, stack=None, plan=plan)
    return list(csv.DictReader(io.StringIO(plan_table(plan, ledger))))


def test_each_row_says_whether_it_is_safe_and_why() -> None:
    """Also a row that is kept, and one that was not checked."""
    [row] = planned([free_image(1)]).rows
    held = PlanRow(row.candidate, Verdict({"locked": ("it is locked", "it is shared")}))

    found = lines(Plan(LIMITS, (row,), (held,), (row.candidate,)))

    assert tuple(found[0]) == COLUMNS
    assert [line["verdict"] for line in found] == [PASSED, "keep", "not checked"]
    assert [line["why"].startswith("older than") for line in found] == [True, False, False]
    assert [line["why"] for line in found[1:]] == ["it is locked; it is shared", ""]
    assert (found[0]["size_gib"], found[0]["usd_per_month_at_most"]) == ("4", "2.00")
    assert found[0]["snapshots"] == "snap-1a snap-1b"


@pytest.mark.parametrize("name", ["=cmd|x", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1"])
def test_a_name_can_not_be_a_formula(name: str) -> None:
    """A spreadsheet takes a cell that begins with an apostrophe as text."""
    thing = free_image(1)
    thing.change(name=name, tags={"snapnames:service": "web"})

    [line] = lines(planned([thing]))

    assert line["name"].startswith("'")
