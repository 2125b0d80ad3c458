"""The plan as CSV for a spreadsheet."""

import csv
import io
from collections.abc import Iterator, Sequence

from snapnames.cli.ledger.book import Ledger
from snapnames.cli.ledger.plan import Plan, PlanRow
from snapnames.printable import printable
from snapnames.rules.letting_go import Candidate, Verdict

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
    "snapshots",
    "why",
)

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula: owasp.org/www-community/attacks/CSV_Injection."""


def plan_table(plan: Plan, ledger: Ledger) -> str:
    """A line for each row: what is safe, what a read of its own keeps, and what was not checked."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for verdict, row in _rows(plan):
        writer.writerow([cell(text) for text in (verdict, ledger.account_id, ledger.region, *_texts(row, ledger))])
    return out.getvalue()


def cell(text: str) -> str:
    r"""The text, so that a spreadsheet shows it and does not run it.

    >>> [cell(text) for text in ("web-1", "=1+1", "-1", "\t=1", "")]
    ['web-1', "'=1+1", "'-1", "'\\t=1", '']
    """
    shown = printable(text)
    return f"'{shown}" if text.lstrip(" \n").startswith(_FORMULA) else shown


def _rows(plan: Plan) -> Iterator[tuple[str, PlanRow]]:
    yield from (("safe", row) for row in plan.rows)
    yield from (("keep", row) for row in plan.held)
    yield from (("not checked", PlanRow(candidate, Verdict())) for candidate in plan.unread)


def _texts(row: PlanRow, ledger: Ledger) -> Sequence[str]:
    one: Candidate = row.candidate
    usd = ledger.usd(one.size)
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
        " ".join(snapshot.snapshot_id for snapshot in one.snapshots),
        "; ".join(row.verdict.reasons or row.verdict.passed),
    )
