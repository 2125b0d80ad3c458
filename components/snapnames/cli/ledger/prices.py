"""The price of a GB-month of snapshots: the given one, or the one from a dated table of regions."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
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


def table() -> Mapping[str, Mapping[str, Any]]:
    """Region to price, date and source, from `prices.toml`."""
    return tomllib.loads(files(__package__).joinpath("prices.toml").read_text(encoding="utf-8"))


def price_of(region: str, given: float | None) -> Price | None:
    """The given price, or else the table's price for the region. None if there is neither."""
    if given is not None:
        return Price(given, None, "--price-per-gb-month")
    known = table().get(region)
    return Price(**known) if known else None
