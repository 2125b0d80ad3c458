"""`snapnames name-owned` gives the names of `snapnames:ownedImages` and nothing else, without checkpoints of the state.

This is safe only for Tags. After a kill, the next run reads from the account what the state does not have.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from snapnames.cli.display import Display
from snapnames.cli.errors import CommandError, UsageError
from snapnames.cli.stack.open_stack import OpenStack
from snapnames.cli.stack.running import run_stoppable
from snapnames.cli.stack.stack_file import StackFile
from snapnames.cli.stack.steps import Steps, changes, summary


def name_owned(folder: Path, stack_name: str | None, display: Display, *, preview: bool) -> dict[str, Any]:
    """Preview, then update. Gives the result for scripts. Raises `CommandError`."""
    stack = OpenStack(folder, stack_name)
    file = StackFile.read(stack.config_path)
    if stack.config.get("snapnames:ownedImages", "false") == "false":
        raise UsageError(
            f"snapnames:ownedImages is not set in {file.path.name}; it chooses the images: run `pulumi config set "
            "snapnames:ownedImages true`, and `pulumi preview` to see what that names"
        )
    with stack.stoppable(lambda: display.say("stopping; ^C again stops at once")):
        planned = Steps()
        run_stoppable(stack, lambda: stack.preview_names(file.text, planned.on_event), planned)
        for warning in planned.warnings:
            display.say(f"warning: {warning}")
        display.say(f"[{display.elapsed}] to do: {summary(planned.seen)}")
        if not preview:  # also without a step: a run that was stopped at its very end has not recorded its names
            outputs = _update(stack, file, display, planned)
    result = {"stack": stack.name, "preview": preview, "changes": changes(planned.seen)}
    if not preview:
        record = outputs["ownedImages"]
        names, kept, shared, skipped = (record[key] for key in ("names", "kept", "shared", "skipped"))
        display.say(
            f"[{display.elapsed}] done: {len(names)} named, {len(kept)} keep another name, {len(shared)} shared, "
            f"{len(skipped)} skipped"
        )
        result |= {"names": names, "kept": kept, "shared": shared, "skipped": skipped}
    return result | {"seconds": display.seconds}


def _update(stack: OpenStack, file: StackFile, display: Display, planned: Steps) -> Mapping[str, Any]:
    """Run the update. Gives the stack's outputs."""
    with display.counting(len(planned.seen), "tags") as count:
        steps = Steps(
            ended=lambda _: count(),
            cancelled=lambda: display.say("stopping when the names that are begun are given; ^C again stops at once"),
        )
        try:
            return run_stoppable(stack, lambda: stack.up_names(file.text, steps.on_event), steps)
        except CommandError as error:
            raise CommandError(
                f"{error}\nwhat was named stays so: `snapnames name-owned` goes on from here", error.code
            ) from error
