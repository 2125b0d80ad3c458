"""What a phase does when nothing happens to it."""

import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from snapnames.testing.localaws.server import LocalAws

from dev.engine import Engine

from .stage import Phase, Stage, staged


@dataclass(frozen=True)
class Undisturbed:
    """How much there is to disturb."""

    calls: int
    writes: int
    seconds: float


@cache
def undisturbed(folder: Path, aws: LocalAws, engine: Engine, phase: Phase, kind: str) -> Undisturbed:
    """Run the phase once, and count."""
    with staged(folder / f"undisturbed-{phase}-{kind}", aws, engine, phase, kind, Stage) as (stage, proxy):
        mark, begun = proxy.mark(), time.monotonic()
        stage.stack.pulumi(*stage.command)
        seconds = time.monotonic() - begun
        return Undisturbed(len(proxy.calls(mark)), len(proxy.writes(mark)), seconds)
