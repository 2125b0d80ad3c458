"""Copies in other regions whose create or delete an update had begun: finds out what has become of them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from snapnames.aws.images import images_by, present_ids, recycled_ids
from snapnames.aws.session import REFUSALS, StackSession
from snapnames.aws.snapshots import holdings_of, snapshots_copied_for
from snapnames.cli.advice import aws_errors
from snapnames.cli.display import Display
from snapnames.cli.recovery import reports
from snapnames.cli.recovery.left import Ended, delete_proven
from snapnames.cli.recovery.made import Left, delete_unused
from snapnames.cli.state.copies import StateCopy, copies_of, creating_copies, leaving_copies
from snapnames.cli.state.lost_copies import LostCopy
from snapnames.cli.state.repair import Settled
from snapnames.rules.evidence import kept_by, uncopied

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

    from snapnames.rules.images import Image

_UNRECORDED = "the state of this stack has no record of it"


@dataclass(frozen=True)
class MendedCopies:
    """What is to be done in a state about its copies."""

    begun: "BegunCopies"
    gone: list[StateCopy] = field(default_factory=list)
    """Those whose delete was begun, and that EC2 does not have any more."""

    leaving: list[StateCopy] = field(default_factory=list)
    """Those whose delete was begun, in regions that can be read."""

    unknown: frozenset[str] = frozenset()
    """URNs of those of which it is not known what has become of them: their operations stay in the state."""

    @property
    def gone_ids(self) -> set[str]:
        """The ids of those that are gone."""
        return {one.image_id for one in self.gone}


@dataclass(frozen=True)
class BegunCopies:
    """What has become of the creates of copies."""

    settled: list[Settled] = field(default_factory=list)
    """Those that EC2 has done."""

    making: list[StateCopy] = field(default_factory=list)
    """Those of them that EC2 is still making."""

    notes: list[str] = field(default_factory=list)
    """What has the name of a create, and is not that."""

    unproven: list[str] = field(default_factory=list)
    """What a person has to decide."""

    undecided: list[StateCopy] = field(default_factory=list)
    """The creates of which this says something: the state keeps that they were begun."""

    unread: dict[str, str] = field(default_factory=dict)
    """Region that can't be read to the reason."""


class Copies:
    """Reads copies in their regions, and finishes their deletes. A region that can't be read is reported only."""

    def __init__(self, session: StackSession) -> None:
        """Make no client before a region is read."""
        self._session = session
        self._clients: dict[str, EC2Client] = {}

    def begun(
        self, creates: Iterable[StateCopy], stack_tag: str, held: Collection[str], adopt: Collection[str] = ()
    ) -> BegunCopies:
        """What EC2 has done of the creates. One read of images for each, and one more of snapshots if there is one.

        `held`: ids of the copies that the state has. `adopt`: ids of images that a person says are this stack's.
        """
        found = BegunCopies()
        for create in creates:
            try:
                images = images_by(self._ec2(create.region), "name", [create.name])
                refusals = {one.image_id: self._refusal(one, create, stack_tag) for one in images}
            except REFUSALS as error:
                found.unread[create.region] = str(error)
                continue
            proven = [one for one in images if not refusals[one.image_id]]
            others = [one for one in images if refusals[one.image_id]]
            found.notes.extend(reports.other_copy(create, one, refusals[one.image_id]) for one in others)
            known = [one for one in proven if one.image_id in {*held, *adopt}] or proven
            if len(known) > 1:
                found.unproven.append(reports.several_copies(create, known))
                found.undecided.append(create)
            elif known:
                found.settled.append(Settled(create.resource, known[0].image_id, known[0].created))
                if known[0].state == "pending":
                    found.making.append(create)
        return found

    def mending(self, deployment: Mapping[str, Any], stack_tag: str, adopt: Collection[str]) -> MendedCopies:
        """What has become of the copies of a state that an update was making or deleting; no read without any."""
        creating, leaving = creating_copies(deployment), leaving_copies(deployment)
        begun = self.begun(creating, stack_tag, {one.image_id for one in copies_of(deployment)}, adopt)
        gone, unread = self.gone(leaving)
        unread |= begun.unread
        touched = [*creating, *leaving]
        for region, error in unread.items():
            there = [one for one in touched if one.region == region]
            begun.unproven.append(reports.unread_region(region, there, error))
        unknown = frozenset(one.urn for one in touched if one.region in unread or one in begun.undecided)
        return MendedCopies(begun, gone, [one for one in leaving if one.urn not in unknown], unknown)

    def orphaned(self, deployment: Mapping[str, Any], display: Display) -> list[StateCopy]:
        """The copies of a state that are gone, and that nobody can restore. Says what it leaves out, and why."""
        gone, unread = self.gone(copies_of(deployment))
        for region, error in unread.items():
            display.say(f"orphans in {region} are not deleted, since the region can't be read: {error}")
        orphaned = []
        for copy in gone:
            try:
                kept = copy.image_id in recycled_ids(self._ec2(copy.region))
            except REFUSALS:
                display.say(
                    f"what the copy {copy} ({copy.image_id}) left is not deleted: AWS does not tell whether the "
                    "Recycle Bin keeps the image: allow ec2:ListImagesInRecycleBin, and run the same command again"
                )
                continue
            if kept:
                display.say(f"the copy {copy} ({copy.image_id}) is in the Recycle Bin, so its snapshots stay")
            else:
                orphaned.append(copy)
        return orphaned

    def finish(self, gone: Iterable[StateCopy], names: Mapping[str, str], pattern: str, display: Display) -> Ended:
        """Delete the snapshots that are left of copies that EC2 does not have any more. Raises `CommandError`."""
        ended = Ended()
        for copy in gone:
            said = {copy.image_id: f"the copy {copy}"}
            with aws_errors(f"what the copy {copy} has left can't be deleted"):
                left = self.left(copy, names, pattern)
                delete = partial(delete_unused, self._ec2(copy.region))
                one = delete_proven(left, delete, said, display, copy.region)
            ended.deleted.extend(one.deleted)
            ended.kept.update(one.kept)
        return ended

    def pending(self, copy: StateCopy | LostCopy) -> bool:
        """Whether EC2 is still making a copy of this name. Not while the region can't be read."""
        try:
            found = images_by(self._ec2(copy.region), "name", [copy.name])
            return any(image.state == "pending" for image in found)
        except REFUSALS:
            return False

    def gone(self, copies: Iterable[StateCopy]) -> tuple[list[StateCopy], dict[str, str]]:
        """Those of the copies that EC2 does not have any more, and the regions that can't be read, with the reason."""
        gone: list[StateCopy] = []
        unread: dict[str, str] = {}
        for region, here in _by_region(copies).items():
            try:
                present = present_ids(self._ec2(region), [one.image_id for one in here])
            except REFUSALS as error:
                unread[region] = str(error)
            else:
                gone += [one for one in here if one.image_id not in present]
        return gone, unread

    def left(self, copy: StateCopy, declared: Mapping[str, str], pattern: str) -> Left:
        """What a copy that is gone has left. Raises one of `REFUSALS`.

        Everybody can give a copy of a snapshot any Description. So a snapshot is the stack's to delete only if the
        state has recorded it behind the copy, and EC2 says that it was copied for it.
        """
        left = Left({}, {})
        for one in snapshots_copied_for(self._ec2(copy.region), [copy.image_id]):
            recorded = one.snapshot_id in copy.snapshot_ids
            why = kept_by(one, copy.name, declared.get(one.snapshot_id), pattern) if recorded else _UNRECORDED
            left.add(copy.image_id, one.snapshot_id, why)
        return left

    def session(self, region: str) -> StackSession:
        """The way to the region."""
        return self._session.elsewhere(region) if region else self._session

    def _refusal(self, image: "Image", create: StateCopy, stack_tag: str) -> str:
        behind = holdings_of(self._ec2(create.region), [image.image_id]).snapshots.values() if image.snapshots else ()
        return uncopied(image, behind, stack_tag, create.source)

    def _ec2(self, region: str) -> "EC2Client":
        if region not in self._clients:
            self._clients[region] = self.session(region).ec2_in_haste()
        return self._clients[region]


def _by_region(copies: Iterable[StateCopy]) -> dict[str, list[StateCopy]]:
    found: dict[str, list[StateCopy]] = {}
    for copy in copies:
        found.setdefault(copy.region, []).append(copy)
    return found
