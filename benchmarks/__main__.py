"""`python -m benchmarks`: measure, keep the results, write the summary and the page."""

import argparse
import shlex
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from . import (
    bucket,
    calls,
    growth,
    ledger,
    naming_targets,
    others,
    overhead,
    page,
    peer,
    regions,
    start_up,
    summary,
    where,
)
from .machine import described
from .measuring import SEED
from .scale import BENCH, FULL, TRY, Scale
from .stage import written

QUESTIONS: dict[str, Callable[[Scale], dict[str, Any]]] = {
    "calls": calls.measure,
    "start_up": start_up.measure,
    "overhead": overhead.measure,
    "growth": growth.measure,
    "bucket": bucket.measure,
    "others": others.measure,
    "peer": peer.measure,
    "targets": naming_targets.measure,
    "regions": regions.measure,
    "ledger": ledger.measure,
    "where": where.measure,
}


def main() -> None:
    """Answer each question, and keep each answer as soon as it is there."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    scales = {"bench": BENCH, "full": FULL, "try": TRY}
    parser.add_argument(
        "--scale", choices=scales, default="bench", help="minutes; an hour or two; nothing that is kept"
    )
    parser.add_argument("--only", nargs="+", choices=QUESTIONS, metavar="QUESTION")
    parser.add_argument("--page", action="store_true", help="measure nothing, write the page from the summary")
    parser.add_argument("--rounds", type=int, help="fewer rounds than the scale has, or more")
    chosen = parser.parse_args()
    # A shell's background job ignores it, and what it starts does: pulumi then waits five seconds for each plugin.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    scale = scales[chosen.scale]
    command = scale.command
    if chosen.rounds:
        kinds = ("rounds", "target_rounds", "region_rounds", "ledger_rounds")
        scale = replace(scale, **dict.fromkeys(kinds, chosen.rounds))
        command = shlex.join(["python", "-m", "benchmarks", *sys.argv[1:]])
    wanted = chosen.only or [question for question in QUESTIONS if question != "peer" or scale.name == FULL.name]
    for question in () if chosen.page else wanted:
        print(f"{question} ...", flush=True)
        machine, began = described(), time.monotonic()
        answer = QUESTIONS[question](scale)
        seconds = round(time.monotonic() - began)
        rounds = answer.pop("rounds", scale.rounds)
        run = {"command": command, "seed": SEED, "rounds": rounds, "took_seconds": seconds, **machine}
        kept = {"run": run, "result": answer}
        written(summary.RAW / scale.name / f"{question}.json", kept)
        if scale.name != TRY.name:
            summary.keep(question, scale.name, kept)
        print(f"{question}: {seconds} s", flush=True)
    if scale.name != TRY.name:
        page.write()
        print(f"written: {page.PAGE.relative_to(page.PAGE.parents[1])}")


if __name__ == "__main__":
    main()
