"""Decides which images and snapshots can be let go: only what every check finds free. Plain functions.

Each check is one entry of `CHECKS`. What a check needs and nobody has read is a reason to keep, never a reason to let
go.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from snapnames.printable import beside_commands

from .candidates import (
    BIN,
    FAST_LAUNCHES,
    FAST_RESTORES,
    LAUNCH_PERMISSIONS,
    LOCKS,
    REFERENCES,
    VOLUME_PERMISSIONS,
    Answers,
    Candidate,
    Limits,
    Verdict,
)
from .deletable import kept_by_tags
from .evidence import says_delete, uncreated
from .images import INSTANCE_ID
from .tools import IMAGE_BUILDER, tool_of

UNSEEN = (
    "image ids in scripts and templates, in the states of stacks elsewhere, and in the settings of AWS Batch, Elastic "
    "Beanstalk, EMR, ParallelCluster and Karpenter"
)
"""Where an image can be named that no read of the ledger looks at."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_BACKUP = re.compile(r"back[\W_]?up", re.IGNORECASE)


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
