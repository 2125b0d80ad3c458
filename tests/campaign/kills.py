"""A kill of everything in the middle of an update, then the two commands that have to bring all back."""

import random
import subprocess
from dataclasses import dataclass
from pathlib import Path

from snapnames.testing.localaws.server import LocalAws

from dev.engine import Engine
from tests.faults import FaultProxy, Hold
from tests.faults.schedule import Which
from tests.program import kill_all

from .phases import undisturbed
from .results import Result
from .stage import LAUNCHES, PHASES, Phase, Stage, staged

AT_A_CALL = "kill -9 of everything at an AWS call: {}"
AT_ANY_MOMENT = "kill -9 of everything at a moment by chance"


@dataclass(frozen=True)
class AtCall:
    """At the n-th call of a phase, counted from 1, before AWS sees it or before its answer comes back."""

    phase: Phase
    launch: str
    call: int
    after: bool

    @property
    def fault(self) -> str:
        """The row that it counts for."""
        return AT_A_CALL.format(self.phase)

    def __str__(self) -> str:
        return f"{self.phase}/{self.launch}/{self.call}/{'after' if self.after else 'before'}"

    def attempt(self, folder: Path, aws: LocalAws, engine: Engine) -> Result:
        """Kill, and bring back."""
        with staged(folder, aws, engine, self.phase, self.launch, Stage) as (stage, proxy):
            at = killed_at(stage, proxy, lambda _: True, self.call, after=self.after)
            return Result(self.fault, str(self), at, stage.brought_back())


@dataclass(frozen=True)
class AtNamed:
    """The same, at the first call of a name: where the calls beside it come in no fixed order."""

    phase: Phase
    launch: str
    name: str
    after: bool

    @property
    def fault(self) -> str:
        """The row that it would count for."""
        return AT_A_CALL.format(self.phase)

    def __str__(self) -> str:
        return f"{self.phase}/{self.launch}/{self.name}/{'after' if self.after else 'before'}"

    def attempt(self, folder: Path, aws: LocalAws, engine: Engine) -> Result:
        """Kill, and bring back."""
        with staged(folder, aws, engine, self.phase, self.launch, Stage) as (stage, proxy):
            at = killed_at(stage, proxy, self.name, 1, after=self.after)
            lost = [] if at == self.name else [f"no call {self.name} was met"]
            return Result(self.fault, str(self), at, lost + stage.brought_back())


@dataclass(frozen=True)
class AtMoment:
    """A moment of a phase that a seed chooses; how far the update is by then differs a little from run to run."""

    seed: int
    fault = AT_ANY_MOMENT

    def __str__(self) -> str:
        return f"seed {self.seed}"

    def attempt(self, folder: Path, aws: LocalAws, engine: Engine) -> Result:
        """Kill, and bring back."""
        chance = random.Random(self.seed)  # noqa: S311 -- to be done again, not to be secret
        phase, launch, share = chance.choice(PHASES), chance.choice(LAUNCHES), chance.random()
        seconds = share * undisturbed(folder.parent, aws, engine, phase, launch).seconds
        with staged(folder, aws, engine, phase, launch, Stage) as (stage, proxy):
            with stage.stack.start(*stage.command) as process:
                try:
                    process.communicate(timeout=seconds)
                except subprocess.TimeoutExpired:
                    kill_all(process)
                    process.communicate()
            proxy.settle()
            return Result(self.fault, str(self), phase, stage.brought_back())


def killed_at(stage: Stage, proxy: FaultProxy, which: Which, nth: int, *, after: bool) -> str:
    """The name of the call at which the update of the stage was killed; empty if it ended before."""
    proxy.schedule.at(which, nth, Hold(after=after))
    with stage.stack.start(*stage.command) as process:
        at = _kill_when_held(process, proxy)
    proxy.schedule.clear()
    if at:
        proxy.release()
        proxy.settle()
    return at


def _kill_when_held(process: subprocess.Popen[str], proxy: FaultProxy) -> str:
    """The name of the call at which it was killed; empty if the update ended before it."""
    while process.poll() is None:
        try:
            at = proxy.held(timeout=0.2)[0].name
        except TimeoutError:
            continue
        kill_all(process)
        process.communicate()
        return at
    return ""
