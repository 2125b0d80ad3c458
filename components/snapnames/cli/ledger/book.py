"""The ledger itself: a row for each image, the findings, the sums."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain

from snapnames.cli.ledger.findings import KINDS, Finding, findings
from snapnames.cli.ledger.plan import Plan
from snapnames.cli.ledger.prices import Price, Prices, Sizes
from snapnames.cli.ledger.sums import Other, Totals, others_of, totals
from snapnames.cli.ledger.view import View, size_of
from snapnames.rules.images import Image, Snapshot, Use
from snapnames.rules.naming import ordered_devices

_NAMED = 4
"""How many regions a sentence names. The sums list more."""


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
    region: str = ""

    @property
    def sizes(self) -> Sizes:
        """Its size, with its region."""
        return {self.region: self.size}

    @property
    def builder(self) -> str | None:
        """The stack that built the image, if it is not the ledger's stack."""
        return None if self.release else self.image.builder

    @property
    def title(self) -> str:
        """The release. If the image has no release, its name."""
        return self.release or self.image.name


@dataclass(frozen=True)
class Region:
    """One region of the ledger, with its sums."""

    name: str
    price: Price | None = None
    totals: Totals = field(default_factory=Totals)
    calls: int = 0
    unread: str = ""
    """Why the region could not be read. Then nothing of it is in the ledger."""


@dataclass(frozen=True)
class Ledger:
    """The result of `snapnames ledger`."""

    taken: datetime
    regions: tuple[Region, ...]
    stack: str | None
    """The stack's name as the user gave it. None without a stack."""

    account: bool
    rows: tuple[Row, ...]
    findings: tuple[Finding, ...]
    plan: Plan | None = None
    """What can be let go. None if the ledger covers only a stack."""

    account_id: str = ""
    """The account that owns the images and snapshots. Empty if there are none."""

    others: tuple[Other, ...] = ()
    """The snapshots of the account that are behind no image and no orphans, the largest first."""

    @property
    def totals(self) -> Totals:
        """The sums over all regions."""
        return sum((region.totals for region in self.regions), Totals())

    @property
    def calls(self) -> int:
        """How many API calls the ledger took."""
        return sum(region.calls for region in self.regions)

    @property
    def read(self) -> tuple[Region, ...]:
        """The regions that could be read."""
        return tuple(region for region in self.regions if not region.unread)

    @property
    def unread(self) -> tuple[Region, ...]:
        """The regions that could not be read."""
        return tuple(region for region in self.regions if region.unread)

    @property
    def several(self) -> bool:
        """Whether it is of more than one region, so that each thing has to say where it is."""
        return len(self.regions) > 1

    @property
    def where(self) -> str:
        """The regions in words: their names, or how many they are."""
        names = [region.name for region in self.read or self.regions]
        return ", ".join(names) if len(names) <= _NAMED else f"{len(names)} regions"

    @property
    def prices(self) -> Prices:
        """The prices of the regions."""
        return Prices({region.name: region.price for region in self.regions if region.price})

    def sizes(self, of: Callable[[Totals], int]) -> Sizes:
        """A size of the sums, by region."""
        return {region.name: of(region.totals) for region in self.read}

    def age(self, row: Row) -> timedelta:
        """How long ago the image was made."""
        return max(self.taken - row.image.created, timedelta())

    @property
    def about(self) -> str:
        """What the ledger covers, in words."""
        if self.account:
            owner = f"the account {self.account_id}" if self.account_id else "the account"
            return f"all images of {owner} and the snapshots behind them in {self.where}"
        return f"the images and snapshots of stack {self.stack} in {self.where}"


@dataclass(frozen=True)
class Reading:
    """What was read of one region, and what its snapshots cost."""

    view: View
    price: Price | None = None
    calls: int = 0


def keep(
    readings: Iterable[Reading],
    *,
    taken: datetime,
    stack: str | None,
    unread: Iterable[Region] = (),
    plan: Plan | None = None,
) -> Ledger:
    """Make the ledger from what was read. `unread`: the regions that could not be read."""
    rows, found, regions, owners = list[Row](), list[Finding](), list[Region](), list[str]()
    others, account = list[Other](), False
    for reading in readings:
        view, account = reading.view, reading.view.account
        here, finds = tuple(_row(view, image) for image in view.images), tuple(findings(view))
        apart = others_of(view)
        rows += here
        others += apart
        found += finds
        owners.append(_owner(view))
        behind = {line.snapshot_id for row in here for line in row.lines}
        sums = totals(view, len(here), behind, finds, apart)
        regions.append(Region(view.region, reading.price, sums, reading.calls))
    # Kinds first, as each kind is listed together. Sorting is stable, so the order of the regions stays.
    found.sort(key=lambda finding: KINDS.index(finding.kind))
    return Ledger(
        taken,
        tuple(sorted((*regions, *unread), key=lambda region: region.name)),
        stack,
        account or plan is not None,
        tuple(rows),
        tuple(found),
        plan,
        next((owner for owner in owners if owner), ""),
        tuple(sorted(others, key=lambda one: -one.snapshot.size)),
    )


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
        region=view.region,
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
