"""The ledger of many targets as CSV for a spreadsheet: a line for each target."""

import csv
import io

from snapnames.cli.ledger.plan_table import cell
from snapnames.cli.targets.report import Report
from snapnames.cli.targets.rows import AMOUNTS, Amount, Cost, Row

COLUMNS = (
    "account",
    "region",
    "images",
    *(f"{name}_{what}" for name in AMOUNTS for what in ("count", "size_gib", "usd_per_month_at_most")),
    "calls",
    "not_read",
)


def table(report: Report) -> str:
    """A line for each target, also for one that could not be read."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in report.rows:
        writer.writerow([cell(text) for text in _texts(row)])
    return out.getvalue()


def _texts(row: Row) -> list[str]:
    found = [row.account, row.region, "" if row.not_read else str(row.sums.images)]
    for name in AMOUNTS:
        amount: Amount = getattr(row.sums, name)
        usd = Cost.of(amount.gib, row.price).known
        found += (
            ["", "", ""] if row.not_read else [str(amount.count), str(amount.gib), "" if usd is None else f"{usd:.2f}"]
        )
    return [*found, str(row.calls), row.not_read]
