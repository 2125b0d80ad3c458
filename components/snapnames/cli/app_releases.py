"""The commands for the releases of a service, and their options."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from snapnames.cli.options import EXIT_CODES, Folder, Json, NewFolder, NewStack, Preview, Service, Stack
from snapnames.cli.running import run_command, run_on_stack

if TYPE_CHECKING:
    from snapnames.cli.commands.session import Session
    from snapnames.cli.display import Display

commands = typer.Typer()


@commands.command(epilog=EXIT_CODES)
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
    stack: NewStack = "production",
    folder: NewFolder = Path(),
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

    run_command(run, as_json=as_json)


@commands.command(epilog=EXIT_CODES)
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
    stack: NewStack = "production",
    folder: NewFolder = Path(),
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

    run_command(run, as_json=as_json)


@commands.command(epilog=EXIT_CODES)
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

    run_on_stack(run, folder, stack, service, as_json=as_json)


@commands.command(epilog=EXIT_CODES)
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

    run_on_stack(run, folder, stack, service, as_json=as_json)


@commands.command(epilog=EXIT_CODES)
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

    run_on_stack(run, folder, stack, service, as_json=as_json)


@commands.command(epilog=EXIT_CODES)
def releases(*, service: Service = None, stack: Stack = None, folder: Folder = Path(), as_json: Json = False) -> None:
    """List the releases: which one is live, and the state, age, size and names of their images."""

    def run(session: "Session") -> list[dict[str, Any]]:
        from rich.console import Console  # noqa: PLC0415

        from snapnames.cli.commands.releases import print_table, rows  # noqa: PLC0415

        found = rows(session)
        if not as_json:
            print_table(Console(), found)
        return found

    run_on_stack(run, folder, stack, service, as_json=as_json)


@commands.command(epilog=EXIT_CODES)
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

    run_command(run, as_json=as_json)
