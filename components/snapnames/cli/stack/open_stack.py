"""A stack of the project, as plain `pulumi` sees it: its config, its previews and its updates."""

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from pulumi.automation.errors import CommandError as PulumiError
from pulumi.automation.errors import ConcurrentUpdateError, StackNotFoundError
from pulumi.automation.events import EngineEvent

from snapnames.cli.errors import CommandError, UsageError
from snapnames.cli.stack import torn_state
from snapnames.cli.stack.automation import BareStack, Interruptible, Workspace
from snapnames.cli.stack.engine_text import said
from snapnames.cli.stack.last_event import StackOutputs
from snapnames.cli.stack.locks import Holder, alone, holders, removed
from snapnames.cli.stack.own_program import OwnProgram
from snapnames.cli.stack.project import NoStackError, Project
from snapnames.cli.state.earlier import earlier_images
from snapnames.rules.naming import DEFAULT_PATTERN
from snapnames.rules.resource_types import OWNED_IMAGES_URNS, root_urn
from snapnames.rules.services import namespace_of
from snapnames.rules.state_writes import NO_CHECKPOINTS

T = TypeVar("T")
OnEvent = Callable[[EngineEvent], None]
State = Mapping[str, Any]
"""An exported state: its `deployment` has `resources` and `pending_operations`."""

_FILE_BACKENDS = ("file", "s3", "gs", "azblob")
"""The schemes of backends without organizations. A program there gets the organization `organization`."""


class MissingStackError(UsageError):
    """The backend has no stack of that name."""


class OpenStack:
    """One stack. Every update and preview takes the text of the config with which it runs."""

    def __init__(self, folder: Path, name: str | None, *, reads_config: bool = True) -> None:
        """Choose the stack of that name, or the selected one. Raises `UsageError` if there is none.

        Without `reads_config` the config is read when it is first asked for, and whether there is such a stack shows
        when it is first used.
        """
        self.project = Project.find(folder)
        try:
            self._pulumi = Interruptible()
        except FileNotFoundError as error:
            raise UsageError("there is no `pulumi` on PATH; the command runs it: install it, or set PATH") from error
        self.unlocks = False
        """Whether a person has said that no holder of the lock runs any more. It holds for the first lock that is met.
        """
        self.service = ""
        """The service of a program of one's own whose config is under its own name; empty for snapnames' own program.
        """
        self._released: list[Holder] = []
        """The holders of that lock."""
        self._workspace = Workspace(work_dir=str(self.project.folder), pulumi_command=self._pulumi)
        self.name = name or self._selected()
        self._stack = BareStack.select(self.name, self._workspace)
        self._config = self._read_config() if reads_config else None

    @property
    def config(self) -> Mapping[str, str]:
        """Key to decrypted value, from the config file and the stack's environments. Raises `UsageError`."""
        if self._config is None:
            self._config = self._read_config()
        return self._config

    def _read_config(self) -> Mapping[str, str]:
        try:
            values = self._untorn(self._stack.get_all_config)
        except StackNotFoundError as error:
            raise self._missing from error
        except PulumiError as error:
            raise UsageError(f"the config of stack {self.name!r} can't be read: {said(error)}") from error
        return {key: value.value for key, value in values.items()}

    @property
    def _missing(self) -> MissingStackError:
        return MissingStackError(
            f"there is no stack {self.name!r}; the command works with one that exists: run `pulumi stack ls`, or "
            "`pulumi stack init`"
        )

    def _untorn(self, run: Callable[[], T]) -> T:
        """Call `run`, and once more if it met a state that was half written, and that state could be mended."""
        try:
            return run()
        except PulumiError as error:
            if torn_state.SYMPTOM not in str(error):
                raise
            backend = torn_state.folder_of(self._workspace.who_am_i().url or "", self.project.folder)
            if not backend or not torn_state.mend(backend, self.name.split("/")[-1]):
                raise
            return run()

    def _selected(self) -> str:
        try:
            found = self._workspace.stack()
        except PulumiError as error:
            raise UsageError(f"the stacks can't be listed: {said(error)}") from error
        if found is None:
            raise NoStackError(
                "no stack is selected; the command works with one: give --stack, or run `pulumi stack select`"
            )
        return found.name

    @property
    def config_path(self) -> Path:
        """The stack's config file."""
        name = f"Pulumi.{self.name.split('/')[-1]}"
        yml = self.project.stack_folder / f"{name}.yml"
        return yml if yml.exists() else self.project.stack_folder / f"{name}.yaml"

    @cached_property
    def tag(self) -> str:
        """The value of the tag `snapnames:stack` on the stack's images: `<organization>/<project>/<stack>`.

        Pulumi leaves out the user's default organization in the names that it shows and takes. So if neither the name
        nor the backend tells the organization, this asks pulumi. Raises `CommandError`.
        """
        *given, short = self.name.split("/")
        if given:
            return f"{given[0]}/{self.project.name}/{short}"
        if os.environ.get("PULUMI_BACKEND_URL", "").partition("://")[0] in _FILE_BACKENDS:
            return f"organization/{self.project.name}/{short}"
        try:
            return self._pulumi_says("stack", "--show-name", "--fully-qualify-stack-names").strip()
        except PulumiError as error:
            raise CommandError(f"the organization of stack {self.name!r} can't be read: {said(error)}") from error

    @property
    def stopped(self) -> bool:
        """Whether ^C has asked to stop."""
        return self._pulumi.stopped

    def stoppable(self, say: Callable[[], None]) -> AbstractContextManager[None]:
        """While this lasts, ^C lets an update finish the steps that it has begun. The first ^C calls `say`."""
        return self._pulumi.stoppable(say)

    def interrupt(self) -> None:
        """Ask an update to finish the steps that it has begun, and to stop. Asked again, it stops at once."""
        self._pulumi.interrupt()

    def preview(self, config: str, on_event: OnEvent, *, refresh: bool, program: OwnProgram | None = None) -> None:
        """`pulumi preview` with that config. Raises `CommandError`.

        `program`: what Pulumi runs in place of the project's program.
        """
        self._run(
            lambda path: self._stack.preview(config_file=path, on_event=on_event, refresh=refresh, program=program),
            config,
            program,
        )

    def preview_names(self, config: str, on_event: OnEvent, program: OwnProgram | None = None) -> None:
        """`pulumi preview` of the owned images alone. `program`: what Pulumi runs in place of the project's program."""
        self._run(
            lambda path: self._stack.preview(
                config_file=path, on_event=on_event, target=[OWNED_IMAGES_URNS], program=program
            ),
            config,
            program,
        )

    def up_names(self, config: str, on_event: OnEvent, program: OwnProgram | None = None) -> Mapping[str, Any]:
        """`pulumi up` of only the owned images, without checkpoints. If one name fails, the others are still given.

        Gives the stack's outputs. A kill loses what the state would have of this run. This is safe because the update
        has only Tags, and the next run reads from the account which of them were given. It is one run of pulumi, which
        tells the outputs as its last event.
        """
        outputs = StackOutputs(self._remembered(on_event))
        self._workspace.env_vars = NO_CHECKPOINTS
        try:
            self._run(
                lambda path: self._stack.up(
                    config_file=path,
                    on_event=outputs.on_event,
                    target=[OWNED_IMAGES_URNS],
                    continue_on_error=True,
                    suppress_outputs=True,
                    program=program,
                ),
                config,
                program,
            )
        finally:
            self._workspace.env_vars = {}
        told = outputs.told()
        return told if told is not None else json.loads(self._pulumi_says("stack", "output", "--json"))

    def up(self, config: str, on_event: OnEvent, *, refresh: bool) -> None:
        """`pulumi up` with that config, without a preview. Raises `CommandError`."""
        noted = self._remembered(on_event)
        self._run(lambda path: self._stack.up(config_file=path, on_event=noted, refresh=refresh), config)

    def up_root(self, config: str) -> None:
        """`pulumi up` of only the stack itself and its provider, without the resources in it. Raises `CommandError`."""
        root = root_urn(self.project.name, self.name.split("/")[-1])
        noted = self._remembered(lambda _: None)
        self._run(lambda path: self._stack.up(config_file=path, on_event=noted, target=[root]), config)

    def state(self) -> State:
        """The state, as the engine exports it. Secrets stay encrypted. Raises `CommandError`."""
        with tempfile.TemporaryDirectory(prefix="snapnames-") as folder:
            path = Path(folder) / "state.json"
            try:
                self._pulumi_says("stack", "export", "--file", str(path))
            except PulumiError as error:
                raise CommandError(f"the state of stack {self.name!r} can't be read: {said(error)}") from error
            found: State = json.loads(path.read_text(encoding="utf-8"))
            return found

    def plain_state(self) -> State:
        """The state with its secrets decrypted, in memory alone. Raises `CommandError`."""
        try:
            found: State = json.loads(self._pulumi_says("stack", "export", "--show-secrets"))
        except PulumiError as error:
            raise CommandError(f"the state of stack {self.name!r} can't be decrypted: {said(error)}") from error
        return found

    @property
    def name_pattern(self) -> str:
        """The pattern by which the stack names snapshots."""
        return self.config.get(f"{namespace_of(self.service)}namePattern", DEFAULT_PATTERN)

    def earlier_images(self) -> Mapping[str, str]:
        """Image id to name, for the images of earlier states. Empty if the backend is not a folder."""
        backend = torn_state.folder_of(self._workspace.who_am_i().url or "", self.project.folder)
        return earlier_images(backend, self.project.name, self.name.split("/")[-1]) if backend else {}

    def replace_state(self, state: State) -> None:
        """Import a state that was exported and repaired. Raises `CommandError`, also if another update runs."""
        with tempfile.TemporaryDirectory(prefix="snapnames-") as folder:
            path = Path(folder) / "state.json"
            path.write_text(json.dumps(state), encoding="utf-8")
            try:
                self._unlocked(lambda: self._pulumi_says("stack", "import", "--file", str(path)))
            except PulumiError as error:
                raise CommandError(f"the state of stack {self.name!r} can't be mended: {said(error)}") from error

    def refresh(self, config: str, on_event: OnEvent, urns: list[str]) -> None:
        """`pulumi refresh` of these resources alone. Raises `CommandError`."""
        noted = self._remembered(on_event)
        self._run(lambda path: self._stack.refresh(config_file=path, on_event=noted, target=urns), config)

    def _remembered(self, on_event: OnEvent) -> OnEvent:
        """The same, and a record of the pulumi that runs. The first event shows that it holds the lock."""

        def told(event: EngineEvent) -> None:
            self._pulumi.remember(f"{self.project.name}/{self.name.split('/')[-1]}", event.timestamp)
            on_event(event)

        return told

    def _pulumi_says(self, *arguments: str) -> str:
        return self._pulumi.run([*arguments, "--stack", self.name], str(self.project.folder), {}).stdout

    def _unlocked(self, run: Callable[[], T]) -> T:
        """Call `run` and give its result. If a process that is gone holds the stack's lock, remove the lock and retry.

        Raises `CommandError` for any other lock.
        """
        try:
            return run()
        except ConcurrentUpdateError as error:
            if removed(self._dead(error)):
                return run()
        with alone(f"{self.project.name}-{self.name.split('/')[-1]}"):
            try:
                return run()  # another command may have cancelled since, and an update may have begun
            except ConcurrentUpdateError as error:
                self._dead(error)
            self._pulumi_says("cancel", "--yes")
            return run()

    def _dead(self, error: ConcurrentUpdateError) -> list[Holder]:
        """The holders of the lock, if all of them are gone. Raises `CommandError` otherwise."""
        found = holders(str(error))
        if self.unlocks and not self._released:
            self._released = found
        if not found or not all(holder in self._released or holder.gone for holder in found):
            who = "; ".join(map(str, found)) or "another update"
            raise CommandError(
                f"stack {self.name!r} is locked by {who}: wait for it, or, when nothing runs any more, run "
                f"`{'snapnames recover --unlock' if found else 'pulumi cancel'}`, and the same command again"
                + "".join(f". {holder.known.removesuffix('.')}" for holder in found)
            ) from error
        return found

    def _run(self, run: Callable[[str], T], config: str, program: OwnProgram | None = None) -> T:
        with tempfile.TemporaryDirectory(prefix="snapnames-") as folder:
            path = Path(folder) / self.config_path.name
            path.write_bytes(config.encode())
            try:
                return self._untorn(lambda: self._unlocked(lambda: run(str(path))))
            except StackNotFoundError as error:
                raise self._missing from error
            except PulumiError as error:
                if old := self._pulumi.too_old():
                    raise UsageError(
                        f"pulumi on PATH is {old}; the command works with {self._pulumi.version} or later: update it"
                    ) from error
                raise CommandError(said(error)) from error
            finally:
                if program:
                    program.stop()  # pulumi may have ended before it
