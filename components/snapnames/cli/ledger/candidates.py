"""What could be let go: images with their snapshots, and snapshots whose image is gone. Plain functions."""

from collections.abc import Iterator

from snapnames.cli.ledger.view import View
from snapnames.printable import beside_commands
from snapnames.rules.candidates import Candidate, service_of
from snapnames.rules.images import Image, Snapshot
from snapnames.rules.tools import tool_of


def candidates(view: View) -> Iterator[Candidate]:
    """Every image of the account, and every snapshot of which EC2 says that its image is gone."""
    for image in view.holdings.images.values():
        yield of_image(view, image)
    for snapshot in view.holdings.snapshots.values():
        gone = snapshot.image_id is not None and snapshot.image_id not in view.holdings.images
        if gone and snapshot.snapshot_id not in view.images_of:
            yield of_snapshot(view, snapshot)


def of_image(view: View, image: Image, lost_by: str | None = None) -> Candidate:
    """An image with the snapshots that only it has."""
    behind = view.behind[image.image_id]
    owned = [view.holdings.snapshots[one] for one in behind if one in view.holdings.snapshots]
    alone = [one for one in owned if len(view.images_of[one.snapshot_id]) == 1 and _made_for(image, one)]
    return Candidate(
        image=image,
        snapshots=tuple(alone),
        service=service_of(image),
        newer=view.newer[image.image_id],
        newest=view.newest.get(service_of(image), ()),
        uses=_uses(view, image.image_id, *behind),
        unresolved=tuple(f"{use}, by {beside_commands(use.image_id)}" for use in view.unresolved),
        owned=_owned(view, image.image_id, *behind),
        others=tuple(one for one in owned if one not in alone),
        tool=tool_of(image.tags),
        region=view.region,
        lost_by=lost_by,
    )


def of_snapshot(view: View, snapshot: Snapshot) -> Candidate:
    """A snapshot whose image is gone."""
    return Candidate(
        image=None,
        snapshots=(snapshot,),
        service="(image is gone)",
        uses=_uses(view, snapshot.snapshot_id),
        owned=_owned(view, str(snapshot.image_id), snapshot.snapshot_id),
        doubled=view.doubled.get((snapshot.made_for, snapshot.volume_id), 0),
        volume=view.volume_of(snapshot),
        tool=view.tool(snapshot),
        region=view.region,
    )


def _made_for(image: Image, snapshot: Snapshot) -> bool:
    """Whether CreateImage made it for the image. An image that is ready maps all that it has.

    Another snapshot with the same description is of somebody who has given it that.
    """
    mapped = image.unfinished or snapshot.snapshot_id in image.snapshots.values()
    return mapped and snapshot.made_for == image.image_id


def _uses(view: View, *ids: str) -> tuple[str, ...]:
    found = (str(use) for one in ids for use in (*view.users.get(one, ()), *view.could_use.get(one, ())))
    return tuple(dict.fromkeys(found))


def _owned(view: View, image_id: str, *snapshot_ids: str) -> str:
    """Why the state that was read needs it. The names under `snapnames:ownedImages` are only names."""
    state = view.declared
    if image_id in state.images or image_id in state.leaving or any(one in state.names for one in snapshot_ids):
        return f"the state of the stack {state.stack} has it: drop it there"
    return ""
