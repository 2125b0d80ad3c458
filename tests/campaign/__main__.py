"""Run what was not run yet; every try is kept at once, so that it can be stopped and started at any time."""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import engine as engines
from engine import Engine
from localaws.server import LocalAws

from .kills import LAUNCHES, PHASES, Kill, calls_of, kill
from .results import Result, add, read
from .schedules import endure

_Try = tuple[str, str, Callable[[Path, LocalAws, Engine], Result]]
"""Fault, point, and how to try it."""


def main() -> None:
    """Parse, then run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--launch", choices=LAUNCHES, action="append", help="default: both")
    parser.add_argument("--schedules", type=int, default=1000, help="how many seeds, from 0 on")
    parser.add_argument("--part", type=int, nargs=2, default=(0, 1), metavar=("K", "N"), help="every N-th try, from K")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin none after that long")
    options = parser.parse_args()
    ends = time.monotonic() + 60 * options.minutes
    part, parts = options.part
    done = {(result.fault, result.point) for result in read()}
    engine = engines.ensure()
    with LocalAws() as aws, tempfile.TemporaryDirectory() as folder:
        tries = [*_kills(Path(folder), aws, engine, options.launch or LAUNCHES), *_schedules(options.schedules)]
        for number, (fault, point, attempt) in enumerate(tries):
            if number % parts != part or (fault, point) in done:
                continue
            if time.monotonic() > ends:
                return
            result = attempt(Path(folder) / str(number), aws, engine)
            add(result)
            print(f"{fault} {point}: {'; '.join(result.lost) or 'survived'}", flush=True)


def _kills(folder: Path, aws: LocalAws, engine: Engine, launches: Iterable[str]) -> Iterator[_Try]:
    for kind in launches:
        for phase in PHASES:
            for call in range(1, calls_of(folder / f"{kind}-{phase}", aws, engine, phase, kind) + 1):
                for after in (False, True):
                    where = Kill(phase, kind, call, after)
                    yield f"killed at a call of {phase}", str(where), _killing(where)


def _killing(where: Kill) -> Callable[[Path, LocalAws, Engine], Result]:
    def attempt(folder: Path, aws: LocalAws, engine: Engine) -> Result:
        killed = kill(folder, aws, engine, where)
        return Result(f"killed at a call of {where.phase}", str(where), killed.at, killed.faults)

    return attempt


def _schedules(count: int) -> Iterator[_Try]:
    for seed in range(count):
        yield "calls that fail, drop and wait by chance", f"seed {seed}", _enduring(seed)


def _enduring(seed: int) -> Callable[[Path, LocalAws, Engine], Result]:
    def attempt(folder: Path, aws: LocalAws, engine: Engine) -> Result:
        endured = endure(folder, aws, engine, seed)
        return Result("calls that fail, drop and wait by chance", f"seed {seed}", "", endured.faults)

    return attempt


if __name__ == "__main__":
    main()
