"""The commands for all images of an account, and their options."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from snapnames.cli import app_targets
from snapnames.cli.errors import Exit, UsageError
from snapnames.cli.options import EXIT_CODES, Folder, Json, Preview, Stack
from snapnames.cli.running import run_command

if TYPE_CHECKING:
    from snapnames.cli.display import Display
    from snapnames.cli.ledger.book import Ledger

commands = typer.Typer()


@commands.command(epilog=EXIT_CODES)
def name_owned(  # noqa: PLR0913 -- each is an option
    *,
    preview: Preview = False,
    targets: Annotated[
        Path | None,
        typer.Option(help="Name in all accounts and regions of this file, with a stack for each.", metavar="FILE"),
    ] = None,
    shard: Annotated[
        str | None, typer.Option(help="With --targets: only the part I of N equal parts.", metavar="I/N")
    ] = None,
    max_concurrent: Annotated[
        int | None,
        typer.Option(
            "--max-concurrent",
            "--concurrency",
            help="With --targets: so many at a time. Default: 2 for each processor.",
            metavar="N",
            min=1,
        ),
    ] = None,
    failure_tolerance: Annotated[
        int | None,
        typer.Option(
            help="With --targets: if more than N have failed, begin no other. Default: all.", metavar="N", min=0
        ),
    ] = None,
    region_order: Annotated[
        str | None,
        typer.Option(help="With --targets: one region after the other, as eu-west-1,us-east-1.", metavar="REGIONS"),
    ] = None,
    secrets_provider: Annotated[
        str | None,
        typer.Option(help="With --targets: for stacks that are made, as `pulumi stack init` takes it.", metavar="URL"),
    ] = None,
    stack: Stack = None,
    folder: Folder = Path(),
    as_json: Json = False,
) -> None:
    """Name the snapshots of the images that snapnames:ownedImages chooses, and change nothing else.

    Does the same as `pulumi up` of that part of the stack, but faster for thousands of names. After a stop or a kill,
    run it again. With --targets, --json prints one line for each target.
    """
    of_targets = {
        "--shard": shard,
        "--max-concurrent": max_concurrent,
        "--failure-tolerance": failure_tolerance,
        "--region-order": region_order,
        "--secrets-provider": secrets_provider,
    }

    def run(display: "Display") -> dict[str, Any]:
        given = [option for option, value in of_targets.items() if value is not None]
        if targets is None and given:
            raise UsageError(f"{given[0]} is of many targets: give --targets too, or leave out {given[0]}")
        if targets is not None:
            from snapnames.cli.targets.naming import Asked, name_targets  # noqa: PLC0415

            if stack is not None:
                raise UsageError("--targets has a stack for each target, called ACCOUNT-REGION: leave out --stack")
            asked = Asked(shard, max_concurrent, failure_tolerance, region_order, secrets_provider, preview=preview)
            raise typer.Exit(name_targets(folder, targets, asked, as_json=as_json))
        from snapnames.cli.commands.name_owned import name_owned as name  # noqa: PLC0415

        return name(folder, stack, display, preview=preview)

    run_command(run, as_json=as_json)


_LEDGER_CODES = (
    "Exit codes: 0 done; 1 AWS or Pulumi refused a read, or a region could not be read; 2 bad usage; 3 there are "
    "findings of a kind that --fail-on lists. It never changes anything, whatever the code."
)


@commands.command(epilog=_LEDGER_CODES)
def ledger(  # noqa: PLR0913 -- each is an option
    *,
    account: Annotated[
        bool, typer.Option("--account", help="All images and snapshots of the account, with or without a stack.")
    ] = False,
    price: Annotated[
        float | None,
        typer.Option("--price-per-gb-month", help="USD. Default: the table's for the region.", metavar="P", min=0),
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write one self-contained page too.", metavar="FILE")
    ] = None,
    script: Annotated[
        Path | None,
        typer.Option(help="Write the plan as a shell script, which only acts with --really.", metavar="FILE"),
    ] = None,
    csv: Annotated[Path | None, typer.Option("--csv", help="Write the plan for a spreadsheet.", metavar="FILE")] = None,
    fail_on: Annotated[
        str | None,
        typer.Option(help="Kinds of findings, as drift,orphans: exit with 3 if there are any.", metavar="KINDS"),
    ] = None,
    keep: Annotated[
        int | None, typer.Option(help="Of each service, keep the N newest images. Default: 5.", metavar="N", min=0)
    ] = None,
    older_than: Annotated[
        str | None, typer.Option(help="Keep what is younger, as 90d. Default: 90d.", metavar="DAYS")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Read every row of the plan, and list the images and all findings.")
    ] = False,
    region: Annotated[
        list[str] | None,
        typer.Option(help="Read this region of the account. Can be given several times.", metavar="R"),
    ] = None,
    all_regions: Annotated[
        bool, typer.Option("--all-regions", help="Read all regions that are enabled for the account.")
    ] = False,
    targets: Annotated[
        Path | None, typer.Option("--targets", help="Read all accounts and regions of this file.", metavar="FILE")
    ] = None,
    shard: Annotated[
        str | None, typer.Option(help="With --targets: only the part I of N equal parts.", metavar="I/N")
    ] = None,
    stack: Stack = None,
    folder: Folder = Path(),
    as_json: Json = False,
) -> None:
    """Say what can be let go, which snapshot belongs to which release, what it costs at most, and what is wrong.

    Only reads. Each finding names the command that solves the problem. --keep, --older-than, --script, --csv,
    --region and --all-regions ask for the plan of the whole account, as --account does. --targets makes one report of
    the sums of many accounts.
    """
    failing: list[str] = []
    unread: list[str] = []

    def run(display: "Display") -> dict[str, Any]:
        from snapnames.cli.ledger import command  # noqa: PLC0415
        from snapnames.cli.ledger.document import document  # noqa: PLC0415

        wanted = command.kinds(fail_on)
        of_one = {"--region": region, "--all-regions": all_regions, "--script": script, "--all": everything}
        app_targets.check_options(targets, shard, {**of_one, "--stack": stack})
        for option, path in {"--html": html, "--script": script, "--csv": csv}.items():
            if path is not None:
                command.check_target(option, path)
        asked = command.asked(
            account=account,
            price=price,
            keep=keep,
            older_than=older_than,
            every_row=everything,
            plan_files=script is not None or csv is not None,
            regions=region or (),
            all_regions=all_regions,
        )
        if targets is not None:
            from snapnames.cli.targets.command import ledger_of_targets  # noqa: PLC0415

            report = ledger_of_targets(targets, shard, asked, display)
            failing.extend(kind for kind in wanted if report.sums.findings[kind])
            unread.extend(row.place for row in report.not_read)
            return app_targets.shown(report, display, html=html, csv=csv, as_json=as_json)
        found = command.ledger(folder, stack, asked)
        failing.extend(kind for kind in wanted if found.totals.findings[kind])
        unread.extend(one.name for one in found.unread)
        if not as_json:
            _show(found, everything=everything)
        for line in command.write(found, html=html, script=script, csv=csv):
            display.say(line)
        return document(found)

    run_command(run, as_json=as_json, aside=targets is not None)
    if failing:
        print(f"findings that --fail-on lists: {', '.join(failing)}", file=sys.stderr)
    if unread:
        what = "targets" if targets is not None else "regions"
        print(f"{what} that could not be read: {app_targets.many(unread)}", file=sys.stderr)
        raise typer.Exit(Exit.FAILED)
    if failing:
        raise typer.Exit(Exit.FOUND)


def _show(found: "Ledger", *, everything: bool) -> None:
    """Print the ledger for a person."""
    from rich.console import Console  # noqa: PLC0415

    from snapnames.cli.ledger.terminal import print_ledger  # noqa: PLC0415

    print_ledger(Console(), found, everything=everything)
