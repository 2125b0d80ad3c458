"""When copies begin: no more snapshots are copied to a region at a time than EC2 copies."""

import asyncio

import pytest
from snapnames.resources.copy_turns import CopyTurns
from snapnames.rules.copies import COPIED_AT_ONCE


async def under_way(turns: CopyTurns, *sizes: int) -> tuple[list[asyncio.Task[None]], list[bool]]:
    """Let copies of so many snapshots come in this order; the copies, and which of them have begun."""
    copies = [asyncio.create_task(turns.take(size)) for size in sizes]
    await settled()
    return copies, [copy.done() for copy in copies]


async def settled() -> None:
    """Let everything go on that can."""
    for _ in range(10):
        await asyncio.sleep(0)


def test_a_copy_waits_while_ec2_would_refuse_it_and_begins_when_another_is_made() -> None:
    """EC2 copies 20 snapshots to a region at a time."""

    async def run() -> None:
        turns = CopyTurns()
        copies, begun = await under_way(turns, 8, 8, 8, 4)

        await turns.give_back(8)
        await settled()

        assert begun == [True, True, False, True]
        assert [copy.done() for copy in copies] == [True] * 4

    asyncio.run(run())


@pytest.mark.parametrize("snapshots", [COPIED_AT_ONCE + 1, 40])
def test_an_image_of_more_snapshots_than_ec2_copies_at_once_goes_alone(snapshots: int) -> None:
    """It is not kept for good; EC2 alone knows whether it takes it."""

    async def run() -> None:
        turns = CopyTurns()
        copies, begun = await under_way(turns, 1, snapshots)

        await turns.give_back(1)
        await settled()

        assert begun == [True, False]
        assert copies[1].done()

    asyncio.run(run())
