"""The plan in sentences and cells, for a terminal and for the page."""

import re
from collections.abc import Callable, Iterator

from snapnames.cli.age import age
from snapnames.cli.ledger.plan import SHOWN, Plan, PlanRow
from snapnames.cli.ledger.prices import Sizes
from snapnames.rules.letting_go import UNSEEN

Amount = Callable[[Sizes], str]
"""GiB, and money if a price is known."""

WHAT = "what"
_COLUMNS = ("saves at most", WHAT, "region", "service", "age", "last launch", "owner")
_REGION = _COLUMNS.index("region")

NOT_READ = f"not read: {UNSEEN}. An image that these launched since --older-than is kept by its last launch"
"""What no check sees. It stands beside every row that can go."""

BOUND = "every amount is an upper bound: EC2 bills only the blocks that no other snapshot has"
_READS = re.compile(r" \([^)]*\)")
HEADLINE = "what can be let go"


def heading(plan: Plan, amount: Amount) -> str:
    """What the plan saves, and what it keeps in any case."""
    limits = plan.limits
    kept = f"older than {limits.older_than.days} days, and not one of the {limits.keep} newest images of a service"
    rows = counted(len(plan.rows), "row")
    return f"{HEADLINE}: {rows}, at most {amount(plan.sizes)} ({kept})"


def columns(*, several: bool) -> tuple[str, ...]:
    """The columns of the plan. `several`: whether it is of several regions."""
    return _COLUMNS if several else _without_region(_COLUMNS)


def cells(plan: Plan, row: PlanRow, amount: Amount, *, several: bool) -> tuple[str, ...]:
    """One cell for each of `columns`."""
    one = row.candidate
    launched = one.image.launched if one.image else None
    found = (
        amount({one.region: one.size}),
        what(row),
        one.region,
        one.service,
        age(plan.limits.now - one.made),
        f"{launched:%Y-%m-%d}" if launched else "none known" if one.image else "-",
        row.owner or "-",
    )
    return found if several else _without_region(found)


def _without_region(texts: tuple[str, ...]) -> tuple[str, ...]:
    return (*texts[:_REGION], *texts[_REGION + 1 :])


def what(row: PlanRow) -> str:
    """The image with its snapshots, or the snapshot."""
    one = row.candidate
    if one.image is None:
        snapshot = one.snapshots[0]
        return f"{one.found_id} of {snapshot.image_id}, which is gone ({one.volume}: {snapshot.volume_id or '-'})"
    snapshots = counted(len(one.snapshots), "snapshot")
    stay = f", {len(one.others)} more stay" if one.others else ""
    return f"{one.found_id} {one.name}, {snapshots}{stay}"


def why_safe(plan: Plan, *, reads: bool = True) -> list[str]:
    """Why the rows are safe. Every row has passed all checks for its kind. `reads`: whether to name the reads."""
    lines = []
    for gone, label in ((False, "each image"), (True, "each snapshot whose image is gone")):
        passed = [row.verdict.passed for row in plan.rows if (row.candidate.image is None) == gone]
        if passed:
            found = "; ".join(passed[0])
            lines.append(f"{label} in this plan passed these checks: {found if reads else _READS.sub('', found)}")
    return lines


def rest(plan: Plan, amount: Amount, *, several: bool) -> Iterator[str]:
    """What is not in the plan, and why."""
    for row in plan.held[:SHOWN]:
        where = f" in {row.candidate.region}" if several else ""
        yield f"keep {what(row)}{where}: {'; '.join(row.verdict.reasons)}"
    if len(plan.held) > SHOWN:
        yield f"and {len(plan.held) - SHOWN} more to keep: --json and --html list all"
    if plan.unread:
        yield (
            f"not checked yet: {counted(len(plan.unread), 'row')} more, at most {amount(plan.unread_sizes)}; "
            "`--all` reads each of them"
        )
    if plan.kept:
        counts = ", ".join(f"{count} {check}" for check, count in plan.kept.most_common())
        yield f"kept by the first check that each did not pass: {counts}"


def services(plan: Plan, amount: Amount) -> str:
    """What each service saves; empty if the plan has not two."""
    if len(plan.services) < 2:
        return ""
    parts = (f"{name} {counted(rows, 'row')}, {amount(sizes)}" for name, (rows, sizes) in plan.services.items())
    return f"by service: {'; '.join(parts)}"


def counted(count: int, noun: str) -> str:
    """So many of it, in words: `1 row`, `2 rows`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
