"""Repairs a stack whose update was killed, so that the next update works."""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from snapnames.cli.display import Display
from snapnames.cli.errors import CommandError, Exit
from snapnames.cli.recovery.made import Made
from snapnames.cli.recovery.unrecorded import unrecorded
from snapnames.cli.stack.open_stack import OpenStack, State
from snapnames.cli.stack.running import run_stoppable
from snapnames.cli.stack.steps import Steps
from snapnames.cli.state.declared import declared
from snapnames.cli.state.exported import CutOff, Exported
from snapnames.cli.state.missed import missed, taken_in, without_volumes
from snapnames.cli.state.repair import Settled, foreign, mended, unread, with_dependents
from snapnames.rules.images import Image
from snapnames.rules.resource_types import GROUP, IMAGE, logical_name

_POLL_SECONDS = 2.0
_ATTEMPTS = 3


class _Mending(NamedTuple):
    """What was found in a state, and the repaired state."""

    found: CutOff
    settled: list[Settled]
    """Pending creates that AWS has done."""

    unrecorded: list[Settled]
    """Resources of a fleet that AWS has made, and whose create the engine counted as failed."""

    lost: list[str]
    """Names of images that the state does not have, and for which there is no pending create."""

    held: Mapping[str, str]
    """Image id to name, for all images that the state has or had begun."""

    leaving: set[str]
    """Ids of images whose delete was begun."""

    unread: list[str]
    """URNs that a refresh has to read."""

    after: Mapping[str, Any]


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

    adopted: list[str] = field(default_factory=list)
    """Names of resources that AWS had made and the state did not have."""

    dropped: list[str] = field(default_factory=list)
    """Names of resources whose create was begun and never done."""

    deleted: list[str] = field(default_factory=list)
    """Ids of deleted snapshots: what interrupted deletes had left, and orphans if the caller asked for them."""

    wait: Callable[[float], object] = time.sleep
    """Waits so many seconds before EC2 is asked again whether it has made an image."""

    def run(self, *, orphans: bool = False, unlock: bool = False) -> None:
        """Repair the state, then finish the deletes. Raises `CommandError`.

        `orphans`: also delete the snapshots of images that were deregistered in another way. `unlock`: remove a dead
        lock even if there is nothing to repair. If EC2 is still making an image, this waits, because the snapshots are
        known only when the image is made.
        """
        before, done = self._replaced(unlock=unlock)  # fails if another update runs, so it comes first
        self._note(done, before)
        gone = {**self.stack.earlier_images(), **done.held} if orphans else {i: done.held[i] for i in done.leaving}
        names = declared(before, self.stack.tag).names
        self.deleted += delete_left(self.made, gone, names, self.display)
        if done.unread:
            steps = Steps()
            run_stoppable(self.stack, lambda: self.stack.refresh(self.config, steps.on_event, done.unread), steps)
        if self.unproven:
            raise CommandError("\n".join(self.unproven))

    def _replaced(self, *, unlock: bool) -> tuple[Mapping[str, Any], _Mending]:
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
        """The state and the releases' images, once EC2 has made what the state lacks, and it can take that in."""
        while True:
            state, images = self.stack.state(), self._releases()
            deployment = state["deployment"]
            lost = missed(deployment, images)
            pending = {image.name: image.image_id for image in lost if image.state == "pending"}
            pending |= self._pending_creates(deployment)
            if not pending:
                break
            self.display.say(f"EC2 is still making {', '.join(pending)}: waiting for it")
            while any(self.made.pending(image_id) for image_id in pending.values()):
                self.wait(_POLL_SECONDS)
                if self.stack.stopped:
                    raise CommandError("stopped", Exit.INTERRUPTED)
        if lost and Exported(deployment).roots is None:
            state = self._rooted(", ".join(image.name for image in lost))
        return state, images

    def _rooted(self, lost: str) -> State:
        """The state, after an update has made what an image depends on. Raises `CommandError`."""
        try:
            self.stack.up_root(self.config)
        except CommandError as error:  # the program may declare what is missing; only the state afterwards counts
            state = self.stack.state()
            if Exported(state["deployment"]).roots:
                return state
            raise CommandError(
                f"{error}\nthe state has lost {lost} and the stack itself, which an update has to make first, and that "
                "failed: mend what it says, and run the same command again",
                error.code,
            ) from error
        return self.stack.state()

    def _releases(self) -> list[Image]:
        return self.made.releases(self.image_names, self.stack.tag)

    def _pending_creates(self, deployment: Mapping[str, Any]) -> dict[str, str]:
        creating = [r for r in Exported(deployment).cut_off.creating if r["type"] == IMAGE]
        found = {one.resource["inputs"]["name"]: one.resource_id for one in self.made.settled(creating)}
        return {name: image_id for name, image_id in found.items() if self.made.pending(image_id)}

    def _mending(self, deployment: Mapping[str, Any], images: list[Image]) -> _Mending:
        found = Exported(deployment).cut_off
        unknown = foreign(found.creating)
        if unknown:
            raise CommandError(
                f"an update was cut off while it made {', '.join(unknown)}, and whether AWS has that is not known "
                "here: run `pulumi cancel` if the stack is locked, and `pulumi refresh`, which asks what became of it"
            )
        settled, going = self.made.settled(found.creating), Exported(deployment).leaving_images
        self.unproven.clear()
        made = self._said_to_be_ours(deployment) if Exported(deployment).roots else []
        after = mended(deployment, [*settled, *made], self.made.gone(going) if going else ())
        lost = self._proven(missed(after, images), deployment) if Exported(after).roots else []
        if lost:
            after = taken_in(after, lost, self.made.names(lost))
        urns = unread(after) | {*(resource["urn"] for resource in found.deleting), *without_volumes(after, images)}
        urns |= {resource["urn"] for resource in after["resources"] if resource.get("id") in going}
        held = Exported(deployment).held_images | Exported(after).held_images
        names = [image.name for image in lost]
        return _Mending(found, settled, made, names, held, going, with_dependents(after, urns), after)

    def _proven(self, lost: list[Image], deployment: Mapping[str, Any]) -> list[Image]:
        """Those that the state proves to be its own creates, or that a person says are; what is left is reported."""
        recorded = Exported(deployment).recorded_instances
        reasons = self.made.reasons(lost, self.stack.tag, recorded) if lost else {}
        for image in lost:
            why = reasons.get(image.image_id)
            if why and image.image_id not in self.adopt:
                behind = ", ".join(f"{device} {one}" for device, one in image.snapshots.items())
                self.unproven.append(
                    f"image {image.name!r} ({image.image_id}) is in the account and not in the state, and nothing "
                    f"proves that this stack made it: {why}. It was made {image.created:%Y-%m-%d %H:%M} UTC of "
                    f"{image.source_instance_id or 'no instance'}, with {behind or 'no snapshot'}. If it is this "
                    f"stack's, run `snapnames recover --adopt {image.image_id}`; else deregister it, or release under "
                    "another name"
                )
        return [image for image in lost if image.image_id in self.adopt or image.image_id not in reasons]

    def _said_to_be_ours(self, deployment: Mapping[str, Any]) -> list[Settled]:
        """The groups that a person says are this stack's; what is left is reported."""
        found = unrecorded(deployment, self.made, self.stack.tag)
        for name in found.configurations:
            self.display.say(
                f"launch configuration {name} looks like one of this stack's, and its state does not have it. Nothing "
                f"launches from it by this stack: `aws autoscaling delete-launch-configuration "
                f"--launch-configuration-name {name}` deletes it"
            )
        for group in found.groups:
            if group.resource_id not in self.adopt:
                self.unproven.append(
                    f"the Auto Scaling group {group.resource_id} bears the mark of this stack, and its state does not "
                    "have it, as when AWS's answer to its create was lost; another update would make a second one. If "
                    f"it is this stack's, run `snapnames recover --adopt {group.resource_id}`; else take the tag "
                    "snapnames:stack from it"
                )
        return [group for group in found.groups if group.resource_id in self.adopt]

    def _note(self, done: _Mending, before: Mapping[str, Any]) -> None:
        held = {(resource["urn"], resource.get("id")) for resource in before.get("resources") or []}
        ids = {one.resource["urn"]: one.resource_id for one in (*done.settled, *done.unrecorded)}
        creating = [*done.found.creating, *(one.resource for one in done.unrecorded)]
        for urn in dict.fromkeys(resource["urn"] for resource in creating):
            if (urn, ids.get(urn)) not in held:
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
            self.display.say(f"never made, and to be made by the next update: {', '.join(self.dropped)}")


def delete_left(made: Made, images: Mapping[str, str], declared: Mapping[str, str], display: Display) -> list[str]:
    """Delete the snapshots that are left of images that EC2 does not have any more. `images`: id to name.

    `declared`: snapshot id to the Name that the stack declared. The provider leaves such snapshots if it tries a delete
    again. One that is not proven to be left of its image stays, and is said. Gives the ids of the deleted snapshots.
    Without images it reads nothing. Raises `CommandError`.
    """
    deleted: list[str] = []
    if not images:
        return deleted
    left = made.left_snapshots(images, declared)
    for image_id, snapshot_ids in left.deletable.items():
        now = made.delete_snapshots(snapshot_ids)
        deleted += now
        display.say(f"deleted what image {images[image_id]} ({image_id}) left: {', '.join(now) or '-'}")
    for snapshot_id, why in left.kept.items():
        display.say(f"snapshot {snapshot_id} stays: {why}")
    return deleted
