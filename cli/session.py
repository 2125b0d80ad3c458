"""One command's work on one stack: its reads, its updates, and the config that it writes if they succeed."""

from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from .account import Account, Image, aws_session
from .display import Display
from .errors import UsageError
from .made import Made
from .recovery import Recovery, delete_left
from .repair import held_images
from .running import run_stoppable
from .stack import OnEvent, OpenStack
from .stack_file import StackFile
from .steps import IMAGE, Step, Steps, summary


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

    @classmethod
    def open(cls, folder: Path, stack_name: str | None, display: Display) -> "Session":
        """Read config and account. Raises `UsageError` for a stack that the command can't work with."""
        stack = OpenStack(folder, stack_name)
        file = StackFile.read(stack.config_path)
        config = stack.config
        file.check(config, stack.project.name)
        service = config.get("snapnames:service")
        if not service:
            raise UsageError(
                f"snapnames:service is not set in {file.path.name}; image names begin with it: run `pulumi config set "
                "snapnames:service <name>`"
            )
        account = Account(aws_session(config), stack.tag)
        return cls(stack, account, file, service, display)

    def image_name(self, release: str) -> str:
        """The image of a release is called `<service>-<release>`."""
        return f"{self.service}-{release}"

    def images(self) -> dict[str, Image]:
        """Release to image, for all images that this stack has in the account."""
        prefix = self.image_name("")
        return {name.removeprefix(prefix): image for name, image in self.account.images().items()}

    def outcome(self, release: str | None) -> str:
        """The sentence that says what a successful update has done."""
        image = self.image_name(release or "")
        return (
            f"{image} is live" if self.has_fleet else f"{image} is built; without snapnames:fleet nothing launches it"
        )

    @property
    def has_fleet(self) -> bool:
        """Whether the stack has a fleet, which launches the live release."""
        return "snapnames:fleet" in self.stack.config

    def stoppable(self) -> AbstractContextManager[None]:
        """While this lasts, ^C lets pulumi finish the steps that it has begun."""
        return self.stack.stoppable(lambda: self.display.say("stopping; ^C again stops at once"))

    def _cancelled(self) -> None:
        self.display.say("stopping when what is begun is done, e.g. the image is made; ^C again stops at once")

    def recover(self, wanted: Collection[str] = ()) -> None:
        """Repair the stack after an update that was killed. Raises `CommandError`.

        `wanted`: releases that the next update has in addition to those of the file.
        """
        names = [self.image_name(release) for release in {*wanted, *self.file.releases.listed}]
        Recovery(self.stack, self.file.text, self._made, names, self.display).run()

    def held(self, names: Collection[str]) -> dict[str, str]:
        """Image id to name, for images of these names in the state. They may be gone. Without names, reads nothing."""
        held = held_images(self.stack.state()["deployment"]) if names else {}
        return {image_id: name for image_id, name in held.items() if name in names}

    def delete_left(self, held: Mapping[str, str]) -> None:
        """Delete the snapshots that these images have left. `held`: image id to name. Raises `CommandError`."""
        delete_left(self._made, held, self.display)

    @property
    def _made(self) -> Made:
        return Made(self.account.session)

    def preview(self, config: str, *, refresh: bool) -> Steps:
        """What an update with that config would do. Raises `CommandError` with the engine's errors."""
        steps = Steps(cancelled=self._cancelled)
        self._run(self.stack.preview, config, steps, refresh=refresh)
        for warning in steps.warnings:
            self.display.say(f"warning: {warning}")
        return steps

    def update(self, config: str, *, refresh: bool, planned: Steps | None = None) -> None:
        """Run an update with that config, and show its steps. Raises `CommandError` with the engine's errors.

        Raises `StaleListError` if the file has other releases by now.
        """
        self.file.check_unchanged()
        with ExitStack() as watching:

            def begun(step: Step) -> None:
                self.display.say(f"[{self.display.elapsed}] {step}")
                self.display.next = summary(later for later in steps.open if later != step)
                if step.kind == IMAGE and step.verb == "create":
                    watching.enter_context(self.display.watching(self.account, step.name))

            def ended(step: Step) -> None:
                if step.kind == IMAGE:
                    watching.close()

            steps = Steps(begun, ended, self._cancelled, planned.seen if planned else ())
            self._run(self.stack.up, config, steps, refresh=refresh)

    def _run(self, run: _Command, config: str, steps: Steps, *, refresh: bool) -> None:
        run_stoppable(self.stack, lambda: run(config, steps.on_event, refresh=refresh), steps)
