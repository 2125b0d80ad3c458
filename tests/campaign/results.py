"""What was tried and what came of it, a line for each try. Git does not have it: the summary is made of it."""

import json
from dataclasses import asdict, dataclass

from tests.program import ROOT

FILE = ROOT / ".dev" / "campaign" / "results.jsonl"


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
    FILE.parent.mkdir(parents=True, exist_ok=True)
    with FILE.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(result)) + "\n")
