"""Stacks that several tests begin with: made once in a process, and put back for each test with their account.

Put back in milliseconds what takes seconds to make. Tests that share a stack belong to one `xdist_group`, so that one
process has them all.
"""

import shutil
from collections.abc import Callable
from copy import copy, deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from snapnames.testing.localaws.server import LocalAws

from dev.engine import Engine

from .account import launch
from .program import Program

AnyProgram = TypeVar("AnyProgram", bound=Program)


@dataclass(frozen=True)
class _Kept:
    """A stack as it was when it was ready. The local AWS has saved its account under that name."""

    stack: Program
    files: Path
    account: str


def web(folder: Path, aws: LocalAws, engine: Engine, *releases: str, endpoint: str = "") -> Program:
    """A stack of the service `web` without a fleet: an update has built each of these releases, the oldest first."""
    config = {"service": "web", "source": launch(aws.client("ec2")), "releases": []}
    stack = Program(folder, aws, engine, config, endpoint=endpoint)
    for release in releases:
        stack.config["releases"] = [release, *stack.config["releases"]]
        stack.up("--skip-preview")
    return stack


class Prepared:
    """The stacks of this process that are ready, by name."""

    def __init__(self, aws: LocalAws, folder: Callable[[], Path]) -> None:
        """`folder` makes an empty folder that is there as long as the process."""
        self._aws, self._folder = aws, folder
        self._kept: dict[str, _Kept] = {}

    def stack(self, name: str, make: Callable[[Path], AnyProgram]) -> AnyProgram:
        """The stack of this name, in an account with nothing else. The settings of the local AWS are the default.

        `make` gets a folder. The first time, it makes the stack there, in an empty account, and brings it to where
        the tests begin. From then on the folder, the account, the config and the variables are put back as they were.
        """
        self._aws.reset()
        if name not in self._kept:
            self._kept[name] = self._made(make(self._folder() / "stack"))
        kept = self._kept[name]
        self._aws.reset()
        self._aws.restore(kept.account)
        shutil.rmtree(kept.stack.folder)
        shutil.copytree(kept.files, kept.stack.folder)
        stack = copy(kept.stack)
        stack.config, stack.environment = deepcopy(stack.config), dict(stack.environment)
        return stack  # type: ignore[return-value] # a name has one kind of stacks

    def _made(self, stack: Program) -> _Kept:
        files = self._folder() / "files"
        shutil.copytree(stack.folder, files)
        account = f"prepared-{len(self._kept)}"
        self._aws.save(account)
        return _Kept(stack, files, account)
