"""Calls spread over time, so that EC2's token bucket is never hit hard."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PER_SECOND = 10.0
"""CreateTags calls, and DeleteTags calls, that EC2 takes each second: docs.aws.amazon.com/ec2/latest/devguide/
ec2-api-throttling.html."""

BURST = 100
"""How many it takes at once before."""

READS_PER_WRITE = 2.0
"""It takes DescribeTags calls twice as fast, from a bucket of their own; the provider reads each tag that it writes."""

RESERVE = int(PER_SECOND)
"""Of those, kept back: EC2 fills the bucket once a second, and a call that is retried takes a token of its own."""

AT_ONCE = BURST - RESERVE


class Pace:
    """The times at which calls may begin: `AT_ONCE` of them, then so many a second."""

    def __init__(
        self,
        per_second: float = PER_SECOND,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        """A full bucket, which fills no more until `begin`. `sleep`: waits for so many seconds of the clock."""
        self._per_second, self._clock, self._sleep = per_second, clock, sleep
        self._began: float | None = None
        self._done = asyncio.Event()
        self._turns = 0

    def begin(self) -> None:
        """Say that a call is done, so that the bucket fills from now on; it did not while it was full."""
        if self._began is None:
            self._began = self._clock()
            self._done.set()

    def wait(self) -> float:
        """Take a turn: seconds from now until its call may begin.

        >>> pace = Pace(per_second=4, clock=lambda: 7.0)
        >>> [pace.wait() for _ in range(AT_ONCE + 2)][-3:]
        [0.0, 0.25, 0.5]
        """
        return self._left(self.turn())

    def sleep(self, calls: int = 1) -> None:
        """Wait until the next so many calls may begin; for one call after another."""
        self._sleep(max(self.wait() for _ in range(calls)))

    def turn(self) -> int:
        """Take a turn, to be waited for with `reach`."""
        self._turns += 1
        return self._turns

    async def reach(self, turn: int) -> None:
        """Wait until the call of a turn may begin: one that has to wait does so for `begin` first."""
        if turn > AT_ONCE:
            await self._done.wait()
            await asyncio.sleep(self._left(turn))

    def _left(self, turn: int) -> float:
        self.begin()
        due = (self._began or 0.0) + max(0, turn - AT_ONCE) / self._per_second
        return max(0.0, due - self._clock())


async def later(value: T, *paces: Pace) -> T:
    """Give the value when its call may begin at all these paces. Its turns are taken when this is first awaited."""
    for pace, turn in [(pace, pace.turn()) for pace in paces]:
        await pace.reach(turn)
    return value
