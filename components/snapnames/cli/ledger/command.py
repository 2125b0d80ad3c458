"""`snapnames ledger` opens the stack if there is one, reads the account in bulk, and makes the ledger."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from snapnames.aws.images import recycled_ids
from snapnames.aws.row_reads import read_answers
from snapnames.aws.session import StackSession
from snapnames.aws.snapshots import read_holdings
from snapnames.aws.uses import Template, read_older_versions, read_uses
from snapnames.cli.account import aws_session
from snapnames.cli.advice import aws_errors
from snapnames.cli.errors import CommandError, UsageError
from snapnames.cli.ledger.book import Ledger, keep
from snapnames.cli.ledger.findings import KINDS
from snapnames.cli.ledger.page import page
from snapnames.cli.ledger.plan import KEEP, OLDER_THAN_DAYS, SHOWN, Plan, plan
from snapnames.cli.ledger.plan_script import script as plan_script
from snapnames.cli.ledger.plan_table import plan_table
from snapnames.cli.ledger.prices import price_of
from snapnames.cli.ledger.proofs import read_proofs
from snapnames.cli.ledger.view import View
from snapnames.cli.stack.open_stack import NoStackError, OpenStack
from snapnames.cli.state.declared import Declared, declared
from snapnames.printable import shell_command
from snapnames.rules.images import Use
from snapnames.rules.letting_go import Limits
from snapnames.rules.naming import DEFAULT_PATTERN

if TYPE_CHECKING:
    from mypy_boto3_autoscaling import AutoScalingClient
    from mypy_boto3_ec2 import EC2Client

_MOST_DAYS = 36_500
_SERVICE, _PATTERN, _OWNED = "snapnames:service", "snapnames:namePattern", "snapnames:ownedImages"


@dataclass(frozen=True)
class Opened:
    """An opened stack. Without a stack, all values are empty."""

    name: str | None = None
    """The stack's name as the user gave it."""

    config: Mapping[str, str] = field(default_factory=dict)
    declared: Declared = field(default_factory=Declared)


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


def asked(  # noqa: PLR0913 -- each is an option
    *,
    account: bool,
    price: float | None,
    keep: int | None,
    older_than: str | None,
    every_row: bool,
    plan_files: bool,
) -> Wanted:
    """What the options ask for. Those of the plan ask for the whole account. Raises `UsageError`."""
    return Wanted(
        account=account or plan_files or keep is not None or older_than is not None,
        price=price,
        keep=KEEP if keep is None else keep,
        older_than=days(older_than or f"{OLDER_THAN_DAYS}d"),
        every_row=every_row,
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
        script.write_text(plan_script(found.plan, found.account_id, found.region), encoding="utf-8")
        run = shell_command("sh", str(script))
        yield f"written: {script}; {run} checks each row again and says what it would delete"


def ledger(folder: Path, stack_name: str | None, wanted: Wanted) -> Ledger:
    """The ledger of a stack, or of the account. Raises `CommandError`."""
    opened = _open(folder, stack_name, account=wanted.account)
    return kept(opened, aws_session(opened.config), wanted)


def kept(opened: Opened, session: StackSession, wanted: Wanted = Wanted()) -> Ledger:
    """Read the account and make the ledger. Raises `CommandError`."""
    calls = 0

    def count(**_: Any) -> None:  # noqa: ANN401 -- botocore tells what is sent
        nonlocal calls
        calls += 1

    with aws_errors("the account can't be read"):
        ec2, autoscaling = session.ec2(), session.autoscaling()
        for client in (ec2, autoscaling):
            client.meta.events.register("before-send", count)
        taken = datetime.now(UTC)
        view = _view(opened, ec2, autoscaling, account=wanted.account)
        planned = _plan(ec2, view, wanted, taken) if wanted.account else None
    region = ec2.meta.region_name
    price_here = price_of(region, wanted.price)
    return keep(view, taken=taken, region=region, stack=opened.name, price=price_here, calls=calls, plan=planned)


def _plan(ec2: "EC2Client", view: View, wanted: Wanted, now: datetime) -> Plan:
    templates = [Template(template_id, 0, 0) for template_id in sorted(view.declared.templates)]
    whole = replace(view, past=tuple(read_older_versions(ec2, templates)))
    read = partial(read_answers, ec2, recycled=cache(partial(recycled_ids, ec2)))
    return plan(
        whole,
        Limits(wanted.keep, wanted.older_than, now),
        read,
        shown=None if wanted.every_row else SHOWN,
    )


def _open(folder: Path, stack_name: str | None, *, account: bool) -> Opened:
    try:
        stack = OpenStack(folder, stack_name)
    except NoStackError as error:
        if account and stack_name is None:
            return Opened()
        raise UsageError(f"{error}; or give --account, for all that the account has") from error
    state = stack.state()["deployment"]
    if not account and not state.get("resources"):
        raise CommandError(
            f"stack {stack.name!r} was never deployed, so it has no images: run `snapnames deploy`, or give --account "
            "for all that the account has"
        )
    return Opened(stack.name, stack.config, declared(state, stack.tag))


def _view(opened: Opened, ec2: "EC2Client", autoscaling: "AutoScalingClient", *, account: bool) -> View:
    holdings = read_holdings(ec2, images_first=False)
    uses = read_uses(ec2, autoscaling, opened.declared.templates)

    def view(*older: Use) -> View:
        return View(
            holdings,
            opened.declared,
            (*uses.found, *older),
            account,
            opened.config.get(_SERVICE, ""),
            tuple(dict.fromkeys((opened.config.get(_PATTERN, DEFAULT_PATTERN), DEFAULT_PATTERN))),
            owns=opened.config.get(_OWNED, "false") != "false",
        )

    found = view()
    if uses.templates and (found.orphans or any(image.image_id not in found.users for image in found.images)):
        found = view(*dict.fromkeys(read_older_versions(ec2, uses.templates)))
    return replace(found, proofs=read_proofs(ec2, found))
