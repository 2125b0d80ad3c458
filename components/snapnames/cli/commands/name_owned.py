"""`snapnames name-owned` gives the names of `snapnames:ownedImages` and nothing else, without checkpoints of the state.

This is safe only for Tags. After a kill, the next run reads from the account what the state does not have. It is one
run of pulumi: the component decides by itself what may be written, and nothing of it is taken from a preview.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from snapnames.cli.display import Display
from snapnames.cli.errors import CommandError, UsageError
from snapnames.cli.stack.open_stack import OpenStack
from snapnames.cli.stack.own_program import OwnProgram, in_folder_of, own_program
from snapnames.cli.stack.running import run_stoppable
from snapnames.cli.stack.stack_file import StackFile
from snapnames.cli.stack.steps import Steps, changes, summary
from snapnames.rules.owned_names import RECORD_OUTPUT, to_do_in

_KEY = "snapnames:ownedImages"


def name_owned(folder: Path, stack_name: str | None, display: Display, *, preview: bool) -> dict[str, Any]:
    """Give the names, or preview them. Gives the result for scripts. Raises `CommandError`."""
    stack = OpenStack(folder, stack_name, reads_config=False)
    file = StackFile.read(stack.config_path)
    # What the file says is what counts. Only for a key that it does not have, e.g. one of an environment, ask pulumi.
    chosen = file.config[_KEY] if _KEY in file.config else stack.config.get(_KEY)
    if chosen in (None, False, "false"):
        raise UsageError(
            f"snapnames:ownedImages is not set in {file.path.name}; it chooses the images: run `pulumi config set "
            "snapnames:ownedImages true`, and `pulumi preview` to see what that names"
        )
    program = own_program(stack.project.folder, file.text)
    with (
        stack.stoppable(lambda: display.say("stopping; ^C again stops at once")),
        in_folder_of(program),
    ):
        if preview:
            steps = _preview(stack, file, display, program)
            return {"stack": stack.name, "preview": True, "changes": changes(steps.seen), "seconds": display.seconds}
        steps, outputs = _update(stack, file, display, program)
    given = Given.of(outputs)
    display.say(f"[{display.elapsed}] done: {given}")
    result = {"stack": stack.name, "preview": False, "changes": changes(steps.seen)}
    return result | given._asdict() | {"seconds": display.seconds}


class Given(NamedTuple):
    """What an update has come to."""

    names: Mapping[str, str]
    kept: Mapping[str, Any]
    shared: Mapping[str, Any]
    skipped: Mapping[str, str]

    @classmethod
    def of(cls, outputs: Mapping[str, Any]) -> "Given":
        """From the outputs of the stack."""
        return cls(*(outputs[RECORD_OUTPUT][key] for key in cls._fields))

    def __str__(self) -> str:
        """For people."""
        return (
            f"{len(self.names)} named, {len(self.kept)} keep another name, {len(self.shared)} shared, "
            f"{len(self.skipped)} skipped"
        )


def _preview(stack: OpenStack, file: StackFile, display: Display, program: OwnProgram | None) -> Steps:
    planned = Steps()
    run_stoppable(stack, lambda: stack.preview_names(file.text, planned.on_event, program), planned)
    for warning in planned.warnings:
        display.say(f"warning: {warning}")
    display.say(f"[{display.elapsed}] to do: {summary(planned.seen)}")
    return planned


def _update(
    stack: OpenStack, file: StackFile, display: Display, program: OwnProgram | None
) -> tuple[Steps, Mapping[str, Any]]:
    """Run the update. Gives what it did, and the stack's outputs."""
    with display.counting_up("tags") as count:

        def noted(note: str) -> None:
            tags = to_do_in(note)
            if tags is not None:
                display.say(f"[{display.elapsed}] tags to make or change: {tags}")
                count.expect(tags)

        def cancelled() -> None:
            display.say("stopping when the names that are begun are given; ^C again stops at once")
            if program:
                program.stop()

        steps = Steps(
            ended=lambda _: count.one(),
            cancelled=cancelled,
            noted=noted,
        )
        try:
            outputs = run_stoppable(stack, lambda: stack.up_names(file.text, steps.on_event, program), steps)
        except CommandError as error:
            if not steps.seen:
                raise
            raise CommandError(
                f"{error}\nwhat was named stays so: `snapnames name-owned` goes on from here", error.code
            ) from error
        finally:
            for warning in steps.warnings:
                display.say(f"warning: {warning}")
    return steps, outputs
