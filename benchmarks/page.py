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

After this page you know how much time and how many API calls snapnames takes, compared with the plain engine, with
EC2's limits and with other tools.

`python -m benchmarks --page` makes this page from the results in `benchmarks/results/`. `make bench` measures again and
takes some 50 minutes. `make bench-full` also measures the larger sizes.

Everything runs on one machine: the Pulumi engine, the aws plugin and the local AWS. The local AWS answers in
milliseconds. So the seconds on this page are the time of snapnames, Pulumi and the machine. The section on EC2's bucket
shows what EC2's limits add. There the local AWS sits behind a proxy with exactly these limits.

How to read the figures:

- Each figure is the median of its rounds. The worst round follows in parentheses.
- Two things that are compared take turns within each round, in a random order that the seed fixes. A ratio compares two
  runs of the same round.
- Processor time is the time that a command and everything that it started used, without the local AWS. On a busy
  machine it varies less than the seconds.
- Runs that give names write no checkpoints of the state, as `snapnames name-owned` does, unless the text says
  otherwise.
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
