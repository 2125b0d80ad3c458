"""The sums of one region, and the snapshots of the account that are behind no image."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, fields

from snapnames.cli.ledger.findings import Finding
from snapnames.cli.ledger.view import View, size_of
from snapnames.rules.images import Snapshot
from snapnames.rules.tools import tool_of


@dataclass(frozen=True)
class Totals:
    """Sums over the images of a region, each snapshot counted once."""

    images: int = 0
    snapshots: int = 0
    size: int = 0
    orphans_size: int = 0
    unused_size: int = 0
    """GiB of the snapshots that would be deleted together with the unused images."""

    findings: Counter[str] = field(default_factory=Counter)

    others: Counter[str] = field(default_factory=Counter)
    """Of the account: snapshots behind no image that are no orphans, as backups of volumes and copies. By their volume:
    one of `VOLUMES`."""

    other_sizes: Counter[str] = field(default_factory=Counter)
    """GiB of them."""

    tool_images: Counter[str] = field(default_factory=Counter)
    """Of the account: how many images each tool has made, as their tags say."""

    tool_snapshots: Counter[str] = field(default_factory=Counter)
    tool_sizes: Counter[str] = field(default_factory=Counter)
    """GiB of the snapshots."""

    def __add__(self, other: "Totals") -> "Totals":
        """The sums over both."""
        return Totals(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    @property
    def everything(self) -> int:
        """GiB of all snapshots."""
        return self.size + self.orphans_size + self.other_sizes.total()


@dataclass(frozen=True)
class Other:
    """A snapshot behind no image that is no orphan either."""

    snapshot: Snapshot
    volume: str
    """One of `VOLUMES`."""

    tool: str
    region: str


def others_of(view: View) -> list[Other]:
    """Those of the account, the largest first. Without an account there is none."""
    if not view.account:
        return []
    orphans = {snapshot.snapshot_id for snapshot, _, _ in view.orphans}
    found = [
        Other(snapshot, view.volume_of(snapshot), view.tool(snapshot), view.region)
        for snapshot in view.holdings.snapshots.values()
        if snapshot.snapshot_id not in view.images_of and snapshot.snapshot_id not in orphans
    ]
    return sorted(found, key=lambda one: (-one.snapshot.size, one.snapshot.started, one.snapshot.snapshot_id))


def totals(
    view: View, images: int, snapshot_ids: Collection[str], found: Iterable[Finding], others: Iterable[Other]
) -> Totals:
    """The sums. `snapshot_ids`: what is behind the images."""
    snapshots = view.holdings.snapshots
    others, found = tuple(others), tuple(found)
    sizes, tool_snapshots, tool_sizes = Counter[str](), Counter[str](), Counter[str]()
    for other in others:
        sizes[other.volume] += other.snapshot.size
    for snapshot in snapshots.values() if view.account else ():
        tool = view.tool(snapshot)
        tool_snapshots[tool] += 1
        tool_sizes[tool] += snapshot.size
    return Totals(
        images=images,
        snapshots=len(snapshot_ids),
        size=size_of(snapshots, snapshot_ids),
        orphans_size=sum(finding.size or 0 for finding in found if finding.kind == "orphans"),
        unused_size=sum(finding.size or 0 for finding in found if finding.kind == "unused"),
        findings=Counter(finding.kind for finding in found),
        others=Counter(other.volume for other in others),
        other_sizes=sizes,
        tool_images=Counter(tool_of(image.tags) for image in view.images) if view.account else Counter(),
        tool_snapshots=tool_snapshots,
        tool_sizes=tool_sizes,
    )
