"""The ledger of many targets in sentences and cells, for a terminal and for the page."""

from collections.abc import Callable, Sequence

from snapnames.cli.ledger.findings import BY_NAME, KINDS
from snapnames.cli.targets.report import Report, counted, total
from snapnames.cli.targets.rows import Row, Sums

COLUMNS = (
    "account",
    "regions",
    "images",
    "snapshots behind them",
    "orphans",
    "others behind no image",
    "may go at most",
)
"""Of the table of accounts."""

BOUND = (
    "every amount is an upper bound: it is that of the whole volumes, and EC2 bills only the blocks that no other "
    "snapshot has"
)
NOT_ALONE = (
    "permissions, locks, references and the Recycle Bin were not read, so none of it is known to be safe: `snapnames "
    "ledger --account` with the keys and the region of the target reads them, and writes the script"
)
NO_TARGET = "this shard has no target, because there are more shards than targets"
_NAMED = 5
"""How many targets a line names."""


def sums(report: Report) -> list[str]:
    """The sums, in sentences. If no target could be read, there are none."""
    lines = [report.about]
    if not report.rows:
        return [*lines, NO_TARGET]
    if not report.read:
        return [*lines, "nothing could be read, so nothing is known"]
    found = report.sums
    images, snapshots = counted(found.images, "image"), counted(found.snapshots.count, "snapshot")
    lines.append(f"{images}, {snapshots} behind them, at most {_words(report, lambda one: one.snapshots.gib)}")
    if found.orphans.count:
        orphans = counted(found.orphans.count, "orphan snapshot")
        lines.append(f"{orphans}, whose image is gone: at most {_words(report, lambda one: one.orphans.gib)} more")
    if found.others.count:
        others = _words(report, lambda one: one.others.gib)
        lines.append(
            f"{counted(found.others.count, 'other snapshot')} behind no image, as backups of volumes and copies: at "
            f"most {others} more"
        )
    if found.unused.count:
        unused = _words(report, lambda one: one.unused.gib)
        lines.append(
            f"of it {counted(found.unused.count, 'image')} that nothing in their account uses: at most {unused}"
        )
    return [*lines, *_can_go(report), BOUND, *_findings(report)]


def _can_go(report: Report) -> list[str]:
    found = report.sums.can_go
    kept = f"older than {report.older_than_days} days, and not one of the {report.keep} newest images of a service"
    if not found.count:
        return [f"what may be let go: the reads in bulk found nothing ({kept})"]
    what = "image or orphan snapshot" if found.count == 1 else "images or orphan snapshots"
    most = _words(report, lambda one: one.can_go.gib)
    return [
        f"what may be let go, by the reads in bulk alone: {found.count:,} {what}, at most {most} ({kept})",
        NOT_ALONE,
    ]


def _findings(report: Report) -> list[str]:
    found = report.sums.findings
    return [f"{kind}: {found[kind]:,} {BY_NAME[kind].words(found[kind])}" for kind in KINDS if found[kind]]


def not_read(report: Report) -> list[str]:
    """A line for each reason, with the targets that have it."""
    found: dict[str, list[Row]] = {}
    for row in report.not_read:
        found.setdefault(row.not_read, []).append(row)
    return [f"{_places(rows)}: {why}" for why, rows in found.items()]


def _places(rows: Sequence[Row]) -> str:
    more = f" and {len(rows) - _NAMED} more" if len(rows) > _NAMED else ""
    return ", ".join(row.place for row in rows[:_NAMED]) + more


def account_cells(report: Report, rows: Sequence[Row]) -> tuple[str, ...]:
    """One cell for each of `COLUMNS`, of one account."""
    read = [row for row in rows if not row.not_read]
    regions = f"{len(read)}" if len(read) == len(rows) else f"{len(read)} of {len(rows)} read"

    if not read:
        return (rows[0].account, regions, *["-"] * (len(COLUMNS) - 2))
    return (rows[0].account, regions, *_cells(report, rows))


def target_cells(report: Report, row: Row) -> tuple[str, ...]:
    """The same of one target, with its region in place of their number."""
    return (row.account, row.region, *_cells(report, [row]))


def _cells(report: Report, rows: Sequence[Row]) -> tuple[str, ...]:
    found = total(rows)

    def cell(count: int, of: Callable[[Sums], int]) -> str:
        return f"{count}, {report.cost(of, rows).words}" if count else "-"

    return (
        str(found.images),
        cell(found.snapshots.count, lambda one: one.snapshots.gib),
        cell(found.orphans.count, lambda one: one.orphans.gib),
        cell(found.others.count, lambda one: one.others.gib),
        cell(found.can_go.count, lambda one: one.can_go.gib),
    )


def _words(report: Report, of: Callable[[Sums], int]) -> str:
    return report.cost(of).words
