"""What was tried and what came of it, a line each, and the page that is made of it."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.program import ROOT

MOMENTS = 200
"""Kills at moments by chance that the whole campaign has."""

SEEDS = 1000
"""Schedules of faults that it has."""

FILE = Path(__file__).with_name("results.jsonl")
PAGE = ROOT / "docs" / "reliability.md"
_HEAD = f"""# Reliability

After this page you know which faults snapnames survives, and how this was tried. Every try ran on the real engine, with
the real AWS provider, against the local AWS.

`make test-full` makes this page from `tests/campaign/results.jsonl`, which has one line for each try. Nothing here is
written by hand. If a try was repeated, only its last result counts.

What "survived" means depends on the kind of try:

- **A kill, or a write that is lost.** Two commands, which ask no question, must bring the stack to its declared state:
  `snapnames recover --orphans`, and then the same update again. boto3 checks the result from outside. No image exists
  twice or is missing. No snapshot is left without its image. Every name is right. There is one group, and it has the
  right image. A preview shows no changes.
- **Names that are given under faults.** Each name is right, or the update failed and its error says which name is
  missing. The next update gives all names.
- **A test.** The test passes. Its name says what it promises.

Everything else counts as lost.

The whole campaign has four parts:

- A kill at each AWS call of a release's life, once before the call and once after it. The life is: build, the next
  release, prune, destroy, with a launch configuration and with a launch template.
- Each write of this life is lost in four ways.
- {MOMENTS} kills at random moments.
- {SEEDS:,} random schedules of faults.

If the campaign is stopped, the next run goes on from there. So what the table does not count was not tried yet.

| fault | tried | survived | lost | tries | met |
|---|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Result:
    """One try."""

    fault: str
    """The row of the table."""

    point: str
    """Which try it was: with it the same one can be done again."""

    at: str
    """What it met."""

    lost: list[str]
    """What was wrong afterwards."""

    suffered: int = 1
    """How many calls, or updates, met the fault."""


def read() -> list[Result]:
    """All so far."""
    if not FILE.exists():
        return []
    return [Result(**json.loads(line)) for line in FILE.read_text(encoding="utf-8").splitlines()]


def add(result: Result) -> None:
    """Keep one more. Several processes may do so at once."""
    with FILE.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(result)) + "\n")


def write_page() -> None:
    """Make the page anew."""
    PAGE.write_text(page(read()), encoding="utf-8")


def page(results: Iterable[Result]) -> str:
    """The page, with the last try of each point."""
    rows: dict[str, dict[str, Result]] = defaultdict(dict)
    for result in results:
        rows[result.fault][result.point] = result
    table = "".join(_row(fault, list(tried.values())) for fault, tried in sorted(rows.items()))
    lost = [result for tried in rows.values() for result in tried.values() if result.lost]
    return _HEAD + table + "".join(["\n## Lost\n\n", *map(_loss, lost)] if lost else [])


def _row(fault: str, tried: list[Result]) -> str:
    lost = sum(bool(result.lost) for result in tried)
    met = Counter(result.at for result in tried if result.at)
    calls = ", ".join(f"{at} {count}" for at, count in sorted(met.items()))
    suffered = sum(result.suffered for result in tried)
    seen = [calls] if calls else []
    seen += [f"{suffered:,} calls"] if suffered > len(tried) else []
    return f"| {fault} | {len(tried)} | {len(tried) - lost} | {lost} | {_points(tried)} | {', '.join(seen)} |\n"


def _points(tried: list[Result]) -> str:
    """Seeds as ranges, places of a campaign by phase, and tests by name."""
    points = [result.point for result in tried]
    if points[0].startswith("seed "):
        return "seeds " + _ranges(sorted(int(point.removeprefix("seed ")) for point in points))
    if "/" in points[0]:
        phases = Counter("/".join(point.split("/")[:2]) for point in points)
        return ", ".join(f"{phase} {count}" for phase, count in sorted(phases.items()))
    return ", ".join(f"`{point}`" for point in sorted(points))


def _ranges(numbers: list[int]) -> str:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(f"{first} to {last}" if first < last else f"{first}" for first, last in runs)


def _loss(result: Result) -> str:
    return f"- {result.fault}, {result.point} {result.at}: {'; '.join(result.lost)[:300]}\n"
