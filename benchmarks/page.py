"""`docs/benchmarks.md`, made of the results: nothing in it is typed by hand."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.program import ROOT

from . import sections
from .scale import BENCH, FULL

RESULTS = ROOT / "benchmarks" / "results"
PAGE = ROOT / "docs" / "benchmarks.md"
CHARTS = ROOT / "docs" / "benchmarks"

_HEAD = """# What it costs

Made by `python -m benchmarks --page` of the results in `benchmarks/results/`; `make bench` measures again, in minutes,
`make bench-full` to the end. Everything runs on one machine: the Pulumi engine, the aws plugin and the local AWS, which
answers in milliseconds. So seconds say what snapnames, Pulumi and the machine take; what EC2 adds is in the part about
its token bucket, which is exact.

Each figure is the median of its rounds, with the worst behind it. Things that are compared run in turns within each
round, in an order that is drawn from the seed; a ratio is of two runs of one round. Processor time is what a command
and all that it started used, without the local AWS; on a busy machine it is the steadier of the two. Naming runs are
without checkpoints of the state, as `snapnames name-owned` does it, unless they say otherwise.
"""


def write() -> None:
    """Write the page and its charts."""
    PAGE.write_text(text(CHARTS), encoding="utf-8")


def text(charts: Path) -> str:
    """The page; draws its charts into the folder `charts`."""
    return "\n".join([_HEAD, *_parts(charts)]).rstrip() + "\n"


def _parts(charts: Path) -> Iterator[str]:
    for question, section in sections.SECTIONS.items():
        found = {scale.name: RESULTS / scale.name / f"{question}.json" for scale in (BENCH, FULL)}
        if any(path.exists() for path in found.values()):
            yield f"## {section.title}\n\n{section.asks}\n"
        for name, path in found.items():
            if path.exists():
                answer: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
                chart = charts / f"{question}-{name}.svg"
                yield from section.shown(answer["result"], chart)
                if chart.exists():
                    yield f"![{section.title}](benchmarks/{chart.name})\n"
                yield _stands_for(answer["run"])


def _stands_for(run: dict[str, Any]) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in run["versions"].items())
    return (
        f"<sub>`{run['command']}` on {run['date']} at {run['commit']}: {run['rounds']} rounds, seed {run['seed']}, "
        f"{run['took_seconds']} s; {run['processor']}, {run['cores']} cores, {run['memory_gib']} GiB, {run['system']}, "
        f"load {run['load_before']} before; {versions}</sub>\n"
    )
