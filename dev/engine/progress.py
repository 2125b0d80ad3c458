"""Commands that take long: what they do, how far they are, how long they usually take."""

import asyncio
import os
import shlex
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from snapnames.testing.engine import EngineError

SECONDS_BETWEEN_LINES = 15
SECONDS_WORTH_A_LINE = 5
SECONDS_TO_END = 5
LINES_OF_AN_ERROR = 25
LONGEST_LINE = 1 << 20


def child_environment() -> dict[str, str]:
    """The user's environment for a command that makes an engine: it has no business with AWS, or with another platform.

    A go.work in a folder above would replace the modules that are pinned here. Without cgo no C compiler is needed.
    """
    foreign = {"GOOS", "GOARCH"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_") and name not in foreign}
    return kept | {"PULUMI_SKIP_UPDATE_CHECK": "true", "GOWORK": "off", "CGO_ENABLED": "0"}


@dataclass
class Step:
    """One command's progress; `counts` tells which lines of its error output are one thing done each."""

    doing: str
    usual_seconds: int
    things: str = ""
    total: int = 0
    counts: Callable[[str], bool] = lambda _line: False
    done: int = 0
    started: float = field(default_factory=time.monotonic)

    def __str__(self) -> str:
        """E.g. `building the aws plugin: 412 of at most 1111 packages, 45 s of about 200 s`."""
        of_total = f" of at most {self.total}" if self.total else ""
        so_far = f"{self.done}{of_total} {self.things}, " if self.things else ""
        return f"{self.doing}: {so_far}{self.seconds} s of about {self.usual_seconds} s"

    @property
    def seconds(self) -> int:
        """Since the start."""
        return round(time.monotonic() - self.started)


class Progress:
    """Lines on a stream; on a terminal, one line that is written over every second."""

    def __init__(self, stream: TextIO) -> None:
        """Nothing is written before the first step."""
        self._stream = stream
        self._terminal = stream.isatty()
        self._steps: list[Step] = []

    def say(self, line: str) -> None:
        """Write a line that stays."""
        self._stream.write(f"\r\033[K{line}\n" if self._terminal else f"{line}\n")
        self._stream.flush()

    async def watch(self) -> None:
        """Show the steps under way, until cancelled."""
        while True:
            await asyncio.sleep(1 if self._terminal else SECONDS_BETWEEN_LINES)
            line = "; ".join(str(step) for step in self._steps)
            if line and self._terminal:
                columns = os.get_terminal_size(self._stream.fileno()).columns
                self._stream.write(f"\r\033[K{line[: columns - 1]}")
                self._stream.flush()
            elif line:
                self.say(line)

    async def run(
        self, step: Step, command: Sequence[str], folder: Path, extra: Mapping[str, str] | None = None
    ) -> str:
        """Run a command as a step and return its output; ending early, for whatever reason, ends the command."""
        with self._shown(step):
            try:
                process = await asyncio.create_subprocess_exec(
                    *command,
                    cwd=folder,
                    env=child_environment() | dict(extra or {}),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.PIPE,
                    limit=LONGEST_LINE,
                    start_new_session=True,
                )
            except OSError as error:
                raise EngineError(f"{step.doing}: {command[0]} does not start: {error}") from error
            try:
                output, errors = await _read(process, step)
            finally:
                if process.returncode is None:
                    await _end(process)
            if process.returncode:
                raise EngineError(
                    f"{step.doing} failed: `{shlex.join(command)}` ended with {process.returncode}:\n{errors}"
                )
        return output

    @contextmanager
    def _shown(self, step: Step) -> Iterator[None]:
        if step.usual_seconds < SECONDS_WORTH_A_LINE:
            yield
            return
        self.say(f"{step.doing} (usually takes about {step.usual_seconds} s)")
        self._steps.append(step)
        try:
            yield
        finally:
            self._steps.remove(step)
        self.say(f"{step.doing}: done in {step.seconds} s")


async def _end(process: asyncio.subprocess.Process) -> None:
    """End a command and all that it started. Interrupted, go removes its work folder; it just dies of a SIGTERM."""
    os.killpg(process.pid, signal.SIGINT)
    try:
        await asyncio.wait_for(process.wait(), SECONDS_TO_END)
    except TimeoutError:
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def _read(process: asyncio.subprocess.Process, step: Step) -> tuple[str, str]:
    """The command's output, and the last lines of its error output."""
    stdout, stderr = process.stdout, process.stderr
    if stdout is None or stderr is None:
        raise AssertionError("the process has no pipes")
    last: list[str] = []

    async def count() -> None:
        async for raw in stderr:
            line = raw.decode(errors="replace").rstrip()
            step.done += step.counts(line)
            last[:] = [*last, line][-LINES_OF_AN_ERROR:]

    output, _ = await asyncio.gather(stdout.read(), count())
    await process.wait()
    return output.decode(errors="replace"), "\n".join(last)
