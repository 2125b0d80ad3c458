"""The command and its subcommands. Each imports its work only when it runs, so that `--help` answers at once."""

from typing import Annotated

import typer

from snapnames.cli import app_account, app_releases, app_targets
from snapnames.cli.options import EXIT_CODES

app = typer.Typer(
    help="Deploy releases of a service as images with named snapshots, and roll back.\n\nWorks with the stack and the "
    "config that plain `pulumi` works with, in the caller's environment.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:  # noqa: FBT001 -- as typer calls it
    if wanted:
        from snapnames import __version__  # noqa: PLC0415

        print(f"snapnames {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version, and end.")
    ] = False,
) -> None:
    pass


for commands in (app_releases.commands, app_account.commands, app_targets.commands):
    app.add_typer(commands)
