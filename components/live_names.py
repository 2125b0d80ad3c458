"""Names that are given later, unless a person gives one first. EC2 can't make a write depend on the present name."""

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from .filters import VALUES, chunks
from .pace import AT_ONCE, Pace

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

SECONDS = 5
"""How many seconds before the write a name may have been read."""


class LiveNames:
    """Reads the names of waiting snapshots again. One call reads the names for all turns of the next seconds."""

    def __init__(self, read: Callable[[list[str]], Mapping[str, str]], per_second: float) -> None:
        """`read` gives the live names by snapshot id, for snapshots that have one. `per_second`: turns per second."""
        self._read, self._size = read, max(1, min(VALUES, int(per_second * SECONDS)))
        self._waiting: list[str] = []
        self._reads: dict[str, asyncio.Future[Mapping[str, str]]] = {}

    async def later(self, snapshot_id: str, name: str, seen: str | None, writes: Pace, *paces: Pace) -> str:
        """Give the name when its call may begin. If the live name is no longer the one that was `seen`, give that.

        A name that is given at once is not read again, because the first read is recent.
        """
        turns = [(pace, pace.turn()) for pace in (writes, *paces)]
        waits = turns[0][1] > AT_ONCE
        if waits:
            self._waiting.append(snapshot_id)
        for pace, turn in turns:
            await pace.reach(turn)
        live = await self._now(snapshot_id) if waits else None
        return live if live and live != seen else name

    async def _now(self, snapshot_id: str) -> str | None:
        if snapshot_id not in self._reads:
            first = self._waiting.index(snapshot_id)
            batch = self._waiting[first : first + self._size]
            del self._waiting[first : first + self._size]
            reading = asyncio.ensure_future(asyncio.to_thread(self._read, batch))
            self._reads |= dict.fromkeys(batch, reading)
        return (await self._reads.pop(snapshot_id)).get(snapshot_id)


def read_tags(client: "EC2Client", snapshot_ids: list[str], *keys: str) -> dict[str, dict[str, str]]:
    """The tags of these keys by snapshot, for the snapshots that have any. Makes a call for each 200 snapshots."""
    found: dict[str, dict[str, str]] = {}
    paginator = client.get_paginator("describe_tags")
    for chunk in chunks(snapshot_ids):
        pages = paginator.paginate(
            Filters=[{"Name": "resource-id", "Values": chunk}, {"Name": "key", "Values": list(keys)}]
        )
        for tag in (tag for page in pages for tag in page["Tags"]):
            found.setdefault(tag["ResourceId"], {})[tag["Key"]] = tag["Value"]
    return found


def read_names(client: "EC2Client", snapshot_ids: list[str]) -> dict[str, str]:
    """The Name of each snapshot that has one. Raises `InputError`: what can't be read is not named."""
    from .aws_session import reading  # noqa: PLC0415 -- takes long to import

    with reading("names that are given since"):
        return {snapshot_id: tags["Name"] for snapshot_id, tags in read_tags(client, snapshot_ids, "Name").items()}
