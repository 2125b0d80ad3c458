"""Run what was not run yet, or was lost; every try is kept at once, so that it can be stopped and started again."""

import argparse
import tempfile
import time
from pathlib import Path

from snapnames.testing.localaws.server import LocalAws

import dev.engine as engines

from .results import add, read
from .summary import write_page
from .tries import KINDS


def main() -> None:
    """Parse, then run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", choices=KINDS, action="append", help="default: all")
    parser.add_argument("--part", type=int, nargs=2, default=(0, 1), metavar=("K", "N"), help="every N-th try, from K")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin none after that long")
    options = parser.parse_args()
    try:
        _run(options)
    finally:
        write_page()


def _run(options: argparse.Namespace) -> None:
    ends = time.monotonic() + 60 * options.minutes
    part, parts = options.part
    done = {(result.fault, result.point) for result in read() if not result.lost}
    engine = engines.ensure()
    with LocalAws() as aws, tempfile.TemporaryDirectory() as folder:
        tries = (one for kind in options.kind or KINDS for one in KINDS[kind](Path(folder), aws, engine))
        for number, one in enumerate(tries):
            if number % parts != part or (one.fault, str(one)) in done:
                continue
            if time.monotonic() > ends:
                return
            result = one.attempt(Path(folder) / str(number), aws, engine)
            add(result)
            print(f"{result.fault}, {result.point}: {'; '.join(result.lost) or 'survived'}", flush=True)


if __name__ == "__main__":
    main()
