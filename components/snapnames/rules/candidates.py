"""What can be let go, before and after it is checked: a candidate, the answers of its reads, and the verdict."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .images import SERVICE_TAG, Image, Snapshot

LAUNCH_PERMISSIONS = "DescribeImageAttribute launchPermission"
REFERENCES = "DescribeImageReferences"
VOLUME_PERMISSIONS = "DescribeSnapshotAttribute createVolumePermission"
LOCKS = "DescribeLockedSnapshots"
BIN = "ListImagesInRecycleBin"
FAST_RESTORES = "DescribeFastSnapshotRestores"
FAST_LAUNCHES = "DescribeFastLaunchImages"

_NUMBERS = re.compile(r"[\W_]*\d[\d\W_TZ]*$")
_COMMIT = re.compile(r"[\W_]+(?=[a-f]*\d)[0-9a-f]{7,40}$")


@dataclass(frozen=True)
class Answer:
    """What one read has said of one candidate."""

    reasons: tuple[str, ...] = ()
    """Why the candidate has to stay."""

    refused: str = ""
    """AWS's error code, if AWS did not answer the read."""


@dataclass(frozen=True)
class Limits:
    """What is kept in any case."""

    keep: int
    """How many of the newest images of each service are kept."""

    older_than: timedelta
    """Younger images and snapshots are kept. So are images that were launched since then."""

    now: datetime

    @property
    def since(self) -> datetime:
        """What was made or launched after this moment is kept."""
        return self.now - self.older_than


@dataclass(frozen=True)
class Candidate:
    """An image with the snapshots that would be deleted with it, or one snapshot whose image is gone."""

    image: Image | None
    snapshots: tuple[Snapshot, ...]
    """What would be deleted. A snapshot that another image has too is not among them."""

    service: str
    newer: int = 0
    """How many available images of the same service are newer."""

    newest: Sequence[str] = ()
    """The ids of the available images of the same service, the newest first."""

    uses: tuple[str, ...] = ()
    """Which instances, launch configurations and launch templates use the image, or map one of its snapshots."""

    unresolved: tuple[str, ...] = ()
    """What launches an image that AWS did not name: it can be this one."""

    owned: str = ""
    """Why a state of snapnames needs it; empty if the state that was read does not."""

    others: tuple[Snapshot, ...] = ()
    """Snapshots of the image that stay: another image has them, or CreateImage did not make them for this image."""

    doubled: int = 0
    """How many snapshots of one volume say that they were made for the same image, if that is more than one."""

    volume: str = ""
    """Of a snapshot: whether its volume still exists, in words. No check asks for it."""

    tool: str = ""
    """Which tool made it, as its tags say."""

    region: str = ""
    lost_by: str | None = None
    """The mark of the stack that asks, if this stack built the image and its state does not have it.

    Then its mark, and that the image is young or new, are no reasons to keep it: no release can have its name.
    """

    @property
    def found_id(self) -> str:
        """The id of the image, or else of the snapshot."""
        return self.image.image_id if self.image else self.snapshots[0].snapshot_id

    @property
    def name(self) -> str:
        """The name of the image, or else the Name of the snapshot. Empty if it has none."""
        return self.image.name if self.image else self.snapshots[0].name or ""

    @property
    def made(self) -> datetime:
        """When the image was made, or else when the snapshot was started."""
        return self.image.created if self.image else self.snapshots[0].started

    @property
    def size(self) -> int:
        """GiB of the volumes of what would be deleted."""
        return sum(snapshot.size for snapshot in self.snapshots)

    @property
    def failed(self) -> bool:
        """Whether EC2 failed to make the image. Nothing can launch from it, so its age says nothing."""
        return self.image is not None and self.image.state in ("failed", "error", "invalid")

    @property
    def reads(self) -> tuple[str, ...]:
        """The reads that are made for it alone, before it can be called safe."""
        both = (VOLUME_PERMISSIONS, LOCKS, FAST_RESTORES)
        return (LAUNCH_PERMISSIONS, REFERENCES, FAST_LAUNCHES, *both) if self.image else (BIN, *both)


Answers = Mapping[str, Answer]
"""By read."""


@dataclass(frozen=True)
class Verdict:
    """What the checks say of one candidate."""

    held: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Check to the reasons why the candidate has to stay."""

    passed: tuple[str, ...] = ()
    """What the checks that found nothing say."""

    unread: tuple[str, ...] = ()
    """The reads that AWS did not answer, with its error code. Their checks are among `held`."""

    reads: tuple[str, ...] = ()
    """The reads that were made for this candidate alone."""

    @property
    def safe(self) -> bool:
        """Whether every check found the candidate free."""
        return not self.held

    @property
    def reasons(self) -> tuple[str, ...]:
        """All reasons to keep it."""
        return tuple(reason for reasons in self.held.values() for reason in reasons)


def service_of(image: Image) -> str:
    """The service of an image: its tag, or else its name without the numbers or the commit at its end.

    >>> made = datetime(2018, 3, 7)
    >>> names = ("web-2018-03-07", "ubuntu-22.04-db_12", "web-3fb1c2d", "golden")
    >>> [service_of(Image("", name, made)) for name in names]
    ['web', 'ubuntu-22.04-db', 'web', 'golden']
    """
    tag = image.tags.get(SERVICE_TAG)
    if tag:
        return tag
    return _NUMBERS.sub("", _COMMIT.sub("", image.name)) or image.name
