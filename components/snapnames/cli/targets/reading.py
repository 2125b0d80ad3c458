"""Reads many targets side by side, so many at a time. Of each target only its row is kept."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import partial
from typing import TypeVar

from snapnames.aws.session import REFUSALS
from snapnames.aws.targets import AT_ONCE, CONFUSED, Clients, TargetSessions, why
from snapnames.cli.ledger.bulk import bulk_view, reason
from snapnames.cli.ledger.opened import Opened
from snapnames.cli.ledger.view import View
from snapnames.cli.targets.rows import Row, row_of
from snapnames.errors import InputError
from snapnames.rules.candidates import Limits
from snapnames.rules.targets import Target

T = TypeVar("T")
R = TypeVar("R")


def side_by_side(work: Callable[[T], R], items: Iterable[T], done: Callable[[], None]) -> list[R]:
    """Do the work for each item, `AT_ONCE` at a time. `done` is called after each. After ^C none is begun any more."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        futures = [pool.submit(work, item) for item in items]
        try:
            for _ in as_completed(futures):
                done()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        return [future.result() for future in futures]


def read_rows(
    targets: Iterable[Target],
    sessions: TargetSessions,
    limits: Limits,
    price: float | None,
    done: Callable[[], None] = lambda: None,
) -> list[Row]:
    """A row for each target. One that can't be read has the reason, and does not end the others."""
    return side_by_side(partial(_row, sessions=sessions, limits=limits, price=price), targets, done)


def _row(target: Target, sessions: TargetSessions, limits: Limits, price: float | None) -> Row:
    if target.problem:
        return Row(target.account, target.region, target.problem)
    try:
        with sessions.of(target) as clients:
            found = _view(clients, target)
            if isinstance(found, str):
                return Row(target.account, target.region, found, clients.calls)
            return row_of(found, target.account, limits, price, clients.calls)
    except InputError as error:
        return Row(target.account, target.region, str(error))


def _view(clients: Clients, target: Target) -> View | str:
    """What was read, or why it could not be."""
    try:
        return bulk_view(clients, Opened(None, target.config), uses_of_nothing=False)
    except REFUSALS as error:
        return reason(error)
    except CONFUSED as error:
        return why(error)
