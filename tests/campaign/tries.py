"""Every try that there is."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from snapnames.testing.localaws.server import LocalAws

from dev.engine import Engine

from .answers import FATES, Lost
from .copies import COPIES_MADE, COPY_PHASES, TROUBLES, KilledCopy, LostCopy, TroubledRegion
from .kills import AtCall, AtMoment
from .phases import undisturbed
from .results import Result
from .schedules import ByChance
from .stage import LAUNCHES, PHASES, ROLLING
from .summary import MOMENTS, SEEDS


class Try(Protocol):
    """A fault, where it happens, and how to find out what comes of it."""

    @property
    def fault(self) -> str:
        """The row that it counts for."""

    def attempt(self, folder: Path, aws: LocalAws, engine: Engine) -> Result:
        """Do it, in an account with nothing in it."""


def calls(folder: Path, aws: LocalAws, engine: Engine) -> Iterator[Try]:
    """A kill at each call of a release's life, before it and after it."""
    for launch in LAUNCHES:
        for phase in (*PHASES, *ROLLING):
            for call in range(1, undisturbed(folder, aws, engine, phase, launch).calls + 1):
                yield from (AtCall(phase, launch, call, after) for after in (False, True))


def answers(folder: Path, aws: LocalAws, engine: Engine) -> Iterator[Try]:
    """A write that is lost on the way there or back, at each write of a release's life."""
    for launch in LAUNCHES:
        for phase in (*PHASES, *ROLLING):
            for write in range(1, undisturbed(folder, aws, engine, phase, launch).writes + 1):
                yield from (Lost(phase, launch, write, fate) for fate in FATES)


def copies(_folder: Path, _aws: LocalAws, _engine: Engine) -> Iterator[Try]:
    """A kill at each CopyImage, a CopyImage that is lost on the way, and a region in trouble."""
    for phase in COPY_PHASES:
        for copy in range(1, COPIES_MADE[phase] + 1):
            yield from (KilledCopy(phase, copy, after) for after in (False, True))
            yield from (LostCopy(phase, copy, fate) for fate in FATES)
        yield from (TroubledRegion(phase, trouble) for trouble in TROUBLES)


def moments(_folder: Path, _aws: LocalAws, _engine: Engine) -> Iterator[Try]:
    """A kill at any moment."""
    return (AtMoment(seed) for seed in range(MOMENTS))


def schedules(_folder: Path, _aws: LocalAws, _engine: Engine) -> Iterator[Try]:
    """Faults by chance while names are given."""
    return (ByChance(seed) for seed in range(SEEDS))


KINDS: dict[str, Callable[[Path, LocalAws, Engine], Iterator[Try]]] = {
    "calls": calls,
    "answers": answers,
    "copies": copies,
    "moments": moments,
    "schedules": schedules,
}
