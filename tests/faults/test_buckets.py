"""Token buckets: which call is over the limit, to the nanosecond, and what its client is told."""

from collections.abc import Callable
from fractions import Fraction
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from snapnames.testing.localaws.server import LocalAws, client

from tests.faults import BARE, EC2_RATES, Answer, Buckets, Call, FaultProxy, Rate
from tests.faults.refusals import refusal

SECOND = 1_000_000_000
UNTIMED = settings(deadline=None)


class Clock:
    """Nanoseconds, as told by a test."""

    def __init__(self, *ticks: int) -> None:
        """Give these from the first asking on, and the last for ever."""
        self.ticks = list(ticks)

    def __call__(self) -> int:
        """The time now."""
        return self.ticks.pop(0) if len(self.ticks) > 1 else self.ticks[0]


def allowed(rates: dict[str, Rate], calls: list[tuple[int, Call]]) -> list[bool]:
    """Whether each of these calls, at its nanosecond, is done."""
    buckets = Buckets(rates, Clock(*(at for at, _ in calls)))
    return [buckets.allow(call) for _, call in calls]


def arrivals(rate: Rate, times: list[int]) -> list[bool]:
    """The same for calls of one API."""
    return allowed({"ec2.CreateTags": rate}, [(at, Call("ec2.CreateTags")) for at in times])


def reference(rate: Rate, times: list[int]) -> list[bool]:
    """The same by ITU-T I.371's virtual scheduling, which knows no tokens: a call may be early, but not too early."""
    between = Fraction(SECOND) / rate.per_second
    expected = Fraction(times[0])
    done = []
    for at in times:
        done.append(at >= expected - (rate.capacity - 1) * between)
        if done[-1]:
            expected = max(expected, Fraction(at)) + between
    return done


RATES = st.builds(Rate, st.integers(1, 5), st.fractions(Fraction(1, 50), 50, max_denominator=50))
GAPS = st.lists(
    st.one_of(st.integers(0, 3), st.integers(0, 3 * SECOND), st.sampled_from([SECOND // 10, SECOND // 3, SECOND])),
    min_size=1,
    max_size=40,
)


@UNTIMED
@given(RATES, GAPS)
def test_a_bucket_decides_as_another_exact_algorithm_does(rate: Rate, gaps: list[int]) -> None:
    """Whatever the rate and the times."""
    times = list(accumulate(gaps))

    assert arrivals(rate, times) == reference(rate, times)


@pytest.mark.parametrize("start", [0, 123_456_789_987_654_321])
def test_a_full_bucket_lets_its_capacity_pass_and_then_one_call_a_token(start: int) -> None:
    """CreateTags: 100 at once, then one each tenth of a second, not a nanosecond earlier."""
    tenth = SECOND // 10
    times = (
        [start] * 101 + [start + tenth - 1, start + tenth, start + tenth, start + 3 * tenth] + [start + 3 * tenth] * 2
    )

    done = arrivals(EC2_RATES["ec2.CreateTags"], times)

    assert done == [True] * 100 + [False] + [False, True, False, True] + [True, False]


def test_a_third_of_a_token_is_a_third() -> None:
    """Three of them are one, which no decimal number can say."""
    done = arrivals(Rate(1, Fraction(1, 3)), [0, 1 * SECOND, 2 * SECOND, 3 * SECOND - 1, 3 * SECOND, 6 * SECOND])

    assert done == [True, False, False, False, True, True]


def test_a_bucket_holds_no_more_than_its_capacity() -> None:
    """After a night as after a minute."""
    assert arrivals(Rate(2, 10), [0, 0, 0, 9**9 * SECOND, 9**9 * SECOND, 9**9 * SECOND]) == [True, True, False] * 2


def test_each_api_and_region_has_a_bucket_of_its_own() -> None:
    """An API that is not in the table has none."""
    rates = {"ec2.CreateTags": Rate(1, 1), "ec2.DeleteTags": Rate(1, 1)}
    tag, untag = Call("ec2.CreateTags", region="eu-west-1"), Call("ec2.DeleteTags", region="eu-west-1")
    elsewhere, other = Call("ec2.CreateTags", region="us-west-2"), Call("ec2.RunInstances", region="eu-west-1")

    done = allowed(rates, [(0, call) for call in (tag, tag, untag, untag, elsewhere, elsewhere, other, other)])

    assert done == [True, False, True, False, True, False, True, True]


@pytest.mark.parametrize(
    ("parameters", "done"),
    [
        ({"Owner.1": "self"}, [True] * 50 + [False] * 51),
        ({"SnapshotId.1": "snap-12345678"}, [True] * 50 + [False] * 51),
        ({"MaxResults": "1000"}, [True] * 100 + [False]),
        ({"Filter.1.Name": "tag-key", "Filter.1.Value.1": "Name"}, [True] * 100 + [False]),
    ],
)
def test_a_read_without_pages_and_filters_has_a_smaller_bucket(parameters: dict[str, str], done: list[bool]) -> None:
    """DescribeSnapshots."""
    call = Call("ec2.DescribeSnapshots", parameters=parameters)

    assert allowed(dict(EC2_RATES), [(0, call)] * 101) == done


def test_the_two_buckets_of_a_read_are_not_one() -> None:
    """What one lacks the other may have."""
    bare, paged = Call("ec2.DescribeSnapshots"), Call("ec2.DescribeSnapshots", parameters={"MaxResults": "5"})
    rates = {"ec2.DescribeSnapshots": Rate(2, 1), "ec2.DescribeSnapshots" + BARE: Rate(1, 1)}

    done = allowed(rates, [(0, call) for call in (bare, bare, paged, paged, paged)])

    assert done == [True, False, True, True, False]


@pytest.mark.parametrize(("capacity", "per_second"), [(0, 1), (1, -1)])
def test_a_bucket_that_can_hold_nothing_is_refused(capacity: int, per_second: int) -> None:
    """Every call would be throttled for ever; a bucket that never fills again is good."""
    assert arrivals(Rate(1, 0), [0, 9**9 * SECOND]) == [True, False]

    with pytest.raises(ValueError, match="a bucket holds at least one token, and does not leak"):
        Rate(capacity, per_second)


def test_a_call_over_its_bucket_is_told_so_and_never_reaches_ec2(
    aws: LocalAws, volume: str, names: Callable[[], list[str]]
) -> None:
    """The next token lets the next call pass."""
    buckets = Buckets({"ec2.CreateTags": Rate(1, 1)}, Clock(0, 0, SECOND))

    with FaultProxy(aws.url, buckets=buckets) as proxy:
        ec2 = client(proxy.url, "ec2")

        def name(value: str) -> None:
            ec2.create_tags(Resources=[volume], Tags=[{"Key": "Name", "Value": value}])

        name("1")
        told, left = refusal(lambda: name("2")), names()
        name("3")

    assert (told, left, names()) == ((503, "RequestLimitExceeded"), ["1"], ["3"])
    assert [call.answer for call in proxy.calls()] == [Answer.PASSED, Answer.THROTTLED, Answer.PASSED]


def test_other_services_are_throttled_in_their_own_words(aws: LocalAws) -> None:
    """Auto Scaling has a status and a code of its own."""
    buckets = Buckets({"autoscaling.DescribeAutoScalingGroups": Rate(1, 0)}, Clock(0))

    with FaultProxy(aws.url, buckets=buckets) as proxy:
        autoscaling = client(proxy.url, "autoscaling")
        autoscaling.describe_auto_scaling_groups()
        told = refusal(autoscaling.describe_auto_scaling_groups)

    assert told == (400, "Throttling")
