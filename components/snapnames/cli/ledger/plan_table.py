"""The plan as CSV for a spreadsheet."""

import csv
import io
from collections.abc import Iterator, Sequence

from snapnames.cli.ledger.book import Ledger
from snapnames.cli.ledger.plan import Plan, PlanRow
from snapnames.printable import printable
from snapnames.rules.candidates import Candidate, Verdict
from snapnames.rules.tools import TOOLS

COLUMNS = (
    "verdict",
    "account",
    "region",
    "id",
    "name",
    "service",
    "size_gib",
    "usd_per_month_at_most",
    "made",
    "last_launched",
    "owner",
    "tool",
    "volume",
    "snapshots",
    "why",
)

PASSED = "passed all checks read"
"""What the CSV says of a row that can go. Which checks these were stands in the last column."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula: owasp.org/www-community/attacks/CSV_Injection."""


def plan_table(plan: Plan, ledger: Ledger) -> str:
    """A line for each row: what passed all checks, what a read of its own keeps, and what was not checked.

    The last lines are the totals by tool, and the regions that could not be read.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for verdict, row in _rows(plan):
        writer.writerow(
            [cell(text) for text in (verdict, ledger.account_id, row.candidate.region, *_texts(row, ledger))]
        )
    for facts in (*_tools(ledger), *_unread(ledger)):
        writer.writerow([cell(facts.get(column, "")) for column in COLUMNS])
    return out.getvalue()


def cell(text: str) -> str:
    r"""The text, so that a spreadsheet shows it and does not run it.

    >>> [cell(text) for text in ("web-1", "=1+1", "-1", "\t=1", "")]
    ['web-1', "'=1+1", "'-1", "'\\t=1", '']
    """
    shown = printable(text)
    return f"'{shown}" if text.lstrip(" \n").startswith(_FORMULA) else shown


def _rows(plan: Plan) -> Iterator[tuple[str, PlanRow]]:
    yield from ((PASSED, row) for row in plan.rows)
    yield from (("keep", row) for row in plan.held)
    yield from (("not checked", PlanRow(candidate, Verdict())) for candidate in plan.unread)


def _tools(ledger: Ledger) -> Iterator[dict[str, str]]:
    """What each tool has in each region, in the plan or not."""
    for region in ledger.read:
        totals = region.totals
        for tool in TOOLS:
            if totals.tool_images[tool] or totals.tool_snapshots[tool]:
                size = totals.tool_sizes[tool]
                usd = ledger.prices.usd({region.name: size})
                yield {
                    "verdict": "total of a tool",
                    "account": ledger.account_id,
                    "region": region.name,
                    "size_gib": str(size),
                    "usd_per_month_at_most": "" if usd is None else f"{usd:.2f}",
                    "tool": tool,
                    "why": f"{totals.tool_images[tool]} images, {totals.tool_snapshots[tool]} snapshots",
                }


def _unread(ledger: Ledger) -> Iterator[dict[str, str]]:
    for region in ledger.unread:
        yield {
            "verdict": "region not read",
            "account": ledger.account_id,
            "region": region.name,
            "why": region.unread,
        }


def _texts(row: PlanRow, ledger: Ledger) -> Sequence[str]:
    one: Candidate = row.candidate
    usd = ledger.prices.usd({one.region: one.size})
    launched = one.image.launched if one.image else None
    return (
        one.found_id,
        one.name,
        one.service,
        str(one.size),
        "" if usd is None else f"{usd:.2f}",
        one.made.isoformat(),
        launched.isoformat() if launched else "",
        row.owner,
        one.tool,
        one.volume,
        " ".join(snapshot.snapshot_id for snapshot in one.snapshots),
        "; ".join(row.verdict.reasons or row.verdict.passed),
    )
