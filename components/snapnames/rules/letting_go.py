"""Decides which images and snapshots can be let go: only what every check finds free. Plain functions.

Each check is one entry of `CHECKS`. What a check needs and nobody has read is a reason to keep, never a reason to let
go.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from snapnames.printable import beside_commands

from .deletable import kept_by_tags
from .evidence import says_delete, uncreated
from .images import INSTANCE_ID, SERVICE_TAG, Image, Snapshot
from .tools import IMAGE_BUILDER, tool_of

LAUNCH_PERMISSIONS = "DescribeImageAttribute launchPermission"
REFERENCES = "DescribeImageReferences"
VOLUME_PERMISSIONS = "DescribeSnapshotAttribute createVolumePermission"
LOCKS = "DescribeLockedSnapshots"
BIN = "ListImagesInRecycleBin"
FAST_RESTORES = "DescribeFastSnapshotRestores"
FAST_LAUNCHES = "DescribeFastLaunchImages"

UNSEEN = (
    "image ids in scripts and templates, in the states of stacks elsewhere, and in the settings of AWS Batch, Elastic "
    "Beanstalk, EMR, ParallelCluster and Karpenter"
)
"""Where an image can be named that no read of the ledger looks at."""

_NUMBERS = re.compile(r"[\W_]*\d[\d\W_TZ]*$")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_BACKUP = re.compile(r"back[\W_]?up", re.IGNORECASE)

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
class Check:
    """One check of a candidate."""

    find: Callable[[Candidate, Limits, Answers], Iterable[str]]
    """Why the candidate has to stay. Nothing if the check finds it free."""

    passed: str
    """What is known if the check has found nothing."""

    only: str = ""
    """`image` or `snapshot`, if the check is for these candidates alone."""

    def concerns(self, candidate: Candidate) -> bool:
        """Whether the check is for such a candidate."""
        return self.only in ("", "image" if candidate.image else "snapshot")


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


def known(candidate: Candidate, limits: Limits, checks: Mapping[str, Check] | None = None) -> Verdict:
    """What the reads in bulk say: before anything is read for the candidate alone."""
    chosen = {name: check for name, check in (CHECKS if checks is None else checks).items() if name not in ROW_CHECKS}
    return judge(candidate, limits, {}, chosen)


def judge(candidate: Candidate, limits: Limits, answers: Answers, checks: Mapping[str, Check] | None = None) -> Verdict:
    """What all checks say."""
    held, passed = {}, []
    for name, check in (CHECKS if checks is None else checks).items():
        if not check.concerns(candidate):
            continue
        reasons = tuple(check.find(candidate, limits, answers))
        if reasons:
            held[name] = reasons
        else:
            passed.append(check.passed)
    unread = (f"{read} ({answer.refused})" for read, answer in answers.items() if answer.refused)
    return Verdict(held, tuple(passed), tuple(unread), tuple(answers))


def _young(candidate: Candidate, limits: Limits, _: Answers) -> Iterable[str]:
    if candidate.made > limits.since and not candidate.failed and candidate.lost_by is None:
        yield f"it is younger than {limits.older_than.days} days"


def _newest(candidate: Candidate, limits: Limits, _: Answers) -> Iterable[str]:
    if candidate.newer < limits.keep and not candidate.failed and candidate.lost_by is None:
        yield f"it is one of the {limits.keep} newest images of {candidate.service}"


def _launched(candidate: Candidate, limits: Limits, _: Answers) -> Iterable[str]:
    launched = candidate.image.launched if candidate.image else None
    if launched is not None and launched > limits.since:
        yield f"an instance was launched from it on {launched:%Y-%m-%d}"


def _pending(candidate: Candidate, _limits: Limits, _: Answers) -> Iterable[str]:
    if candidate.image is not None and candidate.image.state not in ("available", "disabled", "failed", "error"):
        yield f"its state is {candidate.image.state}"
    for snapshot in candidate.snapshots:
        if snapshot.state not in ("completed", "error"):
            yield f"snapshot {snapshot.snapshot_id} has the state {snapshot.state}"


def _used(candidate: Candidate, _limits: Limits, _: Answers) -> Iterable[str]:
    for use in candidate.uses:
        yield f"{use} needs it"
    for use in candidate.unresolved:
        yield f"{use} launches an image, and AWS did not say which one"


def _owned(candidate: Candidate, _limits: Limits, _: Answers) -> Iterable[str]:
    if candidate.owned:
        yield candidate.owned


def _tagged(candidate: Candidate, limits: Limits, _: Answers) -> Iterable[str]:
    if candidate.image is not None:
        yield from kept_by_tags(candidate.image.tags, candidate.lost_by)
        yield from _not_due(candidate.image.tags, limits.now)
        if tool_of(candidate.image.tags) == IMAGE_BUILDER:
            yield "EC2 Image Builder made it: a recipe can name it by an ARN of Image Builder, which no read here shows"
    for snapshot in candidate.snapshots:
        for reason in (*kept_by_tags(snapshot.tags, candidate.lost_by), *_not_due(snapshot.tags, limits.now)):
            yield f"{reason} (snapshot {snapshot.snapshot_id})"


def _not_due(tags: Mapping[str, str], now: datetime) -> Iterable[str]:
    """Tags as `DeleteOn=2030-01-31`, by which scripts keep something until a day."""
    for key, value in tags.items():
        day = _DAY.match(value.strip())
        if day and says_delete(key) and day[0] > f"{now:%Y-%m-%d}":
            yield f"the tag {beside_commands(key)}={day[0]} says to keep it until that day"


def _backup(candidate: Candidate, _limits: Limits, _: Answers) -> Iterable[str]:
    if candidate.image is not None:
        texts = [candidate.name, candidate.image.description, *_texts(candidate.image.tags)]
        if any(_BACKUP.search(text) for text in texts) or INSTANCE_ID.search(candidate.name):
            yield "its name, description or tags look like those of a backup"
    for snapshot in candidate.snapshots:
        if any(_BACKUP.search(text) for text in _texts(snapshot.tags)):
            yield f"the tags of snapshot {snapshot.snapshot_id} look like those of a backup"


def _texts(tags: Mapping[str, str]) -> Iterable[str]:
    """Keys and values, but those of AWS: what these mean is known."""
    return [text for tag in tags.items() if not tag[0].startswith("aws:") for text in tag]


def _made_otherwise(candidate: Candidate, _limits: Limits, _: Answers) -> Iterable[str]:
    if candidate.image is None:
        [snapshot] = candidate.snapshots
        if snapshot.copied:
            yield "it is a copy that somebody made"
        elif snapshot.made_for is None:
            yield "EC2 does not say that CreateImage made it for an image"
        elif candidate.doubled:
            yield (
                f"{candidate.doubled} snapshots of {snapshot.volume_id} have the description that CreateImage gives to "
                f"one: somebody has made the others"
            )
    elif candidate.image.state in ("available", "disabled"):
        reason = uncreated(candidate.image, (*candidate.snapshots, *candidate.others))
        if reason:
            yield reason
    elif candidate.image.copied:
        yield "it is a copy of another image"


def _protected(candidate: Candidate, _limits: Limits, _: Answers) -> Iterable[str]:
    if candidate.image is not None and candidate.image.protected:
        yield "it has deregistration protection"


def _archived(candidate: Candidate, _limits: Limits, _: Answers) -> Iterable[str]:
    for snapshot in candidate.snapshots:
        if snapshot.archived:
            yield f"snapshot {snapshot.snapshot_id} is in the archive tier: somebody keeps it there"
        if snapshot.restored:
            yield f"snapshot {snapshot.snapshot_id} is restored from the archive tier for some days: somebody needs it"


def _asked(read: str) -> Callable[[Candidate, Limits, Answers], Iterable[str]]:
    """A check by a read that is made for the candidate alone."""

    def find(_candidate: Candidate, _: Limits, answers: Answers) -> Iterable[str]:
        answer = answers.get(read)
        if answer is None:
            yield f"{read} was not read"
            return
        yield from answer.reasons
        if answer.refused:
            yield f"{read} could not be read ({answer.refused})"

    return find


CHECKS: Mapping[str, Check] = {
    "young": Check(_young, "older than --older-than"),
    "newest": Check(_newest, "not one of the newest images of its service (--keep)", only="image"),
    "launched": Check(_launched, "not launched since --older-than (DescribeImages)", only="image"),
    "unfinished": Check(_pending, "nothing is under way (DescribeImages, DescribeSnapshots)"),
    "used": Check(
        _used,
        "no use found (DescribeInstances, DescribeAutoScalingGroups, DescribeLaunchConfigurations, "
        "DescribeLaunchTemplateVersions, DescribeFleets, DescribeSpotFleetRequests, DescribeSpotInstanceRequests)",
    ),
    "in a state": Check(_owned, "not in the state of the stack, if a stack was opened"),
    "tagged": Check(_tagged, "no tag of a stack, of a backup tool, or that says to keep it"),
    "backup": Check(_backup, "no name, description or tag of a backup (DescribeImages, DescribeSnapshots)"),
    "origin": Check(_made_otherwise, "made by CreateImage, no copy (DescribeImages, DescribeSnapshots)"),
    "protected": Check(_protected, "not protected (DescribeImages)", only="image"),
    "archived": Check(_archived, "not archived (DescribeSnapshots)"),
    "shared": Check(_asked(LAUNCH_PERMISSIONS), f"not shared ({LAUNCH_PERMISSIONS})", only="image"),
    "referred to": Check(_asked(REFERENCES), f"nothing refers to it ({REFERENCES})", only="image"),
    "shared snapshot": Check(_asked(VOLUME_PERMISSIONS), f"no snapshot is shared ({VOLUME_PERMISSIONS})"),
    "locked": Check(_asked(LOCKS), f"no lock ({LOCKS})"),
    "made fast": Check(_asked(FAST_RESTORES), f"nobody pays for fast restores of a snapshot ({FAST_RESTORES})"),
    "launched fast": Check(_asked(FAST_LAUNCHES), f"no Fast Launch ({FAST_LAUNCHES})", only="image"),
    "recycled": Check(_asked(BIN), f"its image is not in the Recycle Bin ({BIN})", only="snapshot"),
}
"""Every check, by name. Each of them alone is a reason to keep."""

ROW_CHECKS = frozenset({"shared", "referred to", "shared snapshot", "locked", "made fast", "launched fast", "recycled"})
"""The checks that need a read for the candidate alone."""
