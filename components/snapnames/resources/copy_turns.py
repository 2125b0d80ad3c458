"""When each copy begins: EC2 copies only so many snapshots to a region at a time, and refuses what is more.

docs.aws.amazon.com/general/latest/gr/ebs-service.html. The engine would start all copies at once.
"""

import asyncio
from collections.abc import Sequence
from weakref import WeakKeyDictionary

import pulumi
from pulumi import ComponentResource, Input, Output, ProviderResource, Resource

from snapnames.rules.copies import COPIED_AT_ONCE
from snapnames.rules.resource_types import COPY


class CopyTurns:
    """The turns of the copies to one region, as far as this program makes them.

    Others may copy to the region too. Then EC2 refuses, and the update fails with EC2's error.
    """

    def __init__(self) -> None:
        """Begin with no copy under way."""
        self._under_way = 0
        self._changed = asyncio.Condition()

    async def take(self, snapshots: int) -> None:
        """Wait until as many snapshots may be copied. An image with more than EC2 copies at once goes alone."""
        async with self._changed:
            await self._changed.wait_for(lambda: not self._under_way or self._under_way + snapshots <= COPIED_AT_ONCE)
            self._under_way += snapshots

    async def give_back(self, snapshots: int) -> None:
        """Let the next ones go on."""
        async with self._changed:
            self._under_way -= snapshots
            self._changed.notify_all()


_turns: WeakKeyDictionary[Resource, dict[ProviderResource | None, CopyTurns]] = WeakKeyDictionary()


def _turns_of(owner: ComponentResource) -> CopyTurns:
    """The turns of the region of the owner's provider: those of all copies of the running program."""
    root = pulumi.runtime.get_root_resource()
    turns = {} if root is None else _turns.setdefault(root, {})
    return turns.setdefault(owner.get_provider(COPY), CopyTurns())


class CopyTurn:
    """The turn of one copy: it comes before the copy is registered, and ends when the copy is made or has failed."""

    def __init__(self, owner: ComponentResource, after: Output[str] | None) -> None:
        """Wait also for `after`, without depending on it: whether it is known says nothing of the copy."""
        self._turns, self._after = _turns_of(owner), after
        self._made: Output[str] | None = None
        self._given_back: asyncio.Future[None] | None = None

    def source(self, image_id: Input[str], devices: Input[Sequence[str]], first: Input[Sequence[str]]) -> Output[str]:
        """The image to copy, when the turn has come. `first`: what has to be read before."""
        return Output.all(image_id, devices, first).apply(lambda known: self._come(known[0], len(known[1] or ())))

    def ends_with(self, made: Output[str]) -> None:
        """Say by which id it is known that the copy is made."""
        self._made = made

    async def _come(self, image_id: str, snapshots: int) -> str:
        if self._after is not None:
            await self._after.future()
        await self._turns.take(snapshots)
        self._given_back = asyncio.ensure_future(self._give_back(snapshots))
        return image_id

    async def _give_back(self, snapshots: int) -> None:
        if self._made is not None:
            # The engine tells why a create has failed.
            await asyncio.gather(self._made.future(), return_exceptions=True)
        await self._turns.give_back(snapshots)
