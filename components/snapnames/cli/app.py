"""The commands and their options. Each command imports its work only when it runs, so that `--help` answers at once."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from snapnames.cli import app_targets
from snapnames.cli.errors import CommandError, Exit, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from snapnames.cli.commands.session import Session
    from snapnames.cli.display import Display
    from snapnames.cli.ledger.book import Ledger

_EXIT_CODES = (
    "Exit codes: 0 done; 1 the preview or update failed, or AWS refused; 2 bad usage, nothing was run; 3 nothing to "
    "do; 130 stopped. After any but 0 the stack's config file is as it was."
)

app = typer.Typer(
    help="Deploy releases of a service as images with named snapshots, and roll back.\n\nWorks with the stack and the "
    "config that plain `pulumi` works with, in the caller's environment.",
    epilog=_EXIT_CODES,
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


Stack = Annotated[str | None, typer.Option(help="The stack. Default: the selected one.", metavar="NAME")]
Service = Annotated[
    str | None,
    typer.Option(help="The service, in a program that has several. Default: the only one.", metavar="NAME"),
]
Folder = Annotated[Path, typer.Option("--cwd", "-C", help="A folder of the Pulumi project.", exists=True)]
Json = Annotated[bool, typer.Option("--json", help="One JSON value on stdout; what a person reads goes to stderr.")]
Preview = Annotated[bool, typer.Option("--preview", help="Show what would be done, and do nothing.")]


@app.command(epilog=_EXIT_CODES)
def init(  # noqa: PLR0913 -- each is an option
    service: Annotated[str, typer.Argument(help="The name of the service. An image is called SERVICE-RELEASE.")],
    *,
    region: Annotated[str, typer.Option(help="The AWS region.", metavar="R")],
    instance_type: Annotated[str, typer.Option(help="The type of the instances, as t3.small.", metavar="T")],
    subnet: Annotated[
        list[str] | None, typer.Option(help="A subnet of the instances; can be repeated.", metavar="ID")
    ] = None,
    zone: Annotated[
        list[str] | None, typer.Option(help="A zone of the default VPC, in place of subnets.", metavar="Z")
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option(
            help="A tag, as KEY=VALUE, of the instance that images are made of; or its id. Default: service=SERVICE.",
            metavar="TAG",
        ),
    ] = None,
    target_group: Annotated[
        list[str] | None, typer.Option(help="A target group of the load balancer.", metavar="ARN")
    ] = None,
    min_size: Annotated[int, typer.Option(help="The smallest number of instances.", metavar="N")] = 1,
    max_size: Annotated[
        int | None, typer.Option(help="The largest number of instances. Default: --min-size.", metavar="N")
    ] = None,
    stack: Annotated[str, typer.Option(help="The name of the new stack.", metavar="NAME")] = "production",
    folder: Annotated[
        Path, typer.Option("--cwd", "-C", help="The folder for the files.", exists=True, file_okay=False)
    ] = Path(),
    as_json: Json = False,
) -> None:
    """Write the files of a new stack: Pulumi.yaml, __main__.py, and the config of the service.

    Overwrites no file, asks AWS nothing, and runs no Pulumi. The new fleet launches from a template, its instances
    answer only to IMDSv2, and each deployment replaces them.
    """

    def run(display: "Display") -> dict[str, Any]:
        from snapnames.cli.commands.init import NewStack  # noqa: PLC0415
        from snapnames.cli.commands.init import init as write  # noqa: PLC0415

        sizes = (min_size, min_size if max_size is None else max_size)
        new = NewStack(
            service, stack, region, instance_type, subnet or (), zone or (), source or (), target_group or (), sizes
        )
        return write(folder, new, display)

    _run(run, as_json=as_json)


@app.command(epilog=_EXIT_CODES)
def adopt(  # noqa: PLR0913 -- each is an option
    group: Annotated[str, typer.Argument(help="The name of the Auto Scaling group.")],
    *,
    region: Annotated[str, typer.Option(help="The AWS region.", metavar="R")],
    keep: Annotated[int, typer.Option(help="How many of the old images become releases, 1 or more.", metavar="N")] = 5,
    service: Annotated[
        str | None,
        typer.Option(
            help="The name of the service. Default: what the name of the image says that the group launches.",
            metavar="S",
            show_default=False,
        ),
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option(
            help="A tag, as KEY=VALUE, of the instance that images are made of; or its id. Default: any of the group.",
            metavar="TAG",
            show_default=False,
        ),
    ] = None,
    stack: Annotated[str, typer.Option(help="The name of the new stack.", metavar="NAME")] = "production",
    folder: Annotated[
        Path, typer.Option("--cwd", "-C", help="The folder for the files.", exists=True, file_okay=False)
    ] = Path(),
    as_json: Json = False,
) -> None:
    """Write a stack that takes over a group, and takes in the newest old images of its service as releases.

    Writes the files as `init` does, makes the stack, and previews. Changes nothing in AWS. Old images are called
    SERVICE-RELEASE, as front-web-20180307231207.
    """

    def run(display: "Display") -> dict[str, Any]:
        from snapnames.cli.commands.adopt import Wanted  # noqa: PLC0415
        from snapnames.cli.commands.adopt import adopt as take_over  # noqa: PLC0415

        return take_over(folder, Wanted(group, region, stack, service, source or (), keep), display)

    _run(run, as_json=as_json)


@app.command(epilog=_EXIT_CODES)
def deploy(  # noqa: PLR0913 -- each is an option
    release: Annotated[
        str | None, typer.Option(help="Default: now, as YYYYMMDDhhmmss in UTC.", metavar="R", show_default=False)
    ] = None,
    keep: Annotated[int | None, typer.Option(help="Releases to keep, 1 or more. Default: all.", metavar="N")] = None,
    *,
    drop: Annotated[
        list[str] | None,
        typer.Option(help="Drop this release too, which the config does not list but the stack has.", metavar="R"),
    ] = None,
    no_rollback: Annotated[
        bool, typer.Option("--no-rollback", help="Leave a fleet whose rollout has failed as it is.")
    ] = False,
    preview: Preview = False,
    service: Service = None,
    stack: Stack = None,
    folder: Folder = Path(),
    as_json: Json = False,
) -> None:
    """Build the image of a new release, name its snapshots, and move the fleet to it.

    Puts the release first in snapnames:releases; the config is written when the update has succeeded, which waits for
    the instance refresh of the fleet. Then it drops what --keep does not keep. A rollout that fails takes the fleet
    back to the last good release. The same --release again goes on where a run was stopped.
    """

    def run(session: "Session") -> dict[str, Any]:
        from snapnames.cli.commands.deploy import Deploy  # noqa: PLC0415

        with session.stoppable():
            deployment = Deploy.of(session, release, keep, rolls_back=not no_rollback, drop=drop or ())
            return deployment.run(preview=preview)

    _command(run, folder, stack, service, as_json=as_json)


@app.command(epilog=_EXIT_CODES)
def rollback(  # noqa: PLR0913 -- each is an option
    release: Annotated[str | None, typer.Argument(help="Default: the last good one before the live one.")] = None,
    *,
    preview: Preview = False,
    service: Service = None,
    stack: Stack = None,
    folder: Folder = Path(),
    as_json: Json = False,
) -> None:
    """Move the fleet to another release that exists. No image is built."""

    def run(session: "Session") -> dict[str, Any]:
        from snapnames.cli.commands.rollback import rollback as roll_back  # noqa: PLC0415

        with session.stoppable():
            return roll_back(session, release, preview=preview)

    _command(run, folder, stack, service, as_json=as_json)


@app.command(epilog=_EXIT_CODES)
def prune(  # noqa: PLR0913 -- each is an option
    keep: Annotated[int, typer.Option(help="Releases to keep, 1 or more.", metavar="N")],
    *,
    preview: Preview = False,
    service: Service = None,
    stack: Stack = None,
    folder: Folder = Path(),
    as_json: Json = False,
) -> None:
    """Drop old releases with their images and snapshots, and change nothing else.

    Keeps the live release, the one to go back to, and what AWS would refuse to delete.
    """

    def run(session: "Session") -> dict[str, Any]:
        from snapnames.cli.commands.prune import prune as drop_releases  # noqa: PLC0415

        with session.stoppable():
            return drop_releases(session, keep, preview=preview)

    _command(run, folder, stack, service, as_json=as_json)


@app.command(epilog=_EXIT_CODES)
def releases(*, service: Service = None, stack: Stack = None, folder: Folder = Path(), as_json: Json = False) -> None:
    """List the releases: which one is live, and the state, age, size and names of their images."""

    def run(session: "Session") -> list[dict[str, Any]]:
        from rich.console import Console  # noqa: PLC0415

        from snapnames.cli.commands.releases import print_table, rows  # noqa: PLC0415

        found = rows(session)
        if not as_json:
            print_table(Console(), found)
        return found

    _command(run, folder, stack, service, as_json=as_json)


@app.command(epilog=_EXIT_CODES)
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

    _run(run, as_json=as_json)


@app.command(epilog=_EXIT_CODES)
def recover(  # noqa: PLR0913 -- one for each option
    *,
    orphans: Annotated[
        bool,
        typer.Option("--orphans", help="Also delete the snapshots of images that the stack had and that are gone."),
    ] = False,
    unlock: Annotated[
        bool,
        typer.Option("--unlock", help="Remove the stack's lock although its process may run: you know that none does."),
    ] = False,
    adopt: Annotated[
        list[str] | None,
        typer.Option(help="The id of an image, or the name of a group, that is this stack's.", metavar="ID"),
    ] = None,
    stack: Stack = None,
    folder: Folder = Path(),
    as_json: Json = False,
) -> None:
    """Bring a stack whose update was killed to where `pulumi up` works.

    Removes a lock whose process is gone, adds to the state what AWS has made, removes from the state what was never
    made, and finishes interrupted deletes. Asks no question. Changes nothing in a stack that needs no repair.
    """

    def run(display: "Display") -> dict[str, Any]:
        from snapnames.cli.commands.recover import recover as bring_back  # noqa: PLC0415

        return bring_back(folder, stack, display, orphans=orphans, unlock=unlock, adopt=adopt or ())

    _run(run, as_json=as_json)


_LEDGER_CODES = (
    "Exit codes: 0 done; 1 AWS or Pulumi refused a read, or a region could not be read; 2 bad usage; 3 there are "
    "findings of a kind that --fail-on lists. It never changes anything, whatever the code."
)


@app.command(epilog=_LEDGER_CODES)
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

    _run(run, as_json=as_json, aside=targets is not None)
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


def _command(
    run: "Callable[[Session], object]", folder: Path, stack: str | None, service: str | None, *, as_json: bool
) -> None:
    """Open the stack of a service, and run the command on it."""

    def opened(display: "Display") -> object:
        from snapnames.cli.commands.session import Session  # noqa: PLC0415

        return run(Session.open(folder, stack, display, service))

    _run(opened, as_json=as_json)


def _run(run: "Callable[[Display], object]", *, as_json: bool, aside: bool = False) -> None:
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


app_targets.register(app, _run)
