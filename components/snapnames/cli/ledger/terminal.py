"""The ledger on a terminal, or in a log."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from snapnames.cli.age import age
from snapnames.cli.ledger import plan_text, sums_text
from snapnames.cli.ledger.book import Ledger, Row
from snapnames.cli.ledger.findings import BY_NAME, KINDS, Finding
from snapnames.cli.ledger.plan import Plan
from snapnames.printable import LINE_LIMIT, printable

SHOWN = 20
"""How many findings of a kind are listed with `--all`. The others are only counted."""

FIRST = 1
"""How many findings of a kind are listed on the one screen."""

_ID_WIDTH = len("snap-0123456789abcdef0")
_LOG_WIDTH = 180
"""Characters. A log has no width of its own, and names must not be cut."""


def print_ledger(console: Console, ledger: Ledger, *, everything: bool = False) -> None:
    """One screen: the sums, the plan, and how many findings there are. With `everything`, also all the rest."""
    if not console.is_terminal:
        console.width = _LOG_WIDTH
    for line in sums_text.sums(ledger):
        _say(console, line)
    _print_regions(console, ledger)
    if line := sums_text.tools(ledger):
        _say(console, line)
    if ledger.plan is not None and ledger.read:
        _print_plan(console, ledger, ledger.plan, everything=everything)
    for kind in KINDS:
        found = [finding for finding in ledger.findings if finding.kind == kind]
        _print_findings(console, kind, found, SHOWN if everything else FIRST, several=ledger.several)
    if not ledger.findings:
        _say(console, sums_text.no_findings(ledger))
    if everything and ledger.rows:
        console.print(_table(ledger))
    elif ledger.rows or len(ledger.findings) > FIRST:
        _say(console, "--all lists the images and the other findings", "dim")


def _print_regions(console: Console, ledger: Ledger) -> None:
    rows = sums_text.region_cells(ledger)
    if rows:
        table = Table(*sums_text.REGION_COLUMNS, box=None, pad_edge=False)
        for row in rows:
            table.add_row(*(Text(printable(cell)) for cell in row))
        console.print(table)


def _print_plan(console: Console, ledger: Ledger, plan: Plan, *, everything: bool) -> None:
    cost, several = ledger.prices.words, ledger.several
    _say(console, plan_text.heading(plan, cost), "bold")
    if plan.rows:
        table = Table(box=None, pad_edge=False)
        for column in plan_text.columns(several=several):
            # An id that is cut can't be copied: what does not fit goes on in the next line.
            table.add_column(column, overflow="fold", min_width=_ID_WIDTH if column == plan_text.WHAT else None)
        for row in plan.rows:
            table.add_row(*(Text(printable(cell)) for cell in plan_text.cells(plan, row, cost, several=several)))
        console.print(table)
        services = plan_text.services(plan, cost)
        for line in (*plan_text.why_safe(plan, reads=everything), plan_text.NOT_READ, services, plan_text.BOUND):
            if line:
                _say(console, line, "dim")
    for line in plan_text.rest(plan, cost, several=several):
        _say(console, line)


def _print_findings(console: Console, kind: str, found: list[Finding], shown: int, *, several: bool) -> None:
    if not found:
        return
    _say(console, f"{kind}: {len(found)} {BY_NAME[kind].words(len(found))}", "bold")
    step = None
    for finding in found[:shown]:
        _say(console, f"  - {f'{finding.region}: ' if several else ''}{finding.text}")
        if finding.step != step:
            _say(console, f"    -> {finding.step}", "dim")
        step = finding.step
    if shown == SHOWN and len(found) > shown:
        _say(console, f"  and {len(found) - shown} more: --json and --html list all")


def _say(console: Console, line: str, style: str = "") -> None:
    console.print(Text(printable(line, LINE_LIMIT), style), soft_wrap=True)


def _table(ledger: Ledger) -> Table:
    table = Table("image", "release", "state", "age", "size", "snapshots and their names", "used by", show_lines=True)
    for row in ledger.rows:
        cells = _cells(ledger, row)
        # Text is used because Rich would read marks such as [red] in plain strings.
        table.add_row(*(Text("\n".join(printable(line) for line in lines)) for lines in cells))
    return table


def _cells(ledger: Ledger, row: Row) -> list[list[str]]:
    """The lines of each cell."""
    return [
        [
            row.image.name,
            row.image.image_id,
            *([row.region] if ledger.several else []),
            *([f"of {row.builder}"] if row.builder else []),
        ],
        [row.release or "-", *(["live"] if row.live else [])],
        [row.image.state],
        [age(ledger.age(row))],
        ledger.prices.words(row.sizes).split(", "),
        [f"{line.device or '?'} {line.snapshot_id} {line.name or '-'}" for line in row.lines],
        [str(use) for use in row.used_by] or ["-"],
    ]
