"""Names that are given later, unless a person gives one first. EC2 can't make a write depend on the present name."""

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from snapnames.rules.limits import VALUES

from .pace import AT_ONCE, Pace
from .tags import read_tags

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

SECONDS = 5
"""How many seconds before its turn a name may have been read."""


class LiveNames:
    """Reads the names of waiting snapshots again. One call reads the names for all turns of the next seconds."""

    def __init__(self, read: Callable[[list[str]], Mapping[str, str]], per_second: float) -> None:
        """`read` gives the live names by snapshot id, for snapshots that have one. `per_second`: turns per second."""
        self._read, self._size = read, max(1, min(VALUES, int(per_second * SECONDS)))
        self._at_once: list[str] = []
        self._waiting: list[str] = []
        self._reads: dict[str, asyncio.Future[Mapping[str, str]]] = {}

    async def later(self, snapshot_id: str, name: str, seen: str | None, writes: Pace, *paces: Pace) -> str:
        """Give the name when its call may begin. If the live name is no longer the one that was `seen`, give that.

        The names that are given at once are read again too, all of them together: the account may have been listed many
        seconds ago, for example before an image was built.
        """
        turns = [(pace, pace.turn()) for pace in (writes, *paces)]
        waits = turns[0][1] > AT_ONCE
        queue, size = (self._waiting, self._size) if waits else (self._at_once, VALUES)
        queue.append(snapshot_id)
        for pace, turn in turns:
            await pace.reach(turn)
        await asyncio.sleep(0)  # so that the others of the same moment are in the queue
        live = await self._now(snapshot_id, queue, size)
        return live if live and live != seen else name

    async def _now(self, snapshot_id: str, queue: list[str], size: int) -> str | None:
        if snapshot_id not in self._reads:
            first = queue.index(snapshot_id)
            batch = queue[first : first + size]
            del queue[first : first + size]
            reading = asyncio.ensure_future(asyncio.to_thread(self._read, batch))
            self._reads |= dict.fromkeys(batch, reading)
        return (await self._reads.pop(snapshot_id)).get(snapshot_id)


def read_names(client: "EC2Client", snapshot_ids: list[str]) -> dict[str, str]:
    """The Name of each that has one. Raises `InputError`, since nothing is named that can't be read."""
    from .session import reading  # noqa: PLC0415 -- takes long to import

    with reading("names that are given since"):
        return {snapshot_id: tags["Name"] for snapshot_id, tags in read_tags(client, snapshot_ids, "Name").items()}
