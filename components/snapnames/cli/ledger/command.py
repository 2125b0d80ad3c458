"""`snapnames ledger` opens the stack if there is one, reads the account in bulk, and makes the ledger."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from snapnames.aws.regions import enabled_regions
from snapnames.aws.session import StackSession
from snapnames.cli.account import aws_session
from snapnames.cli.advice import aws_errors
from snapnames.cli.errors import UsageError
from snapnames.cli.ledger.book import Ledger, Reading, Region, keep
from snapnames.cli.ledger.findings import KINDS
from snapnames.cli.ledger.opened import Opened, open_stack
from snapnames.cli.ledger.page import page
from snapnames.cli.ledger.place import Place, read_places
from snapnames.cli.ledger.plan import KEEP, OLDER_THAN_DAYS, SHOWN, Plan, plan
from snapnames.cli.ledger.plan_script import script as plan_script
from snapnames.cli.ledger.plan_table import plan_table
from snapnames.cli.ledger.prices import price_of
from snapnames.cli.ledger.view import View
from snapnames.printable import shell_command
from snapnames.rules.candidates import Limits

_MOST_DAYS = 36_500


def kinds(text: str | None) -> tuple[str, ...]:
    """The kinds of findings that `--fail-on` lists. Raises `UsageError` for an unknown kind."""
    wanted = tuple(kind.strip() for kind in (text or "").split(",") if kind.strip())
    for kind in wanted:
        if kind not in KINDS:
            raise UsageError(
                f"--fail-on has {kind!r}; the kinds of findings are {', '.join(KINDS)}: give some of these"
            )
    return wanted


def check_target(option: str, path: Path) -> None:
    """Raise `UsageError` now if the file of this option can't be written later."""
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise UsageError(
            f"{option} {path} can't be written; it takes a file in a folder that exists: give another path"
        )


@dataclass(frozen=True)
class Wanted:
    """What the user asked for."""

    account: bool = False
    price: float | None = None
    keep: int = KEEP
    older_than: timedelta = timedelta(days=OLDER_THAN_DAYS)
    every_row: bool = False
    """Whether each row of the plan is read one by one, or only the first ones."""

    regions: tuple[str, ...] = ()
    """The regions to read. Without one, it is the region of the stack."""

    all_regions: bool = False
    """Whether to read every region that is enabled for the account."""


def asked(  # noqa: PLR0913 -- each is an option
    *,
    account: bool,
    price: float | None,
    keep: int | None,
    older_than: str | None,
    every_row: bool,
    plan_files: bool,
    regions: Sequence[str] = (),
    all_regions: bool = False,
) -> Wanted:
    """What the options ask for. Those of the plan and of regions ask for the whole account. Raises `UsageError`."""
    if regions and all_regions:
        raise UsageError("--region and --all-regions exclude each other: give one of them")
    return Wanted(
        account=account or plan_files or keep is not None or older_than is not None or bool(regions) or all_regions,
        price=price,
        keep=KEEP if keep is None else keep,
        older_than=days(older_than or f"{OLDER_THAN_DAYS}d"),
        every_row=every_row,
        regions=tuple(regions),
        all_regions=all_regions,
    )


def days(text: str) -> timedelta:
    """How long `--older-than` is. Raises `UsageError`.

    >>> days("90d")
    datetime.timedelta(days=90)
    """
    number = text.removesuffix("d")
    if not (text.endswith("d") and number.isascii() and number.isdecimal() and int(number) <= _MOST_DAYS):
        raise UsageError(f"--older-than has {text!r}; it takes a number of days: give for example 90d")
    return timedelta(days=int(number))


def write(
    found: Ledger, *, html: Path | None = None, script: Path | None = None, csv: Path | None = None
) -> Iterator[str]:
    """Write the files that were asked for. Says what was written."""
    if html is not None:
        html.write_text(page(found), encoding="utf-8")
        yield f"written: {html}"
    if csv is not None and found.plan is not None:
        csv.write_text(plan_table(found.plan, found), encoding="utf-8", newline="")
        yield f"written: {csv}"
    if script is not None and found.plan is not None:
        if not found.plan.rows:
            yield f"{script} was not written: the plan has no row"
            return
        script.write_text(plan_script(found.plan, found.account_id), encoding="utf-8")
        run = shell_command("sh", str(script))
        yield f"written: {script}; {run} checks each row again and says what it would delete"


def ledger(folder: Path, stack_name: str | None, wanted: Wanted) -> Ledger:
    """The ledger of a stack, or of the account. Raises `CommandError`."""
    opened = open_stack(folder, stack_name, account=wanted.account)
    return kept(opened, aws_session(opened.config), wanted)


def kept(opened: Opened, session: StackSession, wanted: Wanted = Wanted()) -> Ledger:
    """Read the account and make the ledger. Raises `CommandError`.

    A region that was asked for and can't be read is in the ledger, with the reason.
    """
    for region in wanted.regions:
        if not session.knows(region):
            raise UsageError(
                f"--region has {region!r}; boto3 knows no region of this name: correct it, or if the region is new, "
                "install a newer boto3"
            )
    with aws_errors("the account can't be read"):
        taken = datetime.now(UTC)
        limits = Limits(wanted.keep, wanted.older_than, taken)
        here = Place(session)
        names = enabled_regions(here.ec2) if wanted.all_regions else wanted.regions
        view = partial(Place.view, opened=opened, limits=limits, account=wanted.account)
        places = [here if name == here.region else Place(session, name) for name in dict.fromkeys(names)]
        found = read_places(places, view) if places else [(here, view(here))]
        read = [(place, view) for place, view in found if isinstance(view, View)]
        planned = _plan(read, wanted, limits) if wanted.account else None
    return keep(
        [Reading(view, price_of(place.region, wanted.price), place.calls) for place, view in read],
        taken=taken,
        stack=opened.name,
        unread=[
            Region(place.region, calls=place.calls, unread=why) for place, why in found if not isinstance(why, View)
        ],
        plan=planned,
    )


def _plan(read: Sequence[tuple[Place, View]], wanted: Wanted, limits: Limits) -> Plan:
    reads = {place.region: place.reads for place, _ in read}
    return plan(
        [view for _, view in read],
        limits,
        lambda candidate: reads[candidate.region].answers(candidate),
        shown=None if wanted.every_row else SHOWN,
    )
