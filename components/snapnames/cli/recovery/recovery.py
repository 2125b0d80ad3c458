"""Repairs a stack whose update was killed, so that the next update works."""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from snapnames.cli.display import Display
from snapnames.cli.errors import CommandError, Exit
from snapnames.cli.recovery.made import Made
from snapnames.cli.recovery.unrecorded import unrecorded
from snapnames.cli.stack.open_stack import OpenStack, State
from snapnames.cli.stack.running import run_stoppable
from snapnames.cli.stack.steps import Steps
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
    adopted: list[str] = field(default_factory=list)
    """Names of resources that AWS had made and the state did not have."""

    dropped: list[str] = field(default_factory=list)
    """Names of resources whose create was begun and never done."""

    deleted: list[str] = field(default_factory=list)
    """Ids of deleted snapshots: what interrupted deletes had left, and orphans if the caller asked for them."""

    def run(self, *, orphans: bool = False, unlock: bool = False) -> None:
        """Repair the state, then finish the deletes. Raises `CommandError`.

        `orphans`: also delete the snapshots of images that were deregistered in another way. `unlock`: remove a dead
        lock even if there is nothing to repair. If EC2 is still making an image, this waits, because the snapshots are
        known only when the image is made.
        """
        before, done = self._replaced(unlock=unlock)  # fails if another update runs, so it comes first
        self._note(done, before)
        gone = {i: done.held[i] for i in done.leaving}
        if orphans:
            gone |= self._beyond_return({**self.stack.earlier_images(), **done.held})
        self.deleted += delete_left(self.made, gone, self.display)
        if done.unread:
            steps = Steps()
            run_stoppable(self.stack, lambda: self.stack.refresh(self.config, steps.on_event, done.unread), steps)

    def _beyond_return(self, images: Mapping[str, str]) -> dict[str, str]:
        """Those of the images, id to name, that nobody can restore. Says which others there are."""
        left = self.made.left_snapshots(images) if images else {}
        kept = self.made.restorable(left)
        if kept is None:
            self.display.say(
                "no orphans are deleted: AWS does not tell whether the Recycle Bin keeps their images: allow "
                "ec2:ListImagesInRecycleBin, and run the same command again"
            )
            return {}
        for image_id in sorted(kept):
            self.display.say(
                f"image {images[image_id]} ({image_id}) is in the Recycle Bin, so its snapshots stay: `aws ec2 "
                f"restore-image-from-recycle-bin --image-id {image_id}` restores it"
            )
        return {image_id: images[image_id] for image_id in left if image_id not in kept}

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
                time.sleep(_POLL_SECONDS)
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
        made = unrecorded(deployment, self.made, self.stack.tag) if Exported(deployment).roots else []
        after = mended(deployment, [*settled, *made], self.made.gone(going) if going else ())
        lost = missed(after, images) if Exported(after).roots else []
        if lost:
            after = taken_in(after, lost, self.made.names(lost))
        urns = unread(after) | {*(resource["urn"] for resource in found.deleting), *without_volumes(after, images)}
        urns |= {resource["urn"] for resource in after["resources"] if resource.get("id") in going}
        held = Exported(deployment).held_images | Exported(after).held_images
        names = [image.name for image in lost]
        return _Mending(found, settled, made, names, held, going, with_dependents(after, urns), after)

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


def delete_left(made: Made, images: Mapping[str, str], display: Display) -> list[str]:
    """Delete the snapshots that are left of images that EC2 does not have any more. `images`: id to name.

    The provider leaves such snapshots if it tries a delete again. Gives the ids of the deleted snapshots. Without
    images it reads nothing. Raises `CommandError`.
    """
    deleted: list[str] = []
    for image_id, snapshot_ids in (made.left_snapshots(images) if images else {}).items():
        now = made.delete_snapshots(snapshot_ids)
        deleted += now
        display.say(f"deleted what image {images[image_id]} ({image_id}) left: {', '.join(now) or '-'}")
    return deleted
