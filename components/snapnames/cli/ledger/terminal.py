"""The ledger on a terminal, or in a log."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from snapnames.cli.age import age
from snapnames.cli.ledger import plan_text
from snapnames.cli.ledger.book import Ledger, Row
from snapnames.cli.ledger.findings import KINDS, Finding
from snapnames.cli.ledger.plan import Plan
from snapnames.printable import LINE_LIMIT, printable

SHOWN = 20
"""How many findings of a kind are listed with `--all`. The others are only counted."""

FIRST = 1
"""How many findings of a kind are listed on the one screen."""

_LOG_WIDTH = 180
"""Characters. A log has no width of its own, and names must not be cut."""

_MEANING = {
    "failed": ("image that EC2 failed to make", "images that EC2 failed to make"),
    "missing": (
        "image in the state that the account no longer has",
        "images in the state that the account no longer has",
    ),
    "untracked": (
        "image of this stack that its state does not have",
        "images of this stack that its state does not have",
    ),
    "drift": ("name that is not as declared", "names that are not as declared"),
    "unnamed": ("snapshot without a name", "snapshots without a name"),
    "orphans": ("snapshot whose image is gone", "snapshots whose image is gone"),
    "duplicates": ("name that several snapshots bear", "names that several snapshots bear"),
    "shared": ("snapshot that several images share", "snapshots that several images share"),
    "unused": ("image that nothing uses", "images that nothing uses"),
}


def print_ledger(console: Console, ledger: Ledger, *, everything: bool = False) -> None:
    """One screen: the sums, the plan, and how many findings there are. With `everything`, also all the rest."""
    if not console.is_terminal:
        console.width = _LOG_WIDTH
    for line in sums(ledger):
        _say(console, line)
    if ledger.plan is not None:
        _print_plan(console, ledger, ledger.plan, everything=everything)
    for kind in KINDS:
        found = [finding for finding in ledger.findings if finding.kind == kind]
        _print_findings(console, kind, found, SHOWN if everything else FIRST)
    if not ledger.findings:
        _say(console, "no findings")
    if everything and ledger.rows:
        console.print(_table(ledger))
    elif ledger.rows or len(ledger.findings) > FIRST:
        _say(console, "--all lists the images and the other findings", "dim")


def meaning(kind: str, count: int) -> str:
    """What findings of this kind are, in words. `count` decides between singular and plural."""
    return _MEANING[kind][count > 1]


def sums(ledger: Ledger) -> list[str]:
    """The sums, in sentences."""
    totals = ledger.totals
    images = "1 image" if totals.images == 1 else f"{totals.images} images"
    snapshots = "1 snapshot" if totals.snapshots == 1 else f"{totals.snapshots} snapshots"
    lines = [f"{ledger.about}: {images}, {snapshots}, at most {amount(ledger, totals.size)}"]
    if totals.orphans_size:
        lines.append(f"orphan snapshots: at most {amount(ledger, totals.orphans_size)} more")
    if totals.others:
        kinds = "backups of volumes, copies and others, behind no image"
        lines.append(f"{kinds}: {totals.others}, at most {amount(ledger, totals.others_size)} more")
    if totals.unused_size:
        lines.append(f"of it images that nothing uses: at most {amount(ledger, totals.unused_size)}")
    lines.append("size is that of the whole volumes: snapshots are incremental, and EC2 bills less")
    if ledger.price is None:
        lines.append(f"no price is known for {ledger.region}: give --price-per-gb-month")
    else:
        dated = f", as of {ledger.price.as_of}" if ledger.price.as_of else ""
        lines.append(f"price: {ledger.price.usd_per_gb_month} USD per GB-month{dated} ({ledger.price.source})")
    return lines


def amount(ledger: Ledger, size: int) -> str:
    """GiB, and money if a price is known."""
    usd = ledger.usd(size)
    return f"{size} GiB" if usd is None else f"{size} GiB, {usd:.2f} USD a month"


def _print_plan(console: Console, ledger: Ledger, plan: Plan, *, everything: bool) -> None:
    def cost(size: int) -> str:
        return amount(ledger, size)

    _say(console, plan_text.heading(plan, cost), "bold")
    if plan.rows:
        table = Table(*plan_text.COLUMNS, box=None, pad_edge=False)
        for row in plan.rows:
            table.add_row(*(Text(printable(cell)) for cell in plan_text.cells(plan, row, cost)))
        console.print(table)
        for line in (*plan_text.why_safe(plan, reads=everything), plan_text.services(plan, cost), plan_text.BOUND):
            if line:
                _say(console, line, "dim")
    for line in plan_text.rest(plan, cost):
        _say(console, line)


def _print_findings(console: Console, kind: str, found: list[Finding], shown: int) -> None:
    if not found:
        return
    _say(console, f"{kind}: {len(found)} {meaning(kind, len(found))}", "bold")
    step = None
    for finding in found[:shown]:
        _say(console, f"  - {finding.text}")
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
        [row.image.name, row.image.image_id, *([f"of {row.builder}"] if row.builder else [])],
        [row.release or "-", *(["live"] if row.live else [])],
        [row.image.state],
        [age(ledger.age(row))],
        amount(ledger, row.size).split(", "),
        [f"{line.device or '?'} {line.snapshot_id} {line.name or '-'}" for line in row.lines],
        [str(use) for use in row.used_by] or ["-"],
    ]
