"""When calls may begin: EC2's bucket is never emptied, and never waited for longer than it takes to fill."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from snapnames.aws.pace import AT_ONCE, BURST, PER_SECOND, Pace, later

from tests.aws.clock import Clock


def test_the_bucket_is_ec2_s_less_a_reserve() -> None:
    """Ten are kept back for calls that are retried."""
    assert (BURST, PER_SECOND, AT_ONCE) == (100, 10.0, 90)


def test_the_first_calls_begin_at_once_and_the_others_as_fast_as_asked_for() -> None:
    """One after another, each as soon as it may."""
    clock = Clock()
    pace, began = Pace(4, clock, clock.sleep), []
    for _ in range(AT_ONCE + 4):
        pace.sleep()
        began.append(clock.now)

    assert began == [0.0] * AT_ONCE + [0.25, 0.5, 0.75, 1.0]


def test_several_calls_are_waited_for_until_the_last_of_them_may_begin() -> None:
    """They are then made one after another without a wait."""
    clock = Clock()
    pace, began = Pace(10, clock, clock.sleep), []
    for _ in range(12):
        pace.sleep(10)
        began.append(clock.now)

    assert began == [0.0] * 9 + [1.0, 2.0, 3.0]


def test_time_that_passes_between_calls_is_not_waited_for_again() -> None:
    """A slow answer fills the bucket too."""
    clock = Clock()
    pace = Pace(1, clock, clock.sleep)
    for _ in range(AT_ONCE):
        pace.sleep()
    clock.sleep(2.5)

    waits = [pace.wait() for _ in range(4)]

    assert waits == [0.0, 0.0, 0.5, 1.5]


def test_a_bucket_that_nothing_was_taken_from_does_not_fill() -> None:
    """The time before the first call is done does not count: the bucket is full all the while."""
    clock = Clock()
    pace = Pace(1, clock)
    clock.sleep(1000.0)

    async def begin_after_a_while() -> list[float]:
        waiting = [asyncio.ensure_future(later(turn, pace)) for turn in range(AT_ONCE + 2)]
        await asyncio.sleep(3)
        pace.begin()
        clock.sleep(0.5)
        pace.begin()
        began = []
        for one in waiting:
            await one
            began.append(clock.now)
        return began

    assert clock.run(begin_after_a_while()) == [1003.5] * AT_ONCE + [1004.0, 1005.0]


def test_what_goes_at_once_waits_for_no_other_call() -> None:
    """The whole burst, though not one call is done."""
    clock = Clock()
    pace = Pace(1, clock)

    async def give_all() -> list[int]:
        return await asyncio.gather(*(later(number, pace) for number in range(AT_ONCE)))

    assert clock.run(give_all()) == [*range(AT_ONCE)]


@pytest.mark.parametrize("rates", [(1, 1), (1, 2), (2, 1)])
def test_a_value_that_waits_at_two_paces_waits_for_the_slower_one(rates: tuple[int, int]) -> None:
    """A write takes a turn of each bucket."""
    clock = Clock()
    paces = [Pace(rate, clock) for rate in rates]

    async def give_all() -> list[float]:
        began: list[float] = []

        async def give(number: int) -> None:
            assert await later(number, *paces) == number
            began.append(clock.now)
            for pace in paces:
                pace.begin()

        await asyncio.gather(*(give(number) for number in range(AT_ONCE + 3)))
        return began

    assert clock.run(give_all()) == [0.0] * AT_ONCE + [1.0, 2.0, 3.0]


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(0, 5), min_size=1, max_size=150), st.floats(0.5, 50))
def test_calls_that_take_any_time_never_find_the_bucket_empty(takes: list[float], rate: float) -> None:
    """A token is taken when a call begins, and so many come in a second, up to the burst."""
    clock = Clock()
    pace = Pace(rate, clock, clock.sleep)
    tokens, filled = float(BURST), 0.0

    for seconds in takes:
        pace.sleep()
        tokens, filled = min(BURST, tokens + (clock.now - filled) * rate) - 1, clock.now
        assert tokens > 0
        clock.sleep(seconds)
