"""The ledger of many targets: all rows, and the sums over them."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from snapnames.cli.targets.rows import Cost, Row, Sums
from snapnames.rules.targets import Share


@dataclass(frozen=True)
class Report:
    """The result of `snapnames ledger --targets`, and of `snapnames merge`."""

    taken: datetime
    """When the reading began; of several reports, the earliest."""

    share: Share
    keep: int
    older_than_days: int
    """What `can_go` of the rows keeps."""

    rows: tuple[Row, ...]
    """By account, then by region."""

    @property
    def read(self) -> list[Row]:
        """The targets that could be read."""
        return [row for row in self.rows if not row.not_read]

    @property
    def not_read(self) -> list[Row]:
        """The targets that could not be read."""
        return [row for row in self.rows if row.not_read]

    @property
    def calls(self) -> int:
        """How many calls of EC2 and Auto Scaling it took."""
        return sum(row.calls for row in self.rows)

    @cached_property
    def sums(self) -> Sums:
        """The sums over all targets that could be read."""
        return total(self.rows)

    def cost(self, of: Callable[[Sums], int], rows: Iterable[Row] | None = None) -> Cost:
        """What a part of the sums costs; over all rows, or over these."""
        return sum((Cost.of(of(row.sums), row.price) for row in (self.rows if rows is None else rows)), Cost())

    @cached_property
    def accounts(self) -> list[list[Row]]:
        """The rows of each account, the account with the most GiB first."""
        found: dict[str, list[Row]] = {}
        for row in self.rows:
            found.setdefault(row.account, []).append(row)
        return sorted(found.values(), key=lambda rows: (-sum(row.sums.gib for row in rows), rows[0].account))

    @property
    def filled(self) -> list[list[Row]]:
        """The same, of the accounts that have anything."""
        return [rows for rows in self.accounts if any(row.sums.images or row.sums.gib for row in rows)]

    @property
    def about(self) -> str:
        """What it covers, in words."""
        accounts, regions = (len({of(row) for row in self.rows}) for of in (_account, _region))
        part = f", shard {self.share.shard} of {self.share.targets}" if self.share.shard.count > 1 else ""
        return (
            f"{counted(len(self.rows), 'target')} ({counted(accounts, 'account')}, "
            f"{counted(regions, 'region')}{part}): {len(self.read)} read, {len(self.not_read)} could not be read"
        )


def total(rows: Iterable[Row]) -> Sums:
    """The sums over rows."""
    found = Sums(findings=Counter())
    for row in rows:
        if not row.not_read:
            found += row.sums
    return found


def counted(number: int, what: str) -> str:
    """A number and its noun.

    >>> counted(1, "target"), counted(1200, "target")
    ('1 target', '1,200 targets')
    """
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _account(row: Row) -> str:
    return row.account


def _region(row: Row) -> str:
    return row.region
