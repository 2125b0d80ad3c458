"""One command's work on one stack: its reads, its updates, and the config that it writes if they succeed."""

from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager, ExitStack, closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar

from snapnames.cli.account import Account, aws_session
from snapnames.cli.commands.services import chosen_service, listed_of_others
from snapnames.cli.commands.standing import Standing
from snapnames.cli.copy_progress import CopyProgress, reader
from snapnames.cli.display import Display
from snapnames.cli.errors import CommandError
from snapnames.cli.recovery.left import declared_names, delete_left
from snapnames.cli.recovery.made import Made
from snapnames.cli.recovery.recovery import Recovery
from snapnames.cli.recovery.unreadable import refuse_unreadable
from snapnames.cli.stack.keys import Keys
from snapnames.cli.stack.open_stack import OnEvent, OpenStack
from snapnames.cli.stack.own_program import in_folder_of, own_program
from snapnames.cli.stack.release_list import Releases
from snapnames.cli.stack.running import run_stoppable
from snapnames.cli.stack.stack_file import StackFile
from snapnames.cli.stack.steps import COPY, IMAGE, Step, Steps, summary
from snapnames.cli.state.exported import Exported
from snapnames.config.settings import IN_USE, forced_checks
from snapnames.config.values import ConfigValues
from snapnames.rules.history import history_output
from snapnames.rules.images import SERVICE_TAG, Image, ImageWithSnapshots
from snapnames.rules.releases import image_name, release_of
from snapnames.rules.services import namespace_of
from snapnames.rules.taken_in import TakenIn

T = TypeVar("T")


class _Command(Protocol):
    def __call__(self, config: str, on_event: OnEvent, *, refresh: bool) -> None: ...


@dataclass
class Session:
    """A stack that a command has opened."""

    stack: OpenStack
    account: Account
    file: StackFile
    service: str
    display: Display
    others: Mapping[str, Collection[str]] = field(default_factory=dict)
    """The other services of the program, and the releases that the config lists of each."""

    kept: list[str] = field(default_factory=list)
    """Releases that the file does not list, and that the updates of this command keep."""

    @classmethod
    def open(cls, folder: Path, stack_name: str | None, display: Display, service: str | None = None) -> "Session":
        """Read config and account. Raises `UsageError` for a stack that the command can't work with.

        `service`: the one to work on, in a program that has several.
        """
        stack = OpenStack(folder, stack_name)
        config = stack.config
        name, namespaced = chosen_service(config, service, stack.config_path.name)
        display.service = stack.service = name if namespaced else ""
        file = StackFile.read(stack.config_path, Keys.of(stack.service))
        file.check(config, stack.project.name)
        account = Account(aws_session(config), stack.tag)
        return cls(stack, account, file, name, display, listed_of_others(config, stack.service))

    def image_name(self, release: str) -> str:
        """The name of the image of a release."""
        return image_name(self.service, release)

    def images(self) -> dict[str, ImageWithSnapshots]:
        """Release to image, of all that this stack has of the service in the account."""
        found = self.account.images()
        return self._by_release({name: one for name, one in found.items() if self._is_own(one.image)})

    def built(self) -> dict[str, Image]:
        """Release to image, of the same: one read, where their snapshots don't matter."""
        return self._own(self.account.built())

    def _own(self, images: Collection[Image]) -> dict[str, Image]:
        """Release to image, of those that are of the service."""
        return self._by_release({image.name: image for image in images if self._is_own(image)})

    def _is_own(self, image: Image) -> bool:
        """Whether the image is none of another service: of `web` and `web-api` the names begin alike."""
        return image.tags.get(SERVICE_TAG, self.service) not in self.others

    def _by_release(self, images: Mapping[str, T]) -> dict[str, T]:
        found = {release_of(self.service, name): image for name, image in images.items()}
        return {release: image for release, image in found.items() if release is not None}

    def taken_in(self) -> dict[str, TakenIn]:
        """Release to image, of the images of others that the state has as taken in."""
        state = Exported(self.stack.state()["deployment"])
        found = {release_of(self.service, one.name): one for one in state.taken_in.values()}
        return {release: one for release, one in found.items() if release is not None}

    def outcome(self, release: str | None, standing: Standing) -> str:
        """What an update that succeeded has come to."""
        image = self.image_name(release or "")
        if not self.has_fleet and standing.status is None:
            return f"{image} is built; the stack has no fleet that launches it"
        return standing.outcome(image)

    def deployed_beside(self, release: str | None, standing: Standing) -> str:
        """What an update has come to that has deployed the release, and has failed at something else."""
        return (
            f"{self.outcome(release, standing)}. {self.file.path.name} lists it. What failed is tried again by the "
            "next deployment, or by `pulumi up`"
        )

    def unlisted(self, images: Mapping[str, Image]) -> list[str]:
        """Releases that the state has a built image of and the file does not list, the newest first."""
        found = [
            release
            for release, one in sorted(images.items(), key=lambda of: of[1].created, reverse=True)
            if not one.unfinished and release not in self.file.releases.listed
        ]
        held = self.held([self.image_name(release) for release in found])
        return [release for release in found if images[release].image_id in held]

    def refuse_newcomers(self, known: Collection[str]) -> None:
        """Raise `CommandError` if the stack has a built image of another release by now, which an update would destroy.

        Another operator may deploy during a preview: the state is theirs too, and this config does not list it.
        `known`: the releases that the update has beside those that this command keeps, or that it is to drop. Raises
        `StaleListError` if the releases in the config file were changed meanwhile.
        """
        self.file.check_unchanged()  # where the other deployment has written this very file, that says more
        expected = {*known, *self.kept}
        images = self.account.built()
        others = [self.image_name(one) for one in self.unlisted(self._own(images)) if one not in expected]
        others += self._unlisted_of_others(images)
        if others:
            raise CommandError(
                f"another deployment has made {', '.join(others)} meanwhile, which {self.file.path.name} does not list "
                "and this update would destroy: get the config of that deployment, and run the same command again"
            )

    def _unlisted_of_others(self, images: Collection[Image]) -> list[str]:
        """Names of built images of other services that the state has, and that the config does not list."""
        found = [
            image.name
            for image in images
            if (other := image.tags.get(SERVICE_TAG, "")) in self.others
            and not image.unfinished
            and release_of(other, image.name) not in self.others[other]
        ]
        held = {*self.held(found).values()}
        return [name for name in found if name in held]

    def refuse_unreadable(self) -> None:
        """Raise `CommandError` if the stack has something with tags that Pulumi can't read."""
        refuse_unreadable(self._made, self.stack.state()["deployment"])

    def edited(self, wanted: Releases) -> str:
        """The text of the config for an update: these releases, and those that this command keeps unlisted."""
        kept = [release for release in self.kept if release not in wanted.listed]
        if not kept:
            return self.file.edited(wanted)
        return self.file.edited(Releases((*wanted.listed, *kept), wanted.pinned))

    def standing(self) -> Standing:
        """Where the fleet stands, as AWS tells it now. Raises `CommandError`."""
        deployment, history = self.stack.state()["deployment"], history_output(self.stack.service)
        return Standing.read(self.account.session, deployment, self.service, history, rolls=self._rolls(deployment))

    @property
    def forces_use(self) -> bool:
        """Whether the config drops images although something outside the stack uses them."""
        return IN_USE in (forced_checks(self._setting("force")) or ())

    @property
    def rolls(self) -> bool:
        """Whether an update replaces the fleet's instances."""
        return self._rolls(self.stack.state()["deployment"] if self.stack.service else {})

    def _rolls(self, deployment: Mapping[str, Any]) -> bool:
        if self.stack.service:
            return Exported(deployment).rolls(self.service)
        fleet = self._setting("fleet")
        return isinstance(fleet, dict) and "instanceRefresh" in fleet

    @property
    def adopts(self) -> str:
        """The group of the team's own that the config takes over; empty without one."""
        fleet = self._setting("fleet")
        return str(fleet.get("adopt", "")) if isinstance(fleet, dict) else ""

    @property
    def has_fleet(self) -> bool:
        """Whether the service has a fleet, which launches the live release."""
        if self.stack.service:
            return Exported(self.stack.state()["deployment"]).group_of(self.service) is not None
        return "snapnames:fleet" in self.stack.config

    @property
    def copied_to(self) -> tuple[str, ...]:
        """The regions that the config copies each release to."""
        copies = self._setting("copies")
        return tuple(copies) if isinstance(copies, dict) else ()

    def _setting(self, key: str) -> object:
        """The value of a key of the service, as the program reads it; None if it is not set."""
        return ConfigValues(self.stack.config).json(f"{namespace_of(self.stack.service)}{key}", None)

    def stoppable(self) -> AbstractContextManager[None]:
        """While this lasts, ^C lets pulumi finish the steps that it has begun."""
        return self.stack.stoppable(lambda: self.display.say("stopping; ^C again stops at once"))

    def _cancelled(self) -> None:
        self.display.say("stopping when what is begun is done, e.g. the image is made; ^C again stops at once")

    def recover(self, wanted: Collection[str] = ()) -> bool:
        """Repair the stack after an update that was killed; whether there was anything to do. Raises `CommandError`.

        `wanted`: releases that the next update has in addition to those of the file.
        """
        built = {*wanted, *self.file.releases.listed} - {*self.file.taken_in}
        names = [self.image_name(release) for release in built]
        return Recovery(self.stack, self.file.text, self._made, names, self.display).run()

    def held(self, names: Collection[str]) -> dict[str, str]:
        """Image id to name, of images of these names that the state has; they may be gone. No read without a name."""
        held = Exported(self.stack.state()["deployment"]).held_images if names else {}
        return {image_id: name for image_id, name in held.items() if name in names}

    def left_snapshots(self, images: Mapping[str, str]) -> list[str]:
        """The snapshots that these images, id to name, have left, of those that EC2 does not have any more."""
        left = self._made.left_snapshots(images, {}, self.stack.name_pattern) if images else None
        return [snapshot_id for ids in left.deletable.values() for snapshot_id in ids] if left else []

    def delete_left(self, held: Mapping[str, str]) -> None:
        """Delete the snapshots that these images have left. `held`: image id to name. Raises `CommandError`."""
        names = declared_names(self.stack.state()["deployment"]) if held else {}
        delete_left(self._made, held, names, self.stack.name_pattern, self.display)

    @property
    def _made(self) -> Made:
        return Made(self.account.session)

    def preview(self, config: str, *, refresh: bool) -> Steps:
        """What an update with that config would do. Raises `CommandError` with the engine's errors.

        snapnames' own program runs in this process: a preview changes nothing, so a kill of the command does no harm.
        """
        program = own_program(self.stack.project.folder, config)

        def cancelled() -> None:
            self._cancelled()
            if program:
                program.stop()

        steps = Steps(cancelled=cancelled)
        with in_folder_of(program):
            self._run(partial(self.stack.preview, program=program), config, steps, refresh=refresh)
        for note in steps.notes:
            self.display.say(note)
        for warning in steps.warnings:
            self.display.say(f"warning: {warning}")
        return steps

    def heed_group(self, standing: Standing, *, preview: bool) -> bool:
        """Let the next update leave what somebody has set on the group; whether it has to refresh for that.

        It reads the group into the state now, but for a preview, which changes no state.
        """
        if not standing.stale or preview:
            return bool(standing.stale)
        steps = Steps()
        run_stoppable(self.stack, lambda: self.stack.refresh(self.file.text, steps.on_event, [standing.stale]), steps)
        return False

    def update(self, config: str, *, refresh: bool, planned: Steps | None = None) -> None:
        """Run an update with that config, and show its steps. Raises `CommandError` with the engine's errors.

        Raises `StaleListError` if the file has other releases by now.
        """
        self.file.check_unchanged()
        copies = CopyProgress(self.display, reader(self.account.session))
        with ExitStack() as watching, closing(copies):

            def begun(step: Step) -> None:
                self.display.say(f"[{self.display.elapsed}] {step}")
                self.display.next = summary(later for later in steps.open if later != step)
                if step.kind == IMAGE and step.verb == "create":
                    watching.enter_context(self.display.watching(self.account, step.name))
                if step.kind == COPY and step.verb == "create":
                    copies.begun(step.name)

            def ended(step: Step) -> None:
                if step.kind == IMAGE:
                    watching.close()
                if step.kind == COPY:
                    copies.ended(step.name)

            def noted(note: str) -> None:
                if planned is None or note not in planned.notes:
                    self.display.say(f"[{self.display.elapsed}] {note}")

            steps = Steps(begun, ended, self._cancelled, planned.seen if planned else (), noted)
            self._run(self.stack.up, config, steps, refresh=refresh)

    def _run(self, run: _Command, config: str, steps: Steps, *, refresh: bool) -> None:
        run_stoppable(self.stack, lambda: run(config, steps.on_event, refresh=refresh), steps)
