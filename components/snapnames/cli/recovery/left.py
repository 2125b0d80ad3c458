"""Deletes the snapshots that images have left, and keeps what is not proven to be left of them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from snapnames.cli.display import Display
from snapnames.cli.recovery.made import Left, Made
from snapnames.cli.state.declared import declared

_IN_USE = "another image uses it"


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
    if not images:
        return Ended()
    left = made.left_snapshots(images, names, pattern)
    said = {image_id: f"image {name}" for image_id, name in images.items()}
    return delete_proven(left, made.delete_snapshots, said, display)


def delete_proven(
    left: Left,
    delete: Callable[[Iterable[str]], list[str]],
    said: Mapping[str, str],
    display: Display,
    place: str = "",
) -> Ended:
    """Delete what is proven to be left of images, and say what is deleted and what stays.

    `delete`: gives the ids of those that it has deleted; it leaves what another image uses. `said`: image id to what to
    call the image. `place`: where the snapshots are, if not in the region of the stack. Raises `CommandError`.
    """
    ended = Ended()
    where = f" in {place}" if place else ""
    for image_id, snapshot_ids in left.deletable.items():
        now = delete(snapshot_ids)
        ended.deleted.extend(now)
        display.say(f"deleted what {said[image_id]} ({image_id}) left: {', '.join(now) or '-'}")
        ended.kept.update(dict.fromkeys((one for one in snapshot_ids if one not in now), _IN_USE))
    ended.kept.update(left.kept)
    for snapshot_id, why in ended.kept.items():
        display.say(f"snapshot {snapshot_id}{where} stays: {why}")
    return ended
