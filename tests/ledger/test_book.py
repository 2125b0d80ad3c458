"""The ledger's rows, lines and sums, of what was read."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from snapnames.cli.ledger.book import Ledger, Line, Reading, Row, keep
from snapnames.cli.ledger.prices import Price
from snapnames.cli.ledger.sums import Totals
from snapnames.cli.ledger.view import View
from snapnames.cli.state.declared import Declared
from snapnames.rules.images import Use

from tests.ledger.accounts import NOON, OTHER, STACK, image, snapshot, view

REGION = "eu-west-1"
TAKEN = NOON + timedelta(hours=5)


def book(of: View, price: Price | None = None, **more: Any) -> Ledger:  # noqa: ANN401 -- of a ledger
    """The ledger of it."""
    return keep(
        [Reading(replace(of, region=REGION), price=price, calls=4)], **{"taken": TAKEN, "stack": "test", **more}
    )


def test_a_ledger_says_of_what_it_is_and_when_and_by_how_many_calls_it_was_taken() -> None:
    """A stack's, or that of a whole account."""
    price = Price(0.05, None, "here")

    of_stack, of_account = book(view(), price=price), book(view(account=True))

    assert (of_stack.taken, of_stack.where, of_stack.stack, of_stack.calls) == (TAKEN, "eu-west-1", "test", 4)
    assert (of_stack.account, of_stack.prices.known, of_account.account) == (False, {REGION: price}, True)
    assert of_stack.about == "the images and snapshots of stack test in eu-west-1"
    assert of_account.about == "all images of the account and the snapshots behind them in eu-west-1"


def test_an_image_is_as_old_as_the_time_since_it_was_made() -> None:
    """One that is younger than the ledger's clock has no age at all."""
    ledger = book(view(image(1), image(4), image(5), image(6)))

    assert {row.title: ledger.age(row) for row in ledger.rows} == {
        "1": timedelta(hours=4),
        "4": timedelta(hours=1),
        "5": timedelta(),
        "6": timedelta(),
    }


@pytest.mark.parametrize(("price", "usd"), [(None, None), (Price(0.05, None, ""), 3.9)])
def test_what_a_size_costs_is_known_where_the_price_is(price: Price | None, usd: float | None) -> None:
    """In USD a month."""
    assert book(view(), price=price).prices.usd({REGION: 78}) == usd


def test_a_row_has_the_release_whether_it_is_live_and_what_uses_it() -> None:
    """Newest first; of another stack's image its builder, and its name as the title."""
    declared = Declared(STACK, {"ami-1": "web-1", "ami-2": "web-2"}, live="1")
    uses = (Use("ami-1", "instance", "i-1"), Use("ami-1", "launch configuration", "web"))
    theirs = image(3, builder=OTHER, name="db-3")

    rows = book(view(image(1), image(2), theirs, declared=declared, uses=uses, account=True)).rows

    assert [(row.title, row.release, row.builder, row.live, row.in_state) for row in rows] == [
        ("db-3", None, OTHER, False, False),
        ("2", "2", None, False, True),
        ("1", "1", None, True, True),
    ]
    assert [row.used_by for row in rows] == [(), (), uses]
    assert [row.image for row in rows] == [theirs, image(2), image(1)]


def test_an_image_that_is_no_release_is_not_live_where_nothing_is() -> None:
    """Of a stack without a fleet no image is."""
    (row,) = book(view(image(1, builder=None), account=True)).rows

    assert (row.release, row.live, row.builder, row.title) == (None, False, None, "web-1")


def test_a_line_has_the_name_that_there_is_and_the_one_that_is_declared() -> None:
    """Root first; behind the devices a snapshot that EC2 made for the image and that no device shows yet."""
    snapshots = (
        snapshot("snap-1a", "web-1(001)", 8),
        snapshot("snap-1f", None, 20),
        snapshot("snap-1x", None, 50, image_id="ami-1"),
    )
    declared = Declared(STACK, {"ami-1": "web-1"}, names={"snap-1f": "web-1(002)"}, owned={"snap-1x": "owned"})

    (row,) = book(view(image(1), snapshots=snapshots, declared=declared)).rows

    root, data, other = snapshots
    assert row.lines == (
        Line("snap-1a", "/dev/xvda", root, None, ()),
        Line("snap-1f", "/dev/sdf", data, "web-1(002)", ()),
        Line("snap-1x", "", other, "owned", ()),
    )
    assert [(line.name, line.size) for line in row.lines] == [("web-1(001)", 8), (None, 20), (None, 50)]
    assert row.size == 78


def test_a_snapshot_of_another_account_has_no_name_and_no_size_here() -> None:
    """It is not this account that pays for it."""
    (row,) = book(view(image(1), snapshots=())).rows

    assert row.lines[0] == Line("snap-1a", "/dev/xvda", None, None, ())
    assert [(line.name, line.size) for line in row.lines] == [(None, 0), (None, 0)]
    assert row.size == 0


def test_a_shared_snapshot_says_with_which_images_and_is_counted_once() -> None:
    """In each of them at its full size, and in the sum once."""
    both = {"/dev/xvda": "snap-1a"}
    snapshots = (snapshot("snap-1a", "x", 8), snapshot("snap-1f", "y", 20))

    ledger = book(view(image(1), image(2, both), image(3, both), snapshots=snapshots))

    shared = {row.title: [line.shared_with for line in row.lines] for row in ledger.rows}
    assert shared == {"1": [("ami-2", "ami-3"), ()], "2": [("ami-1", "ami-3")], "3": [("ami-1", "ami-2")]}
    assert {row.title: row.size for row in ledger.rows} == {"1": 28, "2": 8, "3": 8}
    assert (ledger.totals.images, ledger.totals.snapshots, ledger.totals.size) == (3, 2, 28)


def test_sums_have_what_orphans_hold_and_what_would_go_with_unused_images() -> None:
    """And how many findings there are of each kind."""
    snapshots = (
        snapshot("snap-1a", "a", 8),
        snapshot("snap-1f", "b", 20),
        snapshot("snap-2a", "c", 30),
        snapshot("snap-2f", "d", 40),
        snapshot("snap-9", "e", 100, image_id="ami-9"),
        snapshot("snap-10", "f", 200, image_id="ami-10"),
    )

    ledger = book(view(image(1), image(2), snapshots=snapshots, uses=(), account=True))

    assert ledger.totals == Totals(
        images=2,
        snapshots=4,
        size=98,
        orphans_size=300,
        unused_size=98,
        findings=Counter({"orphans": 2, "unused": 2}),
        tool_images=Counter({"snapnames": 2}),
        tool_snapshots=Counter({"snapnames": 4, "no tool known": 2}),
        tool_sizes=Counter({"snapnames": 98, "no tool known": 300}),
    )
    assert [one.kind for one in ledger.findings] == ["orphans", "orphans", "unused", "unused"]


def test_an_image_of_which_nothing_would_go_saves_nothing() -> None:
    """Both have the same snapshots."""
    both = {"/dev/xvda": "snap-1a"}
    snapshots = (snapshot("snap-1a", "a", 8), snapshot("snap-9", "b", 0, image_id="ami-9"))

    totals = book(view(image(1, both), image(2, both), snapshots=snapshots, uses=(), account=True)).totals

    assert (totals.size, totals.unused_size, totals.orphans_size) == (8, 0, 0)


def test_a_ledger_of_nothing_is_empty() -> None:
    """As of an account that nothing is in."""
    ledger = book(view())

    assert (ledger.rows, ledger.findings) == ((), ())
    assert ledger.totals == Totals(0, 0, 0, 0, 0, Counter())


def test_the_title_of_a_row_is_its_release_or_its_name() -> None:
    """A release without a name has none."""
    row = Row(image(1), "20180307", live=False, in_state=True, lines=(), size=0, used_by=())

    assert (row.title, row.builder) == ("20180307", None)


def test_the_totals_of_an_account_have_the_snapshots_behind_no_image_too() -> None:
    """A stack's have not: they are not its own."""
    snapshots = (snapshot("snap-1a", "a", 8), snapshot("snap-1f", "f", 20), snapshot("snap-9", "backup", 100))
    of_account = book(view(image(1), snapshots=snapshots, account=True)).totals
    of_stack = book(view(image(1), snapshots=snapshots)).totals

    assert (of_account.snapshots, of_account.others.total(), of_account.other_sizes.total()) == (2, 1, 100)
    assert (of_stack.snapshots, of_stack.others.total(), of_stack.other_sizes.total()) == (2, 0, 0)
