"""Runs a preview or an update, and turns its end into an error with advice, or into the end by ^C."""

from collections.abc import Callable
from typing import TypeVar

from snapnames.cli.advice import with_advice
from snapnames.cli.errors import CommandError, Exit, UsageError
from snapnames.cli.stack.open_stack import OpenStack
from snapnames.cli.stack.steps import Steps

T = TypeVar("T")


def run_stoppable(stack: OpenStack, run: Callable[[], T], steps: Steps) -> T:
    """Run a preview or an update, and give its result.

    Raises `CommandError` with the errors that `steps` has seen, or if ^C stopped the run.
    """
    if stack.stopped:
        raise CommandError("stopped", Exit.INTERRUPTED)
    try:
        return run()
    except UsageError:
        raise
    except CommandError as error:
        if stack.stopped:
            raise CommandError("stopped", Exit.INTERRUPTED) from error
        raise CommandError(with_advice(steps.failure or str(error))) from error
