"""Repairs a stack whose update was killed, so that the next update works."""

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from snapnames.cli.display import Display
from snapnames.cli.errors import CommandError, Exit
from snapnames.cli.recovery import reports
from snapnames.cli.recovery.copies import Copies
from snapnames.cli.recovery.left import declared_names, delete_left
from snapnames.cli.recovery.lost_copies import FoundCopies, LostCopies, Wanted
from snapnames.cli.recovery.made import Begun, Key, Made, key_of
from snapnames.cli.recovery.mending import Mending
from snapnames.cli.recovery.rooted import rooted
from snapnames.cli.recovery.unreadable import remove_unreadable
from snapnames.cli.recovery.unrecorded import unrecorded
from snapnames.cli.stack.open_stack import OpenStack, State
from snapnames.cli.stack.running import run_stoppable
from snapnames.cli.stack.steps import Steps
from snapnames.cli.state.copies import StateCopy, region_of
from snapnames.cli.state.exported import CutOff, Exported
from snapnames.cli.state.lost_copies import LostCopy, with_copies
from snapnames.cli.state.missed import missed, taken_in, without_volumes
from snapnames.cli.state.repair import Settled, foreign, mended, unread, with_dependents
from snapnames.cli.state.secrets import decrypted_inputs, has_secrets
from snapnames.printable import shell_command
from snapnames.rules.evidence import uncreated, unproven
from snapnames.rules.images import Image
from snapnames.rules.resource_types import GROUP, IMAGE, logical_name

_POLL_SECONDS = 2.0
_ATTEMPTS = 3


@dataclass
class Recovery:
    """The repair of one stack, and a record of what was done."""

    stack: OpenStack
    config: str
    """The text of the stack's config file."""

    made: Made
    image_names: Collection[str]
    """The image names of the releases. If this stack built an image with such a name, the state must have the image."""

    display: Display
    adopt: frozenset[str] = frozenset()
    """Ids of images and names of groups that a person says are this stack's."""

    unproven: list[str] = field(default_factory=list)
    """What was found and not taken in, a line each: nothing that others can't write proves it to be this stack's."""

    notes: list[str] = field(default_factory=list)
    """What was found, and stops nothing."""

    adopted: list[str] = field(default_factory=list)
    """Names of resources that AWS had made and the state did not have."""

    dropped: list[str] = field(default_factory=list)
    """Names of resources whose create was begun and never done."""

    deleted: list[str] = field(default_factory=list)
    """Ids of deleted snapshots: what interrupted deletes had left, and orphans if the caller asked for them."""

    kept: dict[str, str] = field(default_factory=dict)
    """Snapshot id to why it stays, of the snapshots that images have left and that are not deleted."""

    copied: Wanted = field(default_factory=dict)
    """The copies that the config asks for. The state is searched for those that it has lost."""

    wait: Callable[[float], object] = time.sleep
    """Waits for so many seconds before EC2 is asked again."""

    def run(self, *, orphans: bool = False, unlock: bool = False) -> bool:
        """Repair the state, then finish the deletes; whether there was anything to do. Raises `CommandError`.

        `orphans`: also delete the snapshots of images that were deregistered in another way. `unlock`: remove a dead
        lock even if there is nothing to repair. If EC2 is still making an image, this waits, because the snapshots are
        known only when the image is made.
        """
        before, done = self._replaced(unlock=unlock)  # fails if another update runs, so it comes first
        self._note(done, before)
        names = declared_names(before)
        gone = {i: done.held[i] for i in done.leaving}
        if orphans:
            gone |= self._beyond_return({**self.stack.earlier_images(), **done.held}, names)
        left = delete_left(self.made, gone, names, self.stack.name_pattern, self.display)
        copies = [*done.copies.gone, *(self._copies.orphaned(before, self.display) if orphans else ())]
        of_copies = self._copies.finish(copies, names, self.stack.name_pattern, self.display)
        self.deleted += [*left.deleted, *of_copies.deleted]
        self.kept |= {**left.kept, **of_copies.kept}
        if done.unread:
            steps = Steps()
            run_stoppable(self.stack, lambda: self.stack.refresh(self.config, steps.on_event, done.unread), steps)
        if self.unproven:
            raise CommandError("\n".join(self.unproven))
        leaving = done.leaving or done.copies.leaving
        return bool(self.adopted or self.dropped or self.deleted or leaving or done.unread)

    @property
    def _copies(self) -> Copies:
        return Copies(self.made.session)

    def _lost_copies(self, deployment: Mapping[str, Any]) -> FoundCopies:
        """What the regions have and the state has lost; nothing while it has lost what a copy hangs on."""
        if not self.copied or Exported(deployment).roots is None:
            return FoundCopies()
        return LostCopies(self.made.session, self.stack.tag, self.copied, self.adopt).found(deployment)

    def _beyond_return(self, images: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
        """Those of the images, id to name, that nobody can restore. Says which others there are."""
        # Without a snapshot that would be deleted, the Recycle Bin need not be readable.
        left = self.made.left_snapshots(images, names, self.stack.name_pattern).deletable if images else {}
        kept = self.made.restorable(left)
        if kept is None:
            self.display.say(
                "no orphans are deleted: AWS does not tell whether the Recycle Bin keeps their images: allow "
                "ec2:ListImagesInRecycleBin, and run the same command again"
            )
            return {}
        for image_id in sorted(kept):
            self.display.say(
                f"image {images[image_id]} ({image_id}) is in the Recycle Bin, so its snapshots stay: "
                f"{shell_command('aws', 'ec2', 'restore-image-from-recycle-bin', '--image-id', image_id)} restores it"
            )
        return {image_id: name for image_id, name in images.items() if image_id not in kept}

    def _replaced(self, *, unlock: bool) -> tuple[Mapping[str, Any], Mending]:
        """Replace the state by the repaired one. Gives the deployment before, and what was found in it."""
        for _ in range(_ATTEMPTS):
            state, images = self._waited()
            done = self._mending(state["deployment"], images)
            if not (done.found or done.unrecorded or done.lost or unlock):
                return state["deployment"], done
            if self.stack.state() == state:  # otherwise an update has ended meanwhile, and this would overwrite it
                self.stack.replace_state({**state, "deployment": done.after})
                return state["deployment"], done
        raise CommandError(
            f"the state of stack {self.stack.name!r} has changed {_ATTEMPTS} times while it was mended: wait for the "
            "updates that change it, and run the same command again"
        )

    def _waited(self) -> tuple[State, list[Image]]:
        """The state and the images that it may have to have, once EC2 has made those that are to be taken in."""
        while True:
            state = self.stack.state()
            deployment = state["deployment"]
            images = self.made.releases(self.image_names, self.stack.tag)
            remove_unreadable(self.made, deployment, [image.image_id for image in images], self.display.say)
            wanted = self._expected(missed(deployment, images), deployment)
            pending = {image.name: image.image_id for image in wanted if image.state == "pending"}
            pending |= self._pending_creates(deployment)
            begun = self._copies.mending(deployment, self.stack.tag, self.adopt).begun
            copies: list[StateCopy | LostCopy] = [*begun.making, *self._lost_copies(deployment).making]
            if not pending and not copies:
                break
            self.display.say(f"EC2 is still making {', '.join([*pending, *map(str, copies)])}: waiting for it")
            while any(map(self.made.pending, pending.values())) or any(map(self._copies.pending, copies)):
                self.wait(_POLL_SECONDS)
                if self.stack.stopped:
                    raise CommandError("stopped", Exit.INTERRUPTED)
        if wanted and Exported(deployment).roots is None:
            state = rooted(self.stack, self.config, ", ".join(image.name for image in wanted))
        return state, images

    def _expected(self, lost: Iterable[Image], deployment: Mapping[str, Any]) -> list[Image]:
        """Those of the images that may turn out to be this stack's when EC2 has made them."""
        recorded = Exported(deployment).recorded_instances
        return [
            image
            for image in lost
            if image.image_id in self.adopt or recorded.get(image.name) == image.source_instance_id
        ]

    def _pending_creates(self, deployment: Mapping[str, Any]) -> dict[str, str]:
        creating = [r for r in Exported(deployment).cut_off.creating if r["type"] == IMAGE]
        found = {one.resource["inputs"]["name"]: one.resource_id for one in self.made.settled(creating)}
        return {name: image_id for name, image_id in found.items() if self.made.pending(image_id)}

    def _mending(self, deployment: Mapping[str, Any], images: list[Image]) -> Mending:
        state = Exported(deployment)
        found, going = state.cut_off, state.leaving_images
        unknown = foreign(found.creating)
        if unknown:
            raise CommandError(
                f"an update was cut off while it made {', '.join(unknown)}, and whether AWS has that is not known "
                "here: run `pulumi cancel` if the stack is locked, and `pulumi refresh`, which asks what became of it"
            )
        begun = self.made.begun(found.creating, self._plain(found), lambda one: region_of(deployment, one))
        copies = self._copies.mending(deployment, self.stack.tag, self.adopt)
        settled = [*begun.settled, *copies.begun.settled]
        self.unproven[:], self.notes[:] = copies.begun.unproven, copies.begun.notes
        made = self._said_to_be_ours(deployment, begun) if state.roots else []
        gone = copies.gone_ids | (self.made.gone(going) if going else set())
        after = mended(deployment, [*settled, *made], gone, copies.unknown)
        lost = self._proven(missed(after, images), deployment)
        if lost:
            after = taken_in(after, lost, self.made.names(lost))
        elsewhere = self._lost_copies(after)
        self.unproven += elsewhere.unproven
        self.notes += elsewhere.notes
        ids = {image.image_id for image in lost} | elsewhere.ids
        self._refuse_unknown(ids | {one.resource_id for one in (*copies.begun.settled, *made)})
        if elsewhere.taken:
            after = with_copies(after, elsewhere.taken, self.made.session.region)
        urns = unread(after) | {*(resource["urn"] for resource in found.deleting), *without_volumes(after, images)}
        urns |= {resource["urn"] for resource in after["resources"] if resource.get("id") in going}
        urns |= {*found.groups, *(copy.urn for copy in copies.leaving)}
        urns -= copies.unknown
        held = state.held_images | Exported(after).held_images
        names = [*(image.name for image in lost), *(copy.called for copy in elsewhere.taken)]
        return Mending(found, settled, made, names, held, going, with_dependents(after, urns), copies, after)

    def _plain(self, found: CutOff) -> dict[Key, Mapping[str, Any]]:
        """The decrypted inputs of those creates that hold a secret. Without such a create nothing is decrypted."""
        secret = {key_of(one) for one in found.creating if has_secrets(one)}
        if not secret:
            return {}
        plain = Exported(self.stack.plain_state()["deployment"]).cut_off.creating
        return {key_of(one): decrypted_inputs(one) for one in plain if key_of(one) in secret}

    def _proven(self, lost: list[Image], deployment: Mapping[str, Any]) -> list[Image]:
        """Those that the state proves to be its own creates, or that a person says are; the others are reported."""
        if not lost:
            return []
        recorded, tag = Exported(deployment).recorded_instances, self.stack.tag
        made, names = self.made.made_for(lost), self.made.names(lost)
        taken = []
        for image in lost:
            behind, facts = made[image.image_id], reports.image_facts(image, names)
            why = unproven(image, behind, tag, recorded.get(image.name))
            refused = "" if image.state == "pending" else uncreated(image, behind)
            adopted = image.image_id in self.adopt and not refused
            if adopted:
                self.notes.append(f"taking in, since you say that it is this stack's: {facts}")
            if adopted or not why:
                taken.append(image)
            else:
                self.unproven.append(reports.unproven_image(facts, image.image_id, why, refused))
        return taken

    def _said_to_be_ours(self, deployment: Mapping[str, Any], begun: Begun) -> list[Settled]:
        """The groups that a person says are this stack's; what is left is reported."""
        settled = {one.resource_id for one in begun.settled}
        found, differing = unrecorded(deployment, self.made, self.stack.tag, settled), dict(begun.differing)
        launching = self.made.launching(found.configurations)
        for name in found.configurations:
            self.notes.append(reports.unrecorded_configuration(name, launching[name]))
        for name, (group, _) in found.groups.items():
            facts, (_, fields) = reports.group_facts(group), differing.pop(name, ("", []))
            if name in self.adopt:
                self.notes.append(f"taking in, since you say that it is this stack's: {facts}")
            else:
                self.unproven.append(reports.unrecorded_group(facts, name, fields))
        self.notes += [reports.differing(kind, name, fields) for name, (kind, fields) in differing.items()]
        return [create for name, (_, create) in found.groups.items() if name in self.adopt]

    def _refuse_unknown(self, taken: set[str]) -> None:
        """Raise for what a person wants to be taken in, and what can't be."""
        unknown = sorted(self.adopt - taken)
        if unknown:
            refused = (
                f"{', '.join(unknown)} can't be taken in, and nothing was changed: the state has it already, or has "
                "another image of this name or another group in its place, or it does not bear the mark of this stack, "
                "or snapnames:releases does not list it, or it is a copy of another image, or AWS does not have it"
            )
            raise CommandError("\n".join([refused, *self.unproven]))

    def _note(self, done: Mending, before: Mapping[str, Any]) -> None:
        for note in self.notes:
            self.display.say(note)
        held = {(resource["urn"], resource.get("id")) for resource in before.get("resources") or []}
        ids = {one.resource["urn"]: one.resource_id for one in (*done.settled, *done.unrecorded)}
        creating = [*done.found.creating, *(one.resource for one in done.unrecorded)]
        for urn in dict.fromkeys(resource["urn"] for resource in creating):
            if (urn, ids.get(urn)) not in held and urn not in done.copies.unknown:
                (self.adopted if urn in ids else self.dropped).append(logical_name(urn))
        if self.adopted:
            self.display.say(f"taking over from an update that was cut off: {', '.join(self.adopted)}")
        if done.lost:
            self.display.say(f"taking into the state what it had lost: {', '.join(done.lost)}")
            self.adopted += done.lost
            if not any(resource["type"] == GROUP for resource in done.after["resources"]):
                self.display.say(
                    "the state has no Auto Scaling group: if the account has this stack's one, run `pulumi import` "
                    "for it, since the next update makes a new one"
                )
        if self.dropped:
            self.display.say(f"begun, and not in the state: the next update makes it: {', '.join(self.dropped)}")
