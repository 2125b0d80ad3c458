"""The price of a GB-month of snapshots: the given one, or the one from a dated table of regions."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class Price:
    """USD per GB-month in the standard tier. An archived snapshot costs less."""

    usd_per_gb_month: float
    as_of: str | None
    source: str

    def of(self, size: int) -> float:
        """USD a month for this many GiB of full volumes.

        >>> Price(0.05, None, "").of(78)
        3.9
        """
        return round(size * self.usd_per_gb_month, 2)


Sizes = Mapping[str, int]
"""Region to GiB of full volumes."""


@dataclass(frozen=True)
class Prices:
    """What each region's snapshots cost, where that is known."""

    known: Mapping[str, Price]

    def usd(self, sizes: Sizes) -> float | None:
        """USD a month at most. None if the price of a region that has some of it is not known.

        >>> prices = Prices({"eu-west-1": Price(0.05, None, "")})
        >>> prices.usd({"eu-west-1": 100, "af-south-1": 0}), prices.usd({"eu-west-1": 100, "af-south-1": 1})
        (5.0, None)
        """
        if self.unpriced(sizes) or not self.known:
            return None
        return self._known(sizes)

    def unpriced(self, sizes: Sizes) -> tuple[str, ...]:
        """The regions that have some of it, and of which no price is known."""
        return tuple(region for region, size in sizes.items() if size and region not in self.known)

    def words(self, sizes: Sizes) -> str:
        """GiB, and money as far as it is known.

        >>> prices = Prices({"eu-west-1": Price(0.05, None, "")})
        >>> prices.words({"eu-west-1": 100}), prices.words({"af-south-1": 3})
        ('100 GiB, 5.00 USD a month', '3 GiB')
        >>> prices.words({"eu-west-1": 100, "af-south-1": 3})
        '103 GiB, 5.00 USD a month without the 3 GiB in af-south-1'
        """
        gib = f"{sum(sizes.values())} GiB"
        unpriced = self.unpriced(sizes)
        if not self.known or not any(region in self.known for region in sizes):
            return gib
        without = f" without the {sum(sizes[one] for one in unpriced)} GiB in {', '.join(unpriced)}" if unpriced else ""
        return f"{gib}, {self._known(sizes):.2f} USD a month{without}"

    def _known(self, sizes: Sizes) -> float:
        return round(sum(self.known[region].of(size) for region, size in sizes.items() if region in self.known), 2)


@cache
def table() -> Mapping[str, Mapping[str, Any]]:
    """Region to price, date and source, from `prices.toml`."""
    return tomllib.loads(files(__package__).joinpath("prices.toml").read_text(encoding="utf-8"))


def price_of(region: str, given: float | None) -> Price | None:
    """The given price, or else the table's price for the region. None if there is neither."""
    if given is not None:
        return Price(given, None, "--price-per-gb-month")
    known = table().get(region)
    return Price(**known) if known else None
