"""What was tried and what came of it, a line each, and the page that is made of it."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.program import ROOT

FILE = Path(__file__).with_name("results.jsonl")
PAGE = ROOT / "docs" / "reliability.md"
_HEAD = """# Reliability

What snapnames survives, as it was tried on the real engine, the real AWS provider and the local AWS. Made by `python -m
tests.campaign` out of `tests/campaign/results.jsonl`, which has a line for each try; nothing here is written by hand.

Survived: after the fault, `snapnames recover --orphans` and the same update again (for names: the same update alone)
bring the stack to its declared state, seen from outside: no image twice or missing, no snapshot without its image,
every name right, the group on the right image, and a preview without changes. Lost: anything else.

| fault | tried | survived | lost | which |
|---|---|---|---|---|
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
    """Keep one more, and write the page anew."""
    with FILE.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(result)) + "\n")
    PAGE.write_text(page(read()), encoding="utf-8")


def page(results: Iterable[Result]) -> str:
    """The page, with the last try of each point."""
    rows: dict[str, dict[str, Result]] = defaultdict(dict)
    for result in results:
        rows[result.fault][result.point] = result
    return _HEAD + "".join(_row(fault, list(tried.values())) for fault, tried in sorted(rows.items()))


def _row(fault: str, tried: list[Result]) -> str:
    lost = [result for result in tried if result.lost]
    met = sorted({result.at for result in tried if result.at})
    points = ", ".join(result.point for result in lost) or ", ".join(met)
    return f"| {fault} | {len(tried)} | {len(tried) - len(lost)} | {len(lost)} | {points} |\n"
