"""Names that wait for their turn, and what a person gives meanwhile."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from snapnames.aws.live_names import SECONDS, LiveNames
from snapnames.aws.pace import AT_ONCE, Pace
from snapnames.errors import InputError

from tests.aws.clock import Clock

RATE = 2.0


class Account:
    """Snapshots, and the names that persons give at a time of the clock."""

    def __init__(self, clock: Clock, count: int, persons: Mapping[int, tuple[float, str]]) -> None:
        """So many snapshots; `persons`: number of a snapshot to when it is named, and how."""
        self.clock, self.persons = clock, persons
        self.ids = [f"snap-{number:04}" for number in range(count)]
        self.reads: list[tuple[float, list[str]]] = []

    def live(self, number: int) -> str | None:
        """Its name now."""
        when, name = self.persons.get(number, (0.0, ""))
        return name if name and self.clock.now >= when else None

    def read(self, snapshot_ids: list[str]) -> dict[str, str]:
        """The names that there are, and remember that they were read."""
        self.reads.append((self.clock.now, snapshot_ids))
        found = {one: self.live(self.ids.index(one)) for one in snapshot_ids}
        return {one: name for one, name in found.items() if name}

    def given(self, seen: Mapping[int, str] | None = None) -> dict[str, tuple[float, str]]:
        """Have all named `ours`, as fast as it goes: by snapshot when, and the name that was decided on."""
        names, pace = LiveNames(self.read, RATE), Pace(RATE, self.clock)
        found: dict[str, tuple[float, str]] = {}

        async def give(number: int) -> None:
            name = await names.later(self.ids[number], "ours", (seen or {}).get(number), pace)
            found[self.ids[number]] = (self.clock.now, name)
            pace.begin()

        async def give_all() -> None:
            await asyncio.gather(*(give(number) for number in range(len(self.ids))))

        self.clock.run(give_all())
        return found


def test_names_that_go_at_once_are_read_again_in_one_call_and_the_others_for_the_next_seconds_in_one_call() -> None:
    """Ten are five seconds' worth at this rate."""
    account = Account(Clock(), AT_ONCE + 25, {})

    given_at = account.given()

    assert account.reads == [
        (0.0, account.ids[:AT_ONCE]),
        (0.5, account.ids[AT_ONCE : AT_ONCE + 10]),
        (5.5, account.ids[AT_ONCE + 10 : AT_ONCE + 20]),
        (10.5, account.ids[AT_ONCE + 20 :]),
    ]
    assert {name for _, name in given_at.values()} == {"ours"}
    assert [when for when, _ in given_at.values()][-2:] == [12.0, 12.5]


@pytest.mark.parametrize(
    ("named_at", "seen", "name"),
    [
        (0.4, None, "theirs"),
        (0.6, None, "ours"),
        (0.4, "theirs", "ours"),
        (0.4, "before", "theirs"),
    ],
)
def test_a_name_that_is_not_what_was_seen_stays_if_it_was_given_before_the_read(
    named_at: float, seen: str | None, name: str
) -> None:
    """A name that was there when the account was listed was decided on then."""
    account = Account(Clock(), AT_ONCE + 1, {AT_ONCE: (named_at, "theirs")})

    found = account.given({AT_ONCE: seen} if seen else None)

    assert found[account.ids[-1]] == (0.5, name)


def test_a_name_that_was_given_since_the_account_was_listed_stays_also_if_its_turn_comes_at_once() -> None:
    """A single name is written at once, and the list may be old."""
    account = Account(Clock(), 2, {0: (0.0, "theirs")})

    found = account.given()

    assert found == {account.ids[0]: (0.0, "theirs"), account.ids[1]: (0.0, "ours")}
    assert account.reads == [(0.0, account.ids)]


@settings(deadline=None, max_examples=30)
@given(st.dictionaries(st.integers(0, AT_ONCE + 39), st.tuples(st.floats(0, 25), st.just("theirs"))))
def test_no_name_that_a_person_gave_more_than_some_seconds_before_is_replaced(
    persons: Mapping[int, tuple[float, str]],
) -> None:
    """Whoever is named when; and nobody's name is thought of that was not given."""
    account = Account(Clock(), AT_ONCE + 40, persons)

    for snapshot_id, (when, name) in account.given().items():
        named_at, _ = persons.get(account.ids.index(snapshot_id), (1000.0, ""))
        assert name == "theirs" or named_at > when - SECONDS
        assert name == "ours" or named_at <= when


@pytest.mark.parametrize(("rate", "size"), [(0.1, 1), (1000.0, 200)])
def test_a_read_is_of_one_snapshot_at_least_and_of_as_many_as_a_filter_takes_at_most(rate: float, size: int) -> None:
    """However slow or fast names are given."""
    clock, reads = Clock(), list[int]()

    def read(snapshot_ids: Sequence[str]) -> dict[str, str]:
        reads.append(len(snapshot_ids))
        return {}

    names, pace = LiveNames(read, rate), Pace(rate, clock)

    async def give_all() -> None:
        waiting = [names.later(f"snap-{number}", "ours", None, pace) for number in range(AT_ONCE + 2 * size)]
        given_names = asyncio.gather(*waiting)
        await asyncio.sleep(0)
        pace.begin()
        await given_names

    clock.run(give_all())

    assert reads == [AT_ONCE, size, size]


def test_a_read_that_fails_fails_all_the_names_that_it_was_for() -> None:
    """Nothing is named that can't be read."""
    clock = Clock()

    def refuse(_: Sequence[str]) -> dict[str, str]:
        raise InputError("names can't be read")

    names, pace = LiveNames(refuse, RATE), Pace(RATE, clock)

    async def give_all() -> list[str | BaseException]:
        waiting = [names.later(f"snap-{number}", "ours", None, pace) for number in range(AT_ONCE + 3)]
        given_names = asyncio.gather(*waiting, return_exceptions=True)
        await asyncio.sleep(0)
        pace.begin()
        return await given_names

    ended = clock.run(give_all())

    assert [str(one) for one in ended] == ["names can't be read"] * (AT_ONCE + 3)
