"""The commands for many accounts and regions, and their options."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from snapnames.cli.errors import Exit
from snapnames.cli.options import Html, Json
from snapnames.cli.running import run_command

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from snapnames.cli.display import Display
    from snapnames.cli.targets.report import Report


commands = typer.Typer()

_CODES = (
    "Exit codes: 0 done; 1 some targets can't be reached, or AWS refused a read; 2 bad usage. It never changes "
    "anything."
)
_MERGE_CODES = (
    "Exit codes: 0 done; 1 some targets failed or could not be read; 2 bad usage, or the files do not make one whole."
)

_NAMED = 5

Csv = Annotated[Path | None, typer.Option("--csv", help="Write a line for each target too.", metavar="FILE")]


@commands.command(epilog=_CODES)
def targets(
    file: Annotated[Path, typer.Argument(help="The file of targets, in YAML.", metavar="FILE")],
    *,
    shard: Annotated[
        str | None, typer.Option(help="Only the part I of N equal parts, counted from 1.", metavar="I/N")
    ] = None,
    write: Annotated[
        Path | None,
        typer.Option("--write", help="Write the list as it is now, for shards of one run.", metavar="LIST"),
    ] = None,
    as_json: Json = False,
) -> None:
    """List the accounts and regions of a file, and check that each can be reached.

    Assumes each role, compares the account, and reads which regions are enabled.
    """
    unreachable = _targets(file, shard, write, as_json=as_json)
    if unreachable:
        raise typer.Exit(Exit.FAILED)


@commands.command(epilog=_MERGE_CODES)
def merge(
    files: Annotated[list[Path], typer.Argument(help="The JSON of each shard.", metavar="FILE...")],
    *,
    html: Html = None,
    csv: Csv = None,
    as_json: Json = False,
) -> None:
    """Make one report of the results of all shards.

    Takes what `ledger --targets` and `name-owned --targets` write with --json. Refuses files of another list, a
    shard that is there twice, and a shard that is missing.
    """
    failed = _merge(files, html, csv, as_json=as_json)
    if failed:
        raise typer.Exit(Exit.FAILED)


def _targets(file: Path, shard: str | None, write: Path | None, *, as_json: bool) -> int:
    """How many targets can't be reached."""
    unreachable: list[object] = []

    def check(display: "Display") -> dict[str, Any]:
        from rich.console import Console  # noqa: PLC0415

        from snapnames.cli.ledger.command import check_target  # noqa: PLC0415
        from snapnames.cli.targets.check import check_targets, print_checks, write_list  # noqa: PLC0415

        if write is not None:
            _check_whole(shard)
            check_target("--write", write)
        found = check_targets(file, shard, display)
        unreachable.extend(found.unreachable)
        if not as_json:
            print_checks(Console(), found)
        if write is not None:
            display.say(write_list(found, write))
        return found.document

    run_command(check, as_json=as_json, aside=True)
    return len(unreachable)


def _check_whole(shard: str | None) -> None:
    from snapnames.cli.errors import UsageError  # noqa: PLC0415

    if shard is not None:
        raise UsageError(
            "--write and --shard exclude each other; the list of one shard would be no list of all targets: leave out "
            "--shard, and give the list to all shards"
        )


def _merge(files: list[Path], html: Path | None, csv: Path | None, *, as_json: bool) -> int:
    """How many targets failed or could not be read."""
    failed: list[object] = []

    def merged(display: "Display") -> dict[str, Any]:
        from snapnames.cli.errors import UsageError  # noqa: PLC0415
        from snapnames.cli.targets.merge import Lines, merge, sentences  # noqa: PLC0415

        found = merge(files)
        if isinstance(found, Lines):
            if html or csv:
                raise UsageError("--html and --csv are of the ledger; these are results of name-owned: use --json")
            failed.extend(found.failed)
            if not as_json:
                for line in sentences(found):
                    print(line)
            return found.document
        failed.extend(found.not_read)
        return shown(found, display, html=html, csv=csv, as_json=as_json)

    run_command(merged, as_json=as_json, aside=True)
    return len(failed)


def shown(
    report: "Report", display: "Display", *, html: Path | None, csv: Path | None, as_json: bool
) -> dict[str, Any]:
    """Print the report for a person, write the files, and give it for scripts."""
    from rich.console import Console  # noqa: PLC0415

    from snapnames.cli.ledger.command import check_target  # noqa: PLC0415
    from snapnames.cli.targets.command import write  # noqa: PLC0415
    from snapnames.cli.targets.document import document  # noqa: PLC0415
    from snapnames.cli.targets.terminal import print_report  # noqa: PLC0415

    for option, path in (("--html", html), ("--csv", csv)):
        if path is not None:
            check_target(option, path)
    if not as_json:
        print_report(Console(), report)
    for line in write(report, html=html, csv=csv):
        display.say(line)
    return document(report)


def check_options(targets: Path | None, shard: str | None, others: "Mapping[str, object]") -> None:
    """Raise `UsageError` for options that don't go together. `others`: those of one account, by name."""
    from snapnames.cli.errors import UsageError  # noqa: PLC0415

    given = [option for option, value in others.items() if value]
    if targets is None and shard is not None:
        raise UsageError("--shard is a part of the targets of a file: give --targets too, or leave out --shard")
    if targets is not None and given:
        raise UsageError(
            f"--targets and {given[0]} exclude each other; {given[0]} is of one account: leave out one of them"
        )


def many(places: "Sequence[str]") -> str:
    """Places for one line: the first ones, and how many more there are.

    >>> many(["a", "b", "c", "d", "e", "f", "g"])
    'a, b, c, d, e and 2 more'
    """
    more = f" and {len(places) - _NAMED} more" if len(places) > _NAMED else ""
    return ", ".join(places[:_NAMED]) + more
