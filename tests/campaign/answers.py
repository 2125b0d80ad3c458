"""A write whose request or whose answer is lost on the way, while everything else goes on."""

from dataclasses import dataclass
from pathlib import Path

from snapnames.testing.localaws.server import LocalAws

from dev.engine import Engine
from tests.faults import Drop, Fail, Fate, is_write

from .results import Result
from .stage import ROLLING, Phase, Stage, staged

FATES: dict[str, Fate] = {
    "503 before EC2 acts": Fail(),
    "503 after EC2 acted": Fail(after=True),
    "connection dropped before EC2 acts": Drop(),
    "connection dropped after EC2 acted": Drop(after=True),
}


@dataclass(frozen=True)
class Lost:
    """At the n-th write of a phase, counted from 1."""

    phase: Phase
    launch: str
    write: int
    fate: str

    @property
    def fault(self) -> str:
        """The row that it counts for."""
        return f"{self.fate}, at a write{' of a rollout' if self.phase in ROLLING else ''}"

    def __str__(self) -> str:
        return f"{self.phase}/{self.launch}/{self.write}"

    def attempt(self, folder: Path, aws: LocalAws, engine: Engine) -> Result:
        """Let it happen once; what the update then says is its own business, what the two commands leave is not."""
        with staged(folder, aws, engine, self.phase, self.launch, Stage) as (stage, proxy):
            proxy.schedule.at(is_write, self.write, FATES[self.fate])
            mark = proxy.mark()
            done = stage.stack.pulumi(*stage.command, code=None)
            met = [call.name for call in proxy.writes(mark)][self.write - 1 : self.write]
            proxy.schedule.clear()
            at = f"{met[0] if met else ''}{' (the update failed)' if done.code else ''}"
            return Result(self.fault, str(self), at, stage.brought_back())
