"""Prices: dated, with a source, and the same in the docs as in the command."""

import re

import pytest
from snapnames.cli.ledger.prices import Price, price_of, table

from tests.program import ROOT

from .conftest import Look
from .releases import Releases

pytestmark = pytest.mark.xdist_group("ledger")


def test_the_docs_have_the_table_that_the_command_reads() -> None:
    """Region, price, date and source, row for row."""
    text = (ROOT / "docs" / "ledger.md").read_text(encoding="utf-8")

    rows = re.findall(r"^\| ([a-z]+-[a-z]+-\d) \| ([\d.]+) \| (\S+) \| (.+) \|$", text, re.MULTILINE)

    assert {row[0]: tuple(row[1:]) for row in rows} == {
        region: (str(one["usd_per_gb_month"]), one["as_of"], one["source"]) for region, one in table().items()
    }


def test_a_price_that_is_given_counts_before_the_table() -> None:
    """And a region that the table does not have has none."""
    assert price_of("ap-northeast-2", 0.2) == Price(0.2, None, "--price-per-gb-month")
    assert price_of("ap-northeast-2", 0.0) == Price(0.0, None, "--price-per-gb-month")
    assert price_of("mars-north-1", None) is None


def test_money_is_the_size_of_whole_volumes_at_that_price(three: Releases, look: Look) -> None:
    """Of each image, of what is unused and of all."""
    ledger = look(three.state(), price=0.125)

    assert [ledger.prices.usd(row.sizes) for row in ledger.rows] == [10.0, 10.0, 10.0]
    assert ledger.prices.usd(ledger.sizes(lambda one: one.size)) == 30.0
