"""Calls spread over time, so that EC2's token bucket is never hit hard."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

BURST = 100
"""CreateTags calls, and DeleteTags calls, that EC2 takes at once: docs.aws.amazon.com/ec2/latest/devguide/
ec2-api-throttling.html."""

PER_SECOND = 10.0
"""How many it takes each second afterwards."""

READS_PER_WRITE = 2.0
"""It takes DescribeTags calls twice as fast, from a bucket of their own; the provider reads each tag that it writes."""


class Pace:
    """The times at which calls may begin: `BURST` at once, then so many a second."""

    def __init__(self, per_second: float = PER_SECOND, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with a full bucket at the first call."""
        self._per_second, self._clock = per_second, clock
        self._first: float | None = None
        self._calls = 0

    def wait(self) -> float:
        """Seconds from now until the next call may begin.

        >>> pace = Pace(per_second=4, clock=lambda: 7.0)
        >>> [pace.wait() for _ in range(BURST + 2)][-3:]
        [0.0, 0.25, 0.5]
        """
        now = self._clock()
        if self._first is None:
            self._first = now
        self._calls += 1
        return max(0.0, self._first + max(0, self._calls - BURST) / self._per_second - now)

    def sleep(self) -> None:
        """Wait until the next call may begin."""
        time.sleep(self.wait())


async def later(value: T, *paces: Pace) -> T:
    """Give the value when its call may begin at all these paces. Its turn is taken when this is first awaited."""
    await asyncio.sleep(max(pace.wait() for pace in paces))
    return value
