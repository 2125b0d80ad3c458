"""Deletes the snapshots that images have left, and keeps what is not proven to be left of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from snapnames.cli.display import Display
from snapnames.cli.recovery.made import Made
from snapnames.cli.state.declared import declared

IN_USE = "another image uses it"


@dataclass(frozen=True)
class Ended:
    """What has become of the snapshots that images have left."""

    deleted: list[str] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)
    """Snapshot id to why it stays."""


def declared_names(deployment: Mapping[str, Any]) -> Mapping[str, str]:
    """Snapshot id to the Name that the stack declared, of those that its program has written into the state."""
    return declared(deployment, "").named


def delete_left(
    made: Made, images: Mapping[str, str], names: Mapping[str, str], pattern: str, display: Display
) -> Ended:
    """Delete the snapshots that are left of images that EC2 does not have any more. `images`: id to name.

    `names`: snapshot id to the Name that the stack declared. `pattern`: the stack's pattern of names. The provider
    leaves such snapshots if it tries a delete again. A snapshot that is not proven to be left of its image stays, with
    the reason. Without images it reads nothing. Raises `CommandError`.
    """
    ended = Ended()
    if not images:
        return ended
    left = made.left_snapshots(images, names, pattern)
    for image_id, snapshot_ids in left.deletable.items():
        now = made.delete_snapshots(snapshot_ids)
        ended.deleted.extend(now)
        display.say(f"deleted what image {images[image_id]} ({image_id}) left: {', '.join(now) or '-'}")
        ended.kept.update(dict.fromkeys((one for one in snapshot_ids if one not in now), IN_USE))
    ended.kept.update(left.kept)
    for snapshot_id, why in ended.kept.items():
        display.say(f"snapshot {snapshot_id} stays: {why}")
    return ended
