"""Runs a command: its result or its error is printed, and the process ends with its exit code."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from snapnames.cli.errors import CommandError, Exit

if TYPE_CHECKING:
    from collections.abc import Callable

    from snapnames.cli.commands.session import Session
    from snapnames.cli.display import Display


def run_on_stack(
    run: "Callable[[Session], object]", folder: Path, stack: str | None, service: str | None, *, as_json: bool
) -> None:
    """Open the stack of a service, and run the command on it."""

    def opened(display: "Display") -> object:
        from snapnames.cli.commands.session import Session  # noqa: PLC0415

        return run(Session.open(folder, stack, display, service))

    run_command(opened, as_json=as_json)


def run_command(run: "Callable[[Display], object]", *, as_json: bool, aside: bool = False) -> None:
    """Run the command, print the result or the error, and end with the exit code.

    `aside`: whether progress goes to stderr in any case.
    """
    from rich.console import Console  # noqa: PLC0415

    from snapnames.cli.display import Display  # noqa: PLC0415
    from snapnames.printable import printable_lines  # noqa: PLC0415
    from snapnames.rules.services import of_service  # noqa: PLC0415

    display = Display(Console(stderr=as_json or aside))
    try:
        result = run(display)
    except (CommandError, KeyboardInterrupt) as stop:
        error = stop if isinstance(stop, CommandError) else CommandError("stopped at once", Exit.INTERRUPTED)
        said = of_service(str(error), display.service)
        print(f"error: {printable_lines(said)}", file=sys.stderr)
        if as_json:
            print(json.dumps({"error": said, "exit_code": int(error.code)}))
        raise typer.Exit(error.code) from stop
    if as_json:
        json.dump(result, sys.stdout, indent=2)  # piece by piece: a report of many accounts is large
        print()
