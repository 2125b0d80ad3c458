"""The program of this repository as a stack of its own."""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
from snapnames.own_updates import remember
from snapnames.testing import program
from snapnames.testing.localaws.server import LocalAws
from snapnames.testing.program import STACK, Done, Ran

from dev.engine import Engine

from .faults import Call, FaultProxy
from .pythons import PYTHON_COMMAND, answering, client, ready, with_python

__all__ = ["ROOT", "STACK", "STACK_TAG", "Done", "Program", "Ran", "kill_all", "killed_at_a_held_call"]

ROOT = Path(__file__).resolve().parent.parent
LATE_COLLECTOR = {"GOGC": "off", "GOMEMLIMIT": "512MiB"}
"""The engine's processes end soon, so their garbage collector begins only when they are large."""

STACK_TAG = f"organization/snapnames/{STACK}"


class Program(program.Program):
    """A stack of the program in this repository, or of another one in `main`.

    `endpoint` is what stands before the local AWS, if anything does.
    """

    def __init__(
        self,
        folder: Path,
        aws: LocalAws,
        engine: Engine,
        config: Mapping[str, Any],
        main: Path = ROOT,
        *,
        endpoint: str = "",
        stack: str = STACK,
        backend: str = "",
    ) -> None:
        """Make the project's folder and its stack."""
        self.aws = aws
        super().__init__(
            folder,
            main,
            config,
            endpoint=endpoint or aws.url,
            engine=engine,
            project="snapnames",
            stack=stack,
            backend=backend,
        )
        self.environment.update(LATE_COLLECTOR, **{PYTHON_COMMAND: answering()})

    def start(
        self, *arguments: str, environment: Mapping[str, str] | None = None, recorded: bool = True
    ) -> subprocess.Popen[str]:
        """Start a pulumi command, and keep the record that a command of snapnames keeps of it, so that a kill is known.

        Without `recorded`, nothing but the program that it runs keeps one.
        """
        process = super().start(*arguments, environment=environment)
        if recorded:
            remember(process.pid, f"{self.project}/{self.stack}", time.time() + 60, self.environment)
        return process

    def pulumi(self, *arguments: str, code: int | None = 0, environment: Mapping[str, str] | None = None) -> Done:
        """As it is without tests, but for the Python: see `tests/pythons.py`."""
        quick = {PYTHON_COMMAND: ready()} if self._quick else {}
        return super().pulumi(*arguments, code=code, environment={**quick, **(environment or {})})

    def snapnames(self, *arguments: str, code: int | None = 0) -> Ran:
        """The same for the `snapnames` command."""
        if not self._quick:
            with self._as_users_have_it(answering()):
                return super().snapnames(*arguments, code=code)
        self._write_config()
        command = Path(sys.executable).with_name("snapnames")
        with self._as_users_have_it(ready()):
            done = subprocess.run(
                [*client(), command, *arguments, *self.stack_options],
                cwd=self.folder,
                env={**self.environment, "TERM": "xterm-256color"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
        ran = Ran(done.returncode, done.stdout, done.stderr)
        assert code in (None, ran.code), f"snapnames {' '.join(arguments)}: {ran.code}\n{ran.out}{ran.err}"
        return ran

    def command(self, *arguments: str, terminal: int | None = None) -> subprocess.Popen[str]:
        """Start the `snapnames` command, as users do."""
        with self._as_users_have_it(answering()):
            return super().command(*arguments, terminal=terminal)

    @property
    def _quick(self) -> bool:
        """Whether nothing says what Python has to import first."""
        return "PYTHONPATH" not in self.environment

    @contextmanager
    def _as_users_have_it(self, python: str) -> Iterator[None]:
        """Let the command see no Python but its own, and let the pulumi that it runs take this one.

        The command runs snapnames' own program in its process only if pulumi would run it with the same Python.
        """
        kept = self.environment
        self.environment = {key: value for key, value in kept.items() if key != PYTHON_COMMAND}
        self.environment["PATH"] = with_python(kept["PATH"], python)
        try:
            yield
        finally:
            self.environment = kept


def kill_all(process: subprocess.Popen[str]) -> None:
    """Kill a process and all that it started, at once, and wait until none of them has a connection any more."""
    root = psutil.Process(process.pid)
    descendants = root.children(recursive=True)
    for one in (root, *descendants):
        with suppress(psutil.NoSuchProcess):  # a short-lived one, such as the language host's pip
            one.kill()
    process.wait()
    psutil.wait_procs(descendants)


def killed_at_a_held_call(stack: Program, proxy: FaultProxy, *arguments: str, recorded: bool = True) -> Call:
    """Start a pulumi command, kill it and all that it started while a call of it is held, and let the call go on.

    Gives the call. Which call is held is in the proxy's schedule. `recorded`: as `Program.start` has it.
    """
    with stack.start(*arguments, recorded=recorded) as process:
        [held] = proxy.held()
        kill_all(process)
        process.communicate()
    proxy.release()
    proxy.settle()
    return held
