"""`snapnames ledger --targets`: reads all targets of the file, and writes the files that were asked for."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from snapnames.cli.display import Display
from snapnames.cli.ledger.command import Wanted
from snapnames.cli.targets.listed import open_list
from snapnames.cli.targets.page import page
from snapnames.cli.targets.reading import read_rows
from snapnames.cli.targets.report import Report
from snapnames.cli.targets.table import table
from snapnames.rules.candidates import Limits


def ledger_of_targets(path: Path, shard: str | None, wanted: Wanted, display: Display) -> Report:
    """The ledger of all targets of the file, or of a shard. Raises `CommandError` if the file can't be worked with."""
    listed = open_list(path, shard, display)
    taken = datetime.now(UTC)
    limits = Limits(wanted.keep, wanted.older_than, taken)
    with display.counting(len(listed.targets), "targets") as count:
        rows = read_rows(listed.targets, listed.sessions, limits, wanted.price, count)
    return Report(taken, listed.share, wanted.keep, wanted.older_than.days, tuple(rows))


def write(report: Report, *, html: Path | None = None, csv: Path | None = None) -> Iterator[str]:
    """Write the files that were asked for. Says what was written."""
    if html is not None:
        html.write_text(page(report), encoding="utf-8")
        yield f"written: {html}"
    if csv is not None:
        csv.write_text(table(report), encoding="utf-8", newline="")
        yield f"written: {csv}"
