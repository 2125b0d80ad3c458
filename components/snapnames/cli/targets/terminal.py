"""The ledger of many targets on one screen of a terminal, or in a log."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from snapnames.cli.targets import words
from snapnames.cli.targets.report import Report
from snapnames.printable import LINE_LIMIT, printable

FIRST = 10
"""How many accounts, and how many lines about targets that could not be read."""

_LOG_WIDTH = 180
"""Characters. A log has no width of its own, and names must not be cut."""


def print_report(console: Console, report: Report) -> None:
    """The sums, the accounts with the most GiB, and what could not be read."""
    if not console.is_terminal:
        console.width = _LOG_WIDTH
    for line in words.sums(report):
        _say(console, line)
    accounts = report.filled
    if len(report.accounts) > 1 and accounts:
        table = Table(*words.COLUMNS, box=None, pad_edge=False)
        for rows in accounts[:FIRST]:
            table.add_row(*(Text(printable(cell)) for cell in words.account_cells(report, rows)))
        console.print(table)
        if len(accounts) > FIRST:
            _say(
                console,
                f"and {len(accounts) - FIRST:,} more accounts that have anything: --json, --csv and --html have all",
                "dim",
            )
    lines = words.not_read(report)
    if lines:
        _say(console, "could not be read, so nothing of it is in any sum:", "bold")
    for line in lines[:FIRST]:
        _say(console, f"  - {line}")
    if len(lines) > FIRST:
        _say(console, f"  and {len(lines) - FIRST:,} more lines: --json, --csv and --html have all", "dim")


def _say(console: Console, line: str, style: str = "") -> None:
    console.print(Text(printable(line, LINE_LIMIT), style), soft_wrap=True)
