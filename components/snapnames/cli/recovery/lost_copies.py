"""Copies that a state has lost wholly: finds them in their regions, and asks what proves that they are the stack's."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from snapnames.aws.images import images_by
from snapnames.aws.session import REFUSALS
from snapnames.aws.snapshots import holdings_of
from snapnames.cli.recovery import reports
from snapnames.cli.state.exported import Exported
from snapnames.cli.state.lost_copies import LostCopy, declared, missing
from snapnames.rules.evidence import uncopied
from snapnames.rules.images import STACK_TAG

if TYPE_CHECKING:
    from snapnames.aws.session import StackSession
    from snapnames.rules.images import Image

Wanted = Mapping[str, Mapping[str, str]]
"""Region to the image names that the config copies there, each with the id of its source if the config says it."""


@dataclass(frozen=True)
class FoundCopies:
    """What the regions have, and the state has not."""

    taken: list[LostCopy] = field(default_factory=list)
    """Those to take in."""

    notes: list[str] = field(default_factory=list)
    unproven: list[str] = field(default_factory=list)
    """What a person has to decide."""

    @property
    def making(self) -> list[LostCopy]:
        """Those to take in that EC2 is still making."""
        return [one for one in self.taken if one.image.state == "pending"]

    @property
    def ids(self) -> set[str]:
        """The ids of those to take in."""
        return {one.image.image_id for one in self.taken}


@dataclass(frozen=True)
class LostCopies:
    """The search for the copies of one stack."""

    session: "StackSession"
    stack_tag: str
    wanted: Wanted
    adopt: Collection[str] = ()
    """Ids of images that a person says are this stack's."""

    def found(self, deployment: Mapping[str, Any]) -> FoundCopies:
        """The copies in each region that the config copies to. Reads only regions of which the state misses a copy.

        A copy is taken in without a word if the state has recorded that an update was about to make it, if EC2 says
        that it was made of the release's image, and if it bears the mark of the stack. Everybody who may copy the image
        can make such a copy, so without the record a person decides.
        """
        sources = {name: image_id for image_id, name in Exported(deployment).held_images.items()}
        outcome = FoundCopies()
        for region, names in self.wanted.items():
            lost = missing(deployment, region, names)
            try:
                candidates = list(self._candidates(region, lost)) if lost else []
            except REFUSALS as error:
                outcome.notes.append(reports.unread_lost(region, lost, error))
                continue
            for name in lost:
                here = [one for one in candidates if one[0].image.name == name]
                self._judge(deployment, here, names[name] or sources.get(name, ""), outcome)
        return outcome

    def _candidates(self, region: str, names: Collection[str]) -> Iterator[tuple[LostCopy, list[Any]]]:
        """The copies of these names in a region, each with the snapshots behind it."""
        ec2 = self.session.elsewhere(region).ec2_in_haste()
        for image in images_by(ec2, "name", names):
            if image.copied:
                behind = list(holdings_of(ec2, [image.image_id]).snapshots.values()) if image.snapshots else []
                yield LostCopy(image, region, {one.snapshot_id: one.name for one in behind if one.name}), behind

    def _judge(
        self, deployment: Mapping[str, Any], here: list[tuple[LostCopy, list[Any]]], source: str, outcome: FoundCopies
    ) -> None:
        """Sort the copies of one release in one region into those that are taken in, and those that are reported."""
        why = {copy.image.image_id: self._refusal(copy.image, behind, source) for copy, behind in here}
        possible = [copy for copy, _ in here if not why[copy.image.image_id]]
        chosen = [copy for copy in possible if copy.image.image_id in self.adopt]
        known = chosen or [copy for copy in possible if self._proven(deployment, copy)]
        for copy, _ in here:
            image = copy.image
            facts = reports.copy_facts(image, copy.region, copy.names)
            if known == [copy]:
                outcome.taken.append(copy)
                if chosen:
                    outcome.notes.append(f"taking in, since you say that it is this stack's: {facts}")
            elif copy in possible and len(known) != 1:
                outcome.unproven.append(reports.unproven_copy(facts, image.image_id))
            elif copy in possible or image.tags.get(STACK_TAG) == self.stack_tag:
                outcome.notes.append(reports.untaken_copy(facts, why[image.image_id]))

    def _proven(self, deployment: Mapping[str, Any], copy: LostCopy) -> bool:
        return copy.image.tags.get(STACK_TAG) == self.stack_tag and declared(deployment, copy.called)

    def _refusal(self, image: "Image", behind: list[Any], source: str) -> str:
        if not source:
            return "the state does not have the image of its release, which comes first"
        return uncopied(image, behind, self.stack_tag, (source, self.session.region))
