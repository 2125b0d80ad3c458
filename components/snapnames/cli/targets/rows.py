"""A row of the ledger of many targets: the sums of one account and region. Nothing else of a target is kept."""

from collections import Counter
from dataclasses import dataclass, field, fields
from itertools import chain

from snapnames.cli.ledger.findings import findings
from snapnames.cli.ledger.plan import plan
from snapnames.cli.ledger.prices import price_of
from snapnames.cli.ledger.sums import others_of, totals
from snapnames.cli.ledger.view import View
from snapnames.rules.candidates import Limits


@dataclass(frozen=True)
class Amount:
    """How many there are of something, and the GiB of their volumes."""

    count: int = 0
    gib: int = 0

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.count + other.count, self.gib + other.gib)


@dataclass(frozen=True)
class Sums:
    """What was found. Each snapshot is counted once."""

    images: int = 0
    snapshots: Amount = Amount()
    """Snapshots behind images."""

    orphans: Amount = Amount()
    """Snapshots whose image is gone."""

    others: Amount = Amount()
    """Snapshots behind no image that are no orphans: backups of volumes, copies and others."""

    unused: Amount = Amount()
    """Images that nothing in their account uses, and the GiB of the snapshots that only they have."""

    can_go: Amount = Amount()
    """Images and orphans that the reads in bulk find free. What is read for one alone is not read here."""

    findings: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    @property
    def gib(self) -> int:
        """GiB of all snapshots."""
        return self.snapshots.gib + self.orphans.gib + self.others.gib


AMOUNTS = ("snapshots", "orphans", "others", "unused", "can_go")
"""The amounts of `Sums`."""


@dataclass(frozen=True)
class Row:
    """One target of the ledger."""

    account: str
    region: str
    not_read: str = ""
    """Why the target could not be read. Then all sums are zero."""

    calls: int = 0
    price: float | None = None
    """USD per GB-month. None if it is not known."""

    sums: Sums = field(default_factory=Sums)

    @property
    def place(self) -> str:
        """The account and the region, for a sentence."""
        return f"{self.account} {self.region}".strip()


@dataclass(frozen=True)
class Cost:
    """GiB, and what they cost a month as far as prices are known."""

    gib: int = 0
    usd: float = 0.0
    unpriced: int = 0
    """GiB of which no price is known."""

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.gib + other.gib, self.usd + other.usd, self.unpriced + other.unpriced)

    @classmethod
    def of(cls, gib: int, price: float | None) -> "Cost":
        """What some GiB cost at a price."""
        return cls(gib, 0.0, gib) if price is None else cls(gib, gib * price, 0)

    @property
    def known(self) -> float | None:
        """USD a month. None if the price of a part is not known."""
        return None if self.unpriced else round(self.usd, 2)

    @property
    def words(self) -> str:
        """GiB and money.

        >>> Cost.of(100, 0.05).words, (Cost.of(100, 0.05) + Cost.of(3, None)).words
        ('100 GiB, 5.00 USD a month', '103 GiB, 5.00 USD a month without the 3 GiB of which no price is known')
        """
        if self.unpriced == self.gib and self.gib:
            return f"{self.gib} GiB, of which no price is known"
        without = f" without the {self.unpriced} GiB of which no price is known" if self.unpriced else ""
        return f"{self.gib} GiB, {self.usd:.2f} USD a month{without}"


def row_of(view: View, account: str, limits: Limits, price: float | None, calls: int) -> Row:
    """The sums of one target. What is left of the plan is what the reads in bulk find free."""
    found, apart = tuple(findings(view)), others_of(view)
    behind = set(chain.from_iterable(view.behind[image.image_id] for image in view.images))
    sums = totals(view, len(view.images), behind, found, apart)
    free = plan([view], limits, lambda _: {}, shown=0)
    known = price_of(view.region, price)
    return Row(
        account,
        view.region,
        calls=calls,
        price=known.usd_per_gb_month if known else None,
        sums=Sums(
            sums.images,
            Amount(sums.snapshots, sums.size),
            Amount(len(view.orphans), sums.orphans_size),
            Amount(sums.others.total(), sums.other_sizes.total()),
            Amount(sums.findings["unused"], sums.unused_size),
            Amount(len(free.unread), sum(free.unread_sizes.values())),
            sums.findings,
        ),
    )
