"""Faults by chance: the same with the same seed, however calls overlap, and never for ever."""

import random
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from snapnames.testing.localaws.server import LocalAws, client

from tests.faults import Answer, Call, Delay, Drop, Fail, Fate, FaultProxy, Rates, Schedule, is_write

UNTIMED = settings(deadline=None)
SEEDS = st.integers(0, 2**64)
MIXED = Rates(fail_before=0.2, fail_after=0.1, drop_before=0.1, drop_after=0.2, delay=0.1)


def naming(number: int, snapshot: str = "snap-0123456789abcdef0", token: str = "") -> Call:
    """The call that names a snapshot."""
    parameters = {
        "ResourceId.1": snapshot,
        "Tag.1.Key": "Name",
        "Tag.1.Value": f"front-web-20180307231207({number:03d})",
    }
    return Call("ec2.CreateTags", parameters={**parameters, **({"ClientToken": token} if token else {})})


def fates(schedule: Schedule, calls: Iterable[Call]) -> dict[str, list[list[Fate]]]:
    """Name to what happens to the calls that give it, in their order."""
    found: dict[str, list[list[Fate]]] = {}
    for call in calls:
        found.setdefault(call.parameters["Tag.1.Value"], []).append(schedule.fates(call))
    return found


@UNTIMED
@given(SEEDS, st.randoms(use_true_random=False))
def test_a_seed_gives_each_request_the_same_fates_however_requests_overlap(seed: int, order: random.Random) -> None:
    """Of five namings with ten tries each, in another run with ids and tokens of its own."""
    calls = [naming(number) for number in range(5) for _ in range(10)]
    again = [naming(number, f"snap-{seed % 16**8:08x}", f"token {turn}") for turn in range(10) for number in range(5)]
    order.shuffle(again)

    assert fates(Schedule.random(seed, MIXED), calls) == fates(Schedule.random(seed, MIXED), again)


def test_another_seed_gives_other_fates() -> None:
    """Or a second run would show nothing new."""
    calls = [naming(number) for number in range(20)]

    assert fates(Schedule.random(1, MIXED), calls) != fates(Schedule.random(2, MIXED), calls)


@UNTIMED
@given(SEEDS, st.integers(0, 3))
def test_no_more_faults_than_allowed_follow_one_another(seed: int, in_a_row: int) -> None:
    """So that a client that tries once more than that always succeeds."""
    schedule = Schedule.random(seed, Rates(fail_before=0.5, drop_after=0.4), in_a_row=in_a_row)

    suffered = [bool(schedule.fates(naming(1))) for _ in range(60)]

    assert max((len(list(run)) for bad, run in groupby(suffered) if bad), default=0) <= in_a_row


def test_calls_that_differ_in_an_id_alone_have_fates_of_their_own() -> None:
    """Told apart by the order in which they first come; each has its own bound of faults."""
    schedule = Schedule.random(7, Rates(drop_before=1), in_a_row=1)
    first, second = naming(1, "snap-0123456789abcdef0"), naming(1, "snap-0123456789abcdef1")

    found = [schedule.fates(call) for call in (first, second, first, second, second)]

    assert found == [[Drop()], [Drop()], [], [], [Drop()]]


def test_each_fault_comes_as_often_as_its_rate_says() -> None:
    """Of 5,000 requests, within five standard deviations; the seed is fixed, so this never fails by chance."""
    schedule = Schedule.random(11, MIXED, delay_seconds=0.5)

    found = Counter(fate for number in range(5000) for fate in schedule.fates(naming(number)))
    failures = {after: [f for f in found if isinstance(f, Fail) and f.after is after] for after in (False, True)}
    counted = {
        "fail before": sum(found[one] for one in failures[False]),
        "fail after": sum(found[one] for one in failures[True]),
        "drop before": found[Drop()],
        "drop after": found[Drop(after=True)],
        "delay": found[Delay(seconds=0.5)],
    }

    expected = {"fail before": 1000, "fail after": 500, "drop before": 500, "drop after": 1000, "delay": 500}
    assert {name for name in expected if abs(counted[name] - expected[name]) > 5 * expected[name] ** 0.5} == set()
    assert sum(counted.values()) == found.total()
    assert {(one.code, one.status) for one in failures[False]} == {("Unavailable", 503), ("InternalError", 500)}


def test_a_rule_goes_before_chance_and_a_cleared_schedule_lets_all_pass() -> None:
    """A chosen fault is not made another by a chance one."""
    schedule = Schedule.random(1, Rates(drop_before=1), in_a_row=9)
    schedule.at(is_write, 1, Fail(after=True))

    found = [schedule.fates(naming(1)), schedule.fates(naming(1))]
    schedule.clear()

    assert [*found, schedule.fates(naming(1))] == [[Fail(after=True)], [Drop()], []]


@pytest.mark.parametrize("shares", [{"delay": -0.1}, {"fail_before": 0.6, "drop_after": 0.5}])
def test_shares_that_are_none_are_refused(shares: dict[str, float]) -> None:
    """All of the calls can suffer, more can't."""
    assert Rates(drop_after=0.5, delay=0.5).delay == 0.5

    with pytest.raises(ValueError, match="shares are at least 0, and together at most 1"):
        Rates(**shares)


def test_a_client_that_retries_gets_every_name_right_and_the_same_faults_again(
    aws: LocalAws, volume: str, names: Callable[[], list[str]]
) -> None:
    """Two runs over real HTTP, with half of the calls lost or failed."""
    runs: list[list[Call]] = []
    for _ in range(2):
        schedule = Schedule.random(5, Rates(fail_before=0.1, fail_after=0.1, drop_before=0.2, drop_after=0.1))
        with FaultProxy(aws.url, schedule) as proxy:
            ec2 = client(proxy.url, "ec2", attempts=3)
            for number in range(8):
                ec2.create_tags(Resources=[volume], Tags=[{"Key": "Name", "Value": str(number)}])
            runs.append(proxy.calls())

    assert names() == ["7"]
    assert runs[0] == runs[1]
    assert Counter(runs[0])[Call("ec2.CreateTags", Answer.PASSED)] == 8
    assert len(runs[0]) > 8
