"""`summary.json`, a row for each fault, and docs/reliability.md, which is made of it."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypedDict

from tests.program import ROOT

from .results import Result, read

MOMENTS = 200
"""Kills at moments by chance that the whole campaign has."""

SEEDS = 1000
"""Schedules of faults that it has."""

FILE = Path(__file__).with_name("summary.json")
PAGE = ROOT / "docs" / "reliability.md"
_HEAD = f"""# Reliability

After this page you know which faults snapnames survives. Each was tried on the real engine, the real AWS provider and
the local AWS. `make test-full` makes this page of `tests/campaign/summary.json`; nothing here is written by hand. A
line for each try is in `.dev/campaign` of the folder that tried it. A try that was done again counts once, as it went
the last time. Where that folder is a new one, a fault that is tried there counts from the beginning.

A kill, or a write that is lost, is survived when `snapnames recover --orphans` and the same update again, neither with
a question, bring the stack to its declared state. Seen from outside, with boto3: no image twice or missing, no snapshot
without its image, every name right, one group, on the right image, and a preview without changes. Names that are given
under faults are survived when each one is right or the update failed and named it, and the next update gives them all.
A test survives as its name promises. Lost is everything else. Beside each killed `pulumi`, a try keeps the record of
the lock that a `snapnames` command keeps. Without it, after a plain `pulumi destroy`, the command is `recover --orphans
--unlock`.

The whole campaign is a kill at each AWS call of a release's life (build, the next release, prune, destroy, with a
launch configuration and with a template), before and after it; each write of it lost in four ways; {MOMENTS} kills at
moments by chance; and {SEEDS:,} schedules of faults by chance. The phases `rollout`, `rollback` and `drop` are those of
a fleet that replaces its two instances. There the instances have to run the live release too, after one instance
refresh for each move. Releases with copies in two other regions have a kill at each CopyImage, before and after it, and
each CopyImage lost in four ways; there all three regions have to be right. When a copy fails, or a region refuses every
call, two updates have to fail and name the region, all other regions have to be right after them, and every region when
the trouble is over. The campaign goes on where it was stopped: what is not counted below was not tried yet.

| fault | tried | survived | lost | tries | met |
|---|---|---|---|---|---|
"""


class Row(TypedDict):
    """What came of one fault."""

    tried: int
    survived: int
    tries: list[str]
    """Which they were."""

    met: list[str]
    """What they met, with how often."""

    lost: list[str]
    """What was wrong after those that were not survived."""


def write_page() -> None:
    """Take what was tried into the summary, and make the page anew."""
    rows = with_results(json.loads(FILE.read_text(encoding="utf-8")), read())
    FILE.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(page(rows), encoding="utf-8")


def with_results(rows: Mapping[str, Row], results: Iterable[Result]) -> dict[str, Row]:
    """The summary with a new row for each fault that was tried, with the last try of each point."""
    tried: dict[str, dict[str, Result]] = {}
    for result in results:
        tried.setdefault(result.fault, {})[result.point] = result
    anew = {fault: _row(list(last.values())) for fault, last in tried.items()}
    return dict(sorted({**rows, **anew}.items()))


def page(rows: Mapping[str, Row]) -> str:
    """The page."""
    table = "".join(_line(fault, row) for fault, row in rows.items())
    lost = [f"- {fault}, {what}\n" for fault, row in rows.items() for what in row["lost"]]
    return _HEAD + table + "".join(["\n## Lost\n\n", *lost] if lost else [])


def _line(fault: str, row: Row) -> str:
    cells = (row["tried"], row["survived"], row["tried"] - row["survived"], ", ".join(row["tries"]))
    return f"| {fault} | {' | '.join(map(str, cells))} | {', '.join(row['met'])} |\n"


def _row(tried: list[Result]) -> Row:
    lost = [f"{result.point} {result.at}: {'; '.join(result.lost)[:300]}" for result in tried if result.lost]
    met = Counter(result.at for result in tried if result.at)
    suffered = sum(result.suffered for result in tried)
    calls = [f"{suffered:,} calls"] if suffered > len(tried) else []
    return {
        "tried": len(tried),
        "survived": len(tried) - len(lost),
        "tries": _points([result.point for result in tried]),
        "met": [*(f"{at} {count}" for at, count in sorted(met.items())), *calls],
        "lost": lost,
    }


def _points(points: list[str]) -> list[str]:
    """Seeds as ranges, places of a campaign by phase, and tests by name.

    >>> _points(["seed 2", "seed 1", "seed 7"])
    ['seeds 1 to 2, 7']
    """
    if points[0].startswith("seed "):
        return ["seeds " + _ranges(sorted(int(point.removeprefix("seed ")) for point in points))]
    if "/" in points[0]:
        phases = Counter("/".join(point.split("/")[:2]) for point in points)
        return [f"{phase} {count}" for phase, count in sorted(phases.items())]
    return [f"`{point}`" for point in sorted(points)]


def _ranges(numbers: list[int]) -> str:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(f"{first} to {last}" if first < last else f"{first}" for first, last in runs)
