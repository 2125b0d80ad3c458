"""The ledger itself: a row for each image, the findings, the sums."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from snapnames.cli.ledger.findings import Finding, findings
from snapnames.cli.ledger.plan import Plan
from snapnames.cli.ledger.prices import Price
from snapnames.cli.ledger.view import View, size_of
from snapnames.rules.images import Image, Snapshot, Use
from snapnames.rules.naming import ordered_devices


@dataclass(frozen=True)
class Line:
    """A snapshot behind an image."""

    snapshot_id: str
    device: str
    """Empty while EC2 does not show it."""

    snapshot: Snapshot | None
    """None if another account owns the snapshot."""

    declared: str | None
    """The Name that the stack declares for it."""

    shared_with: tuple[str, ...]
    """Ids of the other images that have the snapshot."""

    @property
    def name(self) -> str | None:
        """The Name that the snapshot has."""
        return self.snapshot.name if self.snapshot else None

    @property
    def size(self) -> int:
        """GiB of its volume."""
        return self.snapshot.size if self.snapshot else 0


@dataclass(frozen=True)
class Row:
    """An image."""

    image: Image
    release: str | None
    live: bool
    """Whether the image belongs to the live release."""

    in_state: bool
    lines: tuple[Line, ...]
    """Its snapshots, root first."""

    size: int
    """GiB of all its volumes."""

    used_by: tuple[Use, ...]

    @property
    def builder(self) -> str | None:
        """The stack that built the image, if it is not the ledger's stack."""
        return None if self.release else self.image.builder

    @property
    def title(self) -> str:
        """The release. If the image has no release, its name."""
        return self.release or self.image.name


@dataclass(frozen=True)
class Totals:
    """Sums over the images, each snapshot counted once."""

    images: int
    snapshots: int
    size: int
    orphans_size: int
    unused_size: int
    """GiB of the snapshots that would be deleted together with the unused images."""

    findings: Counter[str]

    others: int = 0
    """Of the account: snapshots behind no image that are no orphans either, as backups of volumes and copies."""

    others_size: int = 0
    """GiB of them."""


@dataclass(frozen=True)
class Ledger:
    """The result of `snapnames ledger`."""

    taken: datetime
    region: str
    stack: str | None
    """The stack's name as the user gave it. None without a stack."""

    account: bool
    price: Price | None
    rows: tuple[Row, ...]
    findings: tuple[Finding, ...]
    totals: Totals
    calls: int
    """How many API calls the ledger took."""

    plan: Plan | None = None
    """What can be let go. None if the ledger covers only a stack."""

    account_id: str = ""
    """The account that owns the images and snapshots. Empty if there are none."""

    def age(self, row: Row) -> timedelta:
        """How long ago the image was made."""
        return max(self.taken - row.image.created, timedelta())

    def usd(self, size: int) -> float | None:
        """What this many GiB cost a month at most, in USD. None without a price."""
        return self.price.of(size) if self.price else None

    @property
    def about(self) -> str:
        """What the ledger covers, in words."""
        if self.account:
            owner = f"the account {self.account_id}" if self.account_id else "the account"
            return f"all images of {owner} and the snapshots behind them in {self.region}"
        return f"the images and snapshots of stack {self.stack} in {self.region}"


def keep(  # noqa: PLR0913 -- each is a fact on the ledger
    view: View,
    *,
    taken: datetime,
    region: str,
    stack: str | None,
    price: Price | None,
    calls: int,
    plan: Plan | None = None,
) -> Ledger:
    """Make the ledger from what was read."""
    rows = tuple(_row(view, image) for image in view.images)
    found = tuple(findings(view))
    snapshots = {line.snapshot_id for row in rows for line in row.lines}
    orphans = {snapshot.snapshot_id for snapshot, _, _ in view.orphans}
    others = {*view.holdings.snapshots} - snapshots - orphans if view.account else set[str]()
    totals = Totals(
        images=len(rows),
        snapshots=len(snapshots),
        size=size_of(view.holdings.snapshots, snapshots),
        orphans_size=sum(finding.size or 0 for finding in found if finding.kind == "orphans"),
        unused_size=sum(finding.size or 0 for finding in found if finding.kind == "unused"),
        findings=Counter(finding.kind for finding in found),
        others=len(others),
        others_size=size_of(view.holdings.snapshots, others),
    )
    return Ledger(taken, region, stack, view.account, price, rows, found, totals, calls, plan, _owner(view))


def _owner(view: View) -> str:
    images = (image.owner_id for image in view.holdings.images.values())
    snapshots = (snapshot.owner_id for snapshot in view.holdings.snapshots.values())
    return next((owner for owner in chain(images, snapshots) if owner), "")


def _row(view: View, image: Image) -> Row:
    release = view.release(image)
    lines = tuple(_lines(view, image))
    return Row(
        image=image,
        release=release,
        live=release is not None and release == view.declared.live,
        in_state=image.image_id in view.declared.images,
        lines=lines,
        size=size_of(view.holdings.snapshots, (line.snapshot_id for line in lines)),
        used_by=tuple(view.users.get(image.image_id, ())),
    )


def _lines(view: View, image: Image) -> list[Line]:
    devices = [(device, image.snapshots[device]) for device in ordered_devices(image.snapshots, image.root_device)]
    mapped = set(image.snapshots.values())
    others = [("", snapshot_id) for snapshot_id in view.behind[image.image_id] if snapshot_id not in mapped]
    return [
        Line(
            snapshot_id,
            device,
            view.holdings.snapshots.get(snapshot_id),
            view.name_for(snapshot_id),
            tuple(one.image_id for one in view.images_of[snapshot_id] if one is not image),
        )
        for device, snapshot_id in (*devices, *others)
    ]
