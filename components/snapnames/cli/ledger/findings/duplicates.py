"""Names that several snapshots have."""

from collections.abc import Iterator

from snapnames.cli.ledger.findings.finding import Finding, Kind
from snapnames.cli.ledger.reads import IMAGES, SNAPSHOTS
from snapnames.cli.ledger.view import View
from snapnames.printable import beside_commands
from snapnames.rules.images import VOLUME_OF_COPIES, Snapshot


def _find(view: View) -> Iterator[Finding]:
    bearers: dict[str, list[str]] = {}
    for snapshot in view.holdings.snapshots.values():
        if snapshot.name is not None:
            bearers.setdefault(snapshot.name, []).append(snapshot.snapshot_id)
    ours = {snapshot_id for image in view.images for snapshot_id in view.behind[image.image_id]}
    for name, snapshot_ids in bearers.items():
        if len(snapshot_ids) > 1 and (view.account or ours & set(snapshot_ids)):
            snapshots = [view.holdings.snapshots[one] for one in snapshot_ids]
            rightful = [one for one in snapshot_ids if view.name_for(one) == name] or snapshot_ids[:1]
            others = [one for one in snapshot_ids if one not in rightful] or snapshot_ids[1:]
            yield Finding(
                "duplicates",
                f"{len(snapshot_ids)} snapshots are called {beside_commands(name)!r}{_volumes(snapshots)}: "
                + ", ".join(snapshot_ids),
                "a name that several snapshots share is no reason to delete any of them, and backups often have the "
                "name of their volume; to tell them apart, give another name: "
                + view.command("create-tags", "--resources", others[0], "--tags", "Key=Name,Value=..."),
                snapshot_ids=tuple(snapshot_ids),
                live=name,
            )


def _volumes(snapshots: list[Snapshot]) -> str:
    """Of which volumes the snapshots are, where EC2 tells."""
    volumes = sorted({one.volume_id for one in snapshots if one.volume_id and one.volume_id != VOLUME_OF_COPIES})
    if not volumes:
        return ""
    return f" and are of volume{'s' if len(volumes) > 1 else ''} {', '.join(volumes)}"


KIND = Kind(
    "duplicates",
    _find,
    one="name that several snapshots bear",
    several="names that several snapshots bear",
    means="Several snapshots have the same Name. The finding says of which volumes they are.",
    cure=(
        "Give the others another Name. A shared Name is no reason to delete a snapshot: backups often have the name of "
        "their volume."
    ),
    reads=(SNAPSHOTS, IMAGES),
)
