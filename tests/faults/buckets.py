"""EC2's token buckets: how many calls of an API an account may make, to the nanosecond.

Exact: levels are fractions, time is a whole number of nanoseconds. EC2 adds its tokens every second; here they come in
evenly, so that no test depends on where a second begins.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from tests.faults.call import Call

_SECOND = 1_000_000_000

BARE = " bare"
"""Behind the name of a read: the bucket of its calls that have neither a page size nor a filter."""


@dataclass(frozen=True)
class Rate:
    """The size of a bucket, and how fast it fills."""

    capacity: int
    per_second: int | Fraction

    def __post_init__(self) -> None:
        if self.capacity < 1 or self.per_second < 0:
            raise ValueError(f"{self}: a bucket holds at least one token, and does not leak")


_READS = Rate(100, 20)
EC2_RATES: Mapping[str, Rate] = {
    "ec2.CreateTags": Rate(100, 10),
    "ec2.DeleteTags": Rate(100, 10),
    "ec2.DescribeImages": _READS,
    "ec2.DescribeTags": _READS,
    "ec2.DescribeSnapshots": _READS,
    "ec2.DescribeSnapshots" + BARE: Rate(50, 10),
    "ec2.CreateImage": Rate(50, 5),
    "ec2.RegisterImage": Rate(50, 5),
    "ec2.DeregisterImage": Rate(100, 5),
    "ec2.DeleteSnapshot": Rate(100, 5),
    "ec2.CreateLaunchTemplateVersion": Rate(100, 5),
    "ec2.CopyImage": Rate(100, 1),
}
"""docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html; an API that is not here is not throttled."""


class Bucket:
    """The tokens of one API in one region. Full at first."""

    def __init__(self, rate: Rate, now: int) -> None:
        """Fill it; `now` is in nanoseconds."""
        self._rate, self._tokens, self._at = rate, Fraction(rate.capacity), now

    def take(self, now: int) -> bool:
        """Take a token; a call that is refused takes none."""
        came = self._rate.per_second * Fraction(now - self._at, _SECOND)
        self._tokens, self._at = min(Fraction(self._rate.capacity), self._tokens + came), now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class Buckets:
    """A bucket for each API and region. Used by one thread at a time."""

    def __init__(self, rates: Mapping[str, Rate] = EC2_RATES, clock: Callable[[], int] = time.monotonic_ns) -> None:
        """Name the rates; `clock` gives nanoseconds, and is asked once for each call that has a bucket."""
        self._rates, self._clock = dict(rates), clock
        self._buckets: dict[tuple[str, str], Bucket] = {}

    def allow(self, call: Call) -> bool:
        """Whether EC2 does the call; true if there is no bucket for it."""
        name = call.name + BARE if call.name + BARE in self._rates and _is_bare(call) else call.name
        if name not in self._rates:
            return True
        now, key = self._clock(), (name, call.region)
        if key not in self._buckets:
            self._buckets[key] = Bucket(self._rates[name], now)
        return self._buckets[key].take(now)


def _is_bare(call: Call) -> bool:
    return not any(name == "MaxResults" or name.startswith("Filter.") for name in call.parameters)
