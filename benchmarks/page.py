"""`docs/benchmarks.md`, made of the summary: no figure in it is typed by hand."""

from collections.abc import Iterator
from typing import Any

from tests.program import ROOT

from . import sections, summary
from .scale import BENCH, FULL

PAGE = ROOT / "docs" / "benchmarks.md"

_HEAD = """# What it costs

After this page you know what snapnames adds to the time and the API calls of a deployment, and how it scales.

Made by `python -m benchmarks --page` of `benchmarks/summary.json`; `make bench` measures again, in minutes, and
`make bench-full` to the end. Both leave the value of every round in `.dev/bench`. Everything runs on one machine: the
Pulumi engine, the aws plugin and the local AWS, which answers in milliseconds. So seconds say what snapnames, Pulumi
and the machine take; what EC2 adds is in the part about its token bucket, which is exact.

Each figure is the median of its rounds, with the worst behind it. Things that are compared run in turns within each
round, in an order that is drawn from the seed; a ratio is of two runs of one round. Processor time is what a command
and all that it started used, without the local AWS; on a busy machine it is the steadier of the two. Naming runs are
without checkpoints of the state, as `snapnames name-owned` does it, unless they say otherwise.
"""


def write() -> None:
    """Write the page."""
    PAGE.write_text(text(summary.read()), encoding="utf-8")


def text(found: summary.Summary) -> str:
    """The page."""
    return "\n".join([_HEAD, *_parts(found)]).rstrip() + "\n"


def _parts(found: summary.Summary) -> Iterator[str]:
    for question, section in sections.SECTIONS.items():
        answers = [found[question][scale.name] for scale in (BENCH, FULL) if scale.name in found.get(question, {})]
        if answers:
            yield f"## {section.title}\n\n{section.asks}\n"
        for answer in answers:
            yield from section.shown(answer["result"])
            yield _stands_for(answer["run"])


def _stands_for(run: dict[str, Any]) -> str:
    rounds = f"{run['rounds']} round{'s' if run['rounds'] > 1 else ''}"
    versions = ", ".join(f"{name} {version}" for name, version in run["versions"].items())
    return (
        f"<sub>`{run['command']}` on {run['date']} at {run['commit']}: {rounds}, seed {run['seed']}, "
        f"{run['took_seconds']} s; {run['processor']}, {run['cores']} cores, {run['memory_gib']} GiB, {run['system']}, "
        f"load {run['load_before']} before; {versions}</sub>\n"
    )
