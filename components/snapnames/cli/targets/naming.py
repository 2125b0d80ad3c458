"""`snapnames name-owned --targets`: gives the names of many accounts and regions, with a stack for each of them."""

import gc
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from pulumi.automation.errors import CommandError as PulumiError
from rich.console import Console

from snapnames.aws.targets import TargetSessions
from snapnames.cli.commands.name_owned import Given
from snapnames.cli.display import Display
from snapnames.cli.errors import CommandError, Exit, UsageError
from snapnames.cli.stack.automation import on_stop
from snapnames.cli.stack.engine_text import said
from snapnames.cli.stack.new_stack import create_stack
from snapnames.cli.stack.open_stack import MissingStackError, OpenStack
from snapnames.cli.stack.own_program import in_folder_of, own_program
from snapnames.cli.stack.project import Project
from snapnames.cli.stack.running import run_stoppable
from snapnames.cli.stack.stack_file import StackFile
from snapnames.cli.stack.steps import Steps, changes
from snapnames.cli.stack.target_file import write_target_file
from snapnames.cli.targets.listed import open_list
from snapnames.cli.targets.turns import Outcome, Turns
from snapnames.printable import printable_lines
from snapnames.rules.targets import Share, Target

AT_ONCE_PER_CPU = 2
"""A target uses a processor for some second, and waits about as long for AWS."""

_BETWEEN_COLLECTIONS = 16
"""So many targets leave behind less garbage than one pulumi takes."""

_NOT_ASKED = "aws:skipRequestingAccountId"
_OWNED = {"snapnames:ownedImages": "true"}


def default_at_once() -> int:
    """How many targets the machine carries at a time."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return AT_ONCE_PER_CPU * cores


@dataclass(frozen=True)
class Asked:
    """The options beside the file of targets."""

    shard: str | None = None
    max_concurrent: int | None = None
    failure_tolerance: int | None = None
    region_order: str | None = None
    secrets_provider: str | None = None
    preview: bool = False

    @property
    def turns(self) -> Turns:
        """Which target comes when."""
        order = tuple(filter(None, (self.region_order or "").replace(" ", "").split(",")))
        return Turns(self.max_concurrent or default_at_once(), self.failure_tolerance, order)


def name_targets(folder: Path, path: Path, asked: Asked, *, as_json: bool) -> Exit:
    """Name the targets of the file. Prints a line for each on stdout as soon as it has ended, and all else on stderr.

    Gives the exit code. Raises `CommandError` if the file or the project can't be worked with.
    """
    display = Display(Console(stderr=True))
    path = path.resolve()
    listed = open_list(path, asked.shard, display)

    def ended(outcome: Outcome) -> None:
        line = json.dumps(line_of(outcome, listed.share)) if as_json else printable_lines(sentence(outcome))
        print(line, flush=True)

    _check_account_is_asked(listed.targets)
    _check_regions(asked.turns.region_order, listed.sessions)
    naming = NamingOfTargets(folder.resolve(), asked, listed.sessions, display)
    found = naming.run(listed.targets, ended)
    display.say(f"[{display.elapsed}] {summed(found, preview=asked.preview)}")
    if naming.stopped:
        return Exit.INTERRUPTED
    return Exit.FAILED if any(one.error for one in found) else Exit.DONE


def _check_account_is_asked(targets: Sequence[Target]) -> None:
    """Raise `UsageError` if the provider would refuse each account, because it doesn't ask which one it is in."""
    if any(one.config.get(_NOT_ASKED) == "true" for one in targets):
        raise UsageError(
            f"the list sets {_NOT_ASKED}, and then the provider knows no account that it could compare with "
            "aws:allowedAccountIds, which each stack has: remove the key from the list"
        )


def _check_regions(regions: Sequence[str], sessions: TargetSessions) -> None:
    """Raise `UsageError` for a region that there is not. That no target of a shard is in it is no fault."""
    for region in regions:
        if not sessions.knows(region):
            raise UsageError(
                f"--region-order has {region!r}, and boto3 knows no region of this name: correct it, or if the region "
                "is new, install a newer boto3"
            )


class NamingOfTargets:
    """Names the targets of one list, or of a shard of it."""

    def __init__(self, folder: Path, asked: Asked, sessions: TargetSessions, display: Display) -> None:
        """Work in the project of the folder. Raises `UsageError` if there is none."""
        self._project = Project.find(folder)
        self._asked, self._sessions, self._display = asked, sessions, display
        self._running: set[OpenStack] = set()
        self._stops = 0
        self._ended = 0
        self._lock = Lock()

    def run(self, targets: Sequence[Target], ended: Callable[[Outcome], None]) -> list[Outcome]:
        """Name the targets. `ended` is told each outcome as soon as it is known."""
        here = own_program(self._project.folder, "")
        with (
            in_folder_of(here),
            on_stop(self._stop),
            self._display.counting(len(targets), "targets") as count,
        ):

            def told(outcome: Outcome) -> None:
                ended(outcome)
                if outcome.tried:
                    count()
                self._ended += 1
                if self._ended % _BETWEEN_COLLECTIONS == 0:
                    gc.collect()

            return self._asked.turns.run(targets, self._named, stopped=lambda: bool(self._stops), ended=told)

    @property
    def stopped(self) -> bool:
        """Whether ^C has asked to stop."""
        return bool(self._stops)

    def _stop(self) -> None:
        """Begin no other target, and stop those that are begun. The second time, these stop at once."""
        self._stops += 1
        if self._stops == 1:
            self._display.say("stopping when the names that are begun are given; ^C again stops at once")
        for stack in self._running:
            with suppress(KeyboardInterrupt):  # it is between two runs of pulumi, and begins no other
                stack.interrupt()

    def _named(self, target: Target) -> dict[str, Any]:
        """Name one target. Gives the facts of it. Raises `CommandError` or `InputError`."""
        began = time.monotonic()
        self._sessions.reach(target)  # a role that can't be assumed costs no run of pulumi
        stack = OpenStack(self._project.folder, target.name, reads_config=False)
        if not stack.config_path.exists():
            self._make(target)
        file = write_target_file(stack.config_path, {**_OWNED, **target.stack_config})
        with self._stoppable(stack):
            try:
                facts = self._run(stack, file)
            except MissingStackError:  # the file is there, e.g. of another backend
                self._make(target)
                facts = self._run(stack, StackFile.read(stack.config_path))
        return {**facts, "seconds": round(time.monotonic() - began, 1)}

    def _run(self, stack: OpenStack, file: StackFile) -> dict[str, Any]:
        """Run pulumi once. Gives the facts."""
        program = own_program(stack.project.folder, file.text)
        steps = Steps(cancelled=program.stop if program else lambda: None)
        given: dict[str, Any] = {}
        if self._asked.preview:
            run_stoppable(stack, lambda: stack.preview_names(file.text, steps.on_event, program), steps)
        else:
            outputs = run_stoppable(stack, lambda: stack.up_names(file.text, steps.on_event, program), steps)
            given = Given.of(outputs)._asdict()
        return {**given, "changes": sum(changes(steps.seen).values())}

    def _make(self, target: Target) -> None:
        try:
            create_stack(self._project.folder, target.name, self._asked.secrets_provider)
        except PulumiError as error:
            raise CommandError(f"the stack {target.name} can't be made: {said(error)}") from error

    @contextmanager
    def _stoppable(self, stack: OpenStack) -> Iterator[None]:
        with self._lock:
            self._running = {*self._running, stack}
        try:
            if self._stops:
                raise CommandError("stopped", Exit.INTERRUPTED)
            yield
        finally:
            with self._lock:
                self._running = self._running - {stack}


def line_of(outcome: Outcome, share: Share) -> dict[str, Any]:
    """The outcome as a line of JSON."""
    facts = {"stack": outcome.target.name, **outcome.facts} if outcome.tried else {}
    return share.line(outcome.target, outcome.error, **facts)


def sentence(outcome: Outcome) -> str:
    """The outcome for people."""
    if outcome.error:
        return f"{outcome.target.place}: {'failed: ' if outcome.tried else ''}{' '.join(outcome.error.split())}"
    facts = outcome.facts
    if "names" not in facts:
        return f"{outcome.target.place}: to do: {facts['changes']} tags"
    given = Given(*(facts[key] for key in Given._fields))
    return f"{outcome.target.place}: {given}; {facts['changes']} tags changed"


def summed(found: Sequence[Outcome], *, preview: bool) -> str:
    """How many are done, for the last line.

    >>> summed([Outcome(Target("111122223333", "eu-west-1"))], preview=False)
    '1 target: 1 done, 0 failed, 0 not tried'
    """
    done = sum(not one.error for one in found)
    failed = sum(bool(one.error) and one.tried for one in found)
    left = len(found) - done - failed
    said = f"{done} {'previewed' if preview else 'done'}, {failed} failed, {left} not tried"
    return f"{len(found)} target{'s' * (len(found) != 1)}: {said}"
