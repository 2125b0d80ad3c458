"""Spreads calls over time, so that EC2's token bucket is never empty."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PER_SECOND = 10.0
"""CreateTags calls, and DeleteTags calls, that EC2 takes each second: docs.aws.amazon.com/ec2/latest/devguide/
ec2-api-throttling.html."""

BURST = 100
"""How many calls EC2 takes at once, from a full bucket."""

READS_PER_WRITE = 2.0
"""EC2 takes twice as many DescribeTags calls, from another bucket. The provider reads each tag that it writes."""

RESERVE = int(PER_SECOND)
"""Calls of the burst that are kept back. EC2 fills the bucket only once a second, and each retry takes a token too."""

AT_ONCE = BURST - RESERVE


class Pace:
    """The times at which calls may begin: `AT_ONCE` calls at once, and then a fixed number per second."""

    def __init__(self, per_second: float = PER_SECOND, clock: Callable[[], float] = time.monotonic) -> None:
        """Start with a full bucket. No tokens are added before `begin`."""
        self._per_second, self._clock = per_second, clock
        self._began: float | None = None
        self._done = asyncio.Event()
        self._turns = 0

    def begin(self) -> None:
        """Say that a call is done. From now on the bucket gets tokens. Before, it was full and got none."""
        if self._began is None:
            self._began = self._clock()
            self._done.set()

    def wait(self) -> float:
        """Take a turn. Gives the seconds from now until its call may begin.

        >>> pace = Pace(per_second=4, clock=lambda: 7.0)
        >>> [pace.wait() for _ in range(AT_ONCE + 2)][-3:]
        [0.0, 0.25, 0.5]
        """
        return self._left(self.turn())

    def sleep(self) -> None:
        """Take a turn and wait until its call may begin. For calls that are made one after another."""
        time.sleep(self.wait())

    def turn(self) -> int:
        """Take a turn. `reach` waits for it."""
        self._turns += 1
        return self._turns

    async def reach(self, turn: int) -> None:
        """Wait until the call of a turn may begin. A turn beyond `AT_ONCE` first waits for `begin`."""
        if turn > AT_ONCE:
            await self._done.wait()
            await asyncio.sleep(self._left(turn))

    def _left(self, turn: int) -> float:
        self.begin()
        due = (self._began or 0.0) + max(0, turn - AT_ONCE) / self._per_second
        return max(0.0, due - self._clock())


async def later(value: T, *paces: Pace) -> T:
    """Give the value when its call may begin at all of these paces. The turns are taken when this is first awaited."""
    for pace, turn in [(pace, pace.turn()) for pace in paces]:
        await pace.reach(turn)
    return value
