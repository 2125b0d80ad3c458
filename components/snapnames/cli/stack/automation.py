"""Runs the Pulumi CLI for the Automation API, like plain `pulumi`, and so that ^C reaches it exactly once."""

import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from types import FrameType
from typing import TYPE_CHECKING

from pulumi.automation import (
    CommandResult,
    LocalWorkspace,
    OnOutput,
    OutputMap,
    PulumiCommand,
    Stack,
    UpdateSummary,
)
from pulumi.automation import Workspace as PulumiWorkspace
from pulumi.automation.errors import create_command_error
from semver import VersionInfo

from snapnames.own_updates import remember

if TYPE_CHECKING:
    from pathlib import Path

OLDEST = VersionInfo(3, 230, 0)
"""The oldest pulumi that the command works with."""

_NO_NEWS = {"PULUMI_SKIP_UPDATE_CHECK": "true"}
_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def on_stop(stop: Callable[[], None]) -> Iterator[None]:
    """While this lasts, each signal that asks the command to stop calls `stop`."""

    def stopping(_number: int, _frame: FrameType | None) -> None:
        stop()

    before = {number: signal.signal(number, stopping) for number in _STOPPING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Interruptible(PulumiCommand):
    """Runs pulumi in a process group of its own, and passes on the signals that ask it to stop.

    In the terminal's process group, pulumi would get each ^C twice. A second ^C makes pulumi stop without waiting for
    EC2.
    """

    version = OLDEST
    """Of which each pulumi is that the command works with. To ask the one on PATH takes an eighth of a second."""

    def __init__(self) -> None:  # the base would ask pulumi for its version
        """Find pulumi on PATH. Raises `FileNotFoundError`."""
        if shutil.which("pulumi") is None:
            raise FileNotFoundError("pulumi")
        self.command = "pulumi"
        self.stopped = False
        """Whether a signal asked to stop."""
        self._process: subprocess.Popen[str] | None = None
        self._records: list[Path] = []
        """Of the process that runs: at most one."""

    @contextmanager
    def stoppable(self, say: Callable[[], None]) -> Iterator[None]:
        """While this lasts, a first signal lets pulumi finish its steps and stop. A second signal stops it at once.

        If pulumi does not run, the first signal calls `say`, and the second one raises `KeyboardInterrupt`.
        """

        def stop() -> None:
            if not self.interrupt():
                say()

        with on_stop(stop):
            yield

    def interrupt(self) -> bool:
        """Ask the pulumi that runs to stop; whether there is one. Raises `KeyboardInterrupt` if it was asked before."""
        first, self.stopped = not self.stopped, True
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            return True
        if not first:
            raise KeyboardInterrupt
        return False

    def too_old(self) -> str:
        """The version of the pulumi on PATH, if it is older than the command works with; empty otherwise."""
        said = subprocess.run(  # noqa: S603 -- pulumi, of PATH
            [self.command, "version"], capture_output=True, text=True, check=False, env={**os.environ, **_NO_NEWS}
        ).stdout.strip()
        try:
            return said if VersionInfo.parse(said.removeprefix("v")) < self.version else ""
        except ValueError:
            return ""  # one that was built from its sources may say anything

    def remember(self, stack: str, held_at: float) -> None:
        """Keep a record that the pulumi which runs held the lock of the stack then. The first call of a run counts.

        Where no record can be kept, `recover` may ask for `--unlock` after a kill.
        """
        if self._process and self._process.returncode is None and not self._records:
            with suppress(OSError):
                path = remember(self._process.pid, stack, held_at)
                self._records = [path] if path else []

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: OnOutput | None = None,
        on_error: OnOutput | None = None,
    ) -> CommandResult:
        """Run one command to its end. Raises the Automation API's `CommandError` if it fails."""
        with subprocess.Popen(  # noqa: S603 -- pulumi, by the Automation API's own arguments
            [self.command, "--non-interactive", *args],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=cwd,
            env={**os.environ, **additional_env, "PULUMI_AUTOMATION_API": "true"},
            encoding="utf-8",
            process_group=0,
        ) as process:
            self._process, self._records = process, []
            errors: list[str] = []
            reader = threading.Thread(target=_collect, args=(process.stderr, on_error, errors))
            reader.start()
            output: list[str] = []
            _collect(process.stdout, on_output, output)
            reader.join()
        if process.returncode >= 0:  # it has ended by itself, and has let go of its lock
            with suppress(OSError):
                for path in self._records:
                    path.unlink()
        result = CommandResult(stdout="\n".join(output), stderr="\n".join(errors), code=process.returncode)
        if result.code:
            raise create_command_error(result)
        return result


def _collect(stream: Iterator[str] | None, callback: OnOutput | None, lines: list[str]) -> None:
    for line in stream or ():
        lines.append(line.rstrip())
        if callback:
            callback(lines[-1])


class Workspace(LocalWorkspace):
    """The project's folder. As with plain `pulumi`, `--stack` does not change which stack is selected."""

    def select_stack(self, stack_name: str) -> None:
        """Select nothing and run nothing. The first command fails if the stack does not exist."""


class BareStack(Stack):
    """A stack that runs pulumi once for each update.

    The Automation API itself would also read the outputs (twice) and the history after each update. Each of these reads
    takes a third of a second.
    """

    @classmethod
    def select(cls, stack_name: str, workspace: PulumiWorkspace) -> "BareStack":
        """Take the stack, and run nothing. `Stack.select` gives a plain stack, whatever class it is asked of."""
        stack = cls.__new__(cls)
        stack.name, stack.workspace = stack_name, workspace
        return stack

    def outputs(self) -> OutputMap:
        """None."""
        return {}

    def info(self, show_secrets: bool = True) -> UpdateSummary:  # noqa: ARG002, FBT001, FBT002 -- the base has it so
        """Say only that the update has succeeded. A failure is raised before anybody asks."""
        return UpdateSummary("update", datetime.now(UTC), "", {}, {}, "succeeded")
