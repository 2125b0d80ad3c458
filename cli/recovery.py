"""A stack whose update was killed, brought back to where the next one works."""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from .display import Display
from .errors import CommandError, Exit
from .made import Made
from .missed import has_roots, missed, taken_in, without_volumes
from .repair import (
    GROUP_TYPE,
    IMAGE_TYPE,
    CutOff,
    Settled,
    cut_off,
    foreign,
    held_images,
    leaving,
    mended,
    unread,
    with_dependents,
)
from .running import run_stoppable
from .stack import OpenStack, State
from .steps import Steps
from .unrecorded import unrecorded

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import ImageTypeDef

_POLL_SECONDS = 2.0
_ATTEMPTS = 3


class _Mending(NamedTuple):
    """A state, and what it is without what was cut off."""

    found: CutOff
    settled: list[Settled]
    """Pending creates that AWS has done."""

    unrecorded: list[Settled]
    """What AWS has made of a fleet, and what the engine took for failed."""

    lost: list[str]
    """Names of images that the state missed, and that no pending create is for."""

    held: Mapping[str, str]
    """Image id to name, of all that the state has or had begun."""

    leaving: set[str]
    """Ids of images whose delete was begun."""

    unread: list[str]
    """URNs that a refresh has to read."""

    after: Mapping[str, Any]


@dataclass
class Recovery:
    """What is done, and what was."""

    stack: OpenStack
    config: str
    """The text of the stack's config file."""

    made: Made
    image_names: Collection[str]
    """Of the releases: the account's images of these names, if the stack built them, belong into the state."""

    display: Display
    adopted: list[str] = field(default_factory=list)
    """Names of what AWS had made and the state missed."""

    dropped: list[str] = field(default_factory=list)
    """Names of what never happened."""

    deleted: list[str] = field(default_factory=list)
    """Snapshots that an interrupted delete had left, and orphans when they are asked for."""

    wait: Callable[[float], object] = time.sleep
    """Waits for so many seconds before EC2 is asked again."""

    def run(self, *, orphans: bool = False, unlock: bool = False) -> None:
        """Mend the state, then finish the deletes. Raises `CommandError`.

        `orphans`: delete also what images left that were deregistered in another way. `unlock`: let go of a dead lock
        although there is nothing to mend. An image that EC2 is still making is waited for, since its snapshots are
        known only then.
        """
        before, done = self._replaced(unlock=unlock)  # fails when another update runs, so all else comes after it
        self._note(done, before)
        gone = {**self.stack.earlier_images(), **done.held} if orphans else {i: done.held[i] for i in done.leaving}
        self.deleted += delete_left(self.made, gone, self.display)
        if done.unread:
            steps = Steps()
            run_stoppable(self.stack, lambda: self.stack.refresh(self.config, steps.on_event, done.unread), steps)

    def _replaced(self, *, unlock: bool) -> tuple[Mapping[str, Any], _Mending]:
        """Have the state mended; it as it was, and what was found."""
        for _ in range(_ATTEMPTS):
            state, images = self._waited()
            done = self._mending(state["deployment"], images)
            if not (done.found or done.unrecorded or done.lost or unlock):
                return state["deployment"], done
            if self.stack.state() == state:  # otherwise an update has ended meanwhile, and would be overwritten
                self.stack.replace_state({**state, "deployment": done.after})
                return state["deployment"], done
        raise CommandError(
            f"the state of stack {self.stack.name!r} has changed {_ATTEMPTS} times while it was mended: wait for the "
            "updates that change it, and run the same command again"
        )

    def _waited(self) -> tuple[State, list["ImageTypeDef"]]:
        """The state and the releases' images, once EC2 has made what the state lacks, and it can take that in."""
        while True:
            state, images = self.stack.state(), self._releases()
            deployment = state["deployment"]
            lost = missed(deployment, images)
            pending = {image["Name"]: image["ImageId"] for image in lost if image["State"] == "pending"}
            pending |= self._pending_creates(deployment)
            if not pending:
                break
            self.display.say(f"EC2 is still making {', '.join(pending)}: waiting for it")
            while any(self.made.pending(image_id) for image_id in pending.values()):
                self.wait(_POLL_SECONDS)
                if self.stack.stopped:
                    raise CommandError("stopped", Exit.INTERRUPTED)
        if lost and not has_roots(deployment):
            state = self._rooted(", ".join(image["Name"] for image in lost))
        return state, images

    def _rooted(self, lost: str) -> State:
        """The state once it has what an image hangs on. Raises `CommandError`."""
        try:
            self.stack.up_root(self.config)
        except CommandError as error:  # as it declares what is missed; what counts is what the state has then
            state = self.stack.state()
            if has_roots(state["deployment"]):
                return state
            raise CommandError(
                f"{error}\nthe state has lost {lost} and the stack itself, which an update has to make first, and that "
                "failed: mend what it says, and run the same command again",
                error.code,
            ) from error
        return self.stack.state()

    def _releases(self) -> list["ImageTypeDef"]:
        return self.made.releases(self.image_names, self.stack.tag)

    def _pending_creates(self, deployment: Mapping[str, Any]) -> dict[str, str]:
        creating = [r for r in cut_off(deployment).creating if r["type"] == IMAGE_TYPE]
        found = {one.resource["inputs"]["name"]: one.resource_id for one in self.made.settled(creating)}
        return {name: image_id for name, image_id in found.items() if self.made.pending(image_id)}

    def _mending(self, deployment: Mapping[str, Any], images: list["ImageTypeDef"]) -> _Mending:
        found = cut_off(deployment)
        unknown = foreign(found.creating)
        if unknown:
            raise CommandError(
                f"an update was cut off while it made {', '.join(unknown)}, and whether AWS has that is not known "
                "here: run `pulumi cancel` if the stack is locked, and `pulumi refresh`, which asks what became of it"
            )
        settled, going = self.made.settled(found.creating), leaving(deployment)
        made = unrecorded(deployment, self.made, self.stack.tag) if has_roots(deployment) else []
        after = mended(deployment, [*settled, *made], self.made.gone(going) if going else ())
        lost = missed(after, images) if has_roots(after) else []
        if lost:
            after = taken_in(after, lost, self.made.names(lost))
        urns = unread(after) | {*(resource["urn"] for resource in found.deleting), *without_volumes(after, images)}
        urns |= {resource["urn"] for resource in after["resources"] if resource.get("id") in going}
        held = held_images(deployment) | held_images(after)
        names = [image["Name"] for image in lost]
        return _Mending(found, settled, made, names, held, going, with_dependents(after, urns), after)

    def _note(self, done: _Mending, before: Mapping[str, Any]) -> None:
        held = {(resource["urn"], resource.get("id")) for resource in before.get("resources") or []}
        ids = {one.resource["urn"]: one.resource_id for one in (*done.settled, *done.unrecorded)}
        creating = [*done.found.creating, *(one.resource for one in done.unrecorded)]
        for urn in dict.fromkeys(resource["urn"] for resource in creating):
            if (urn, ids.get(urn)) not in held:
                (self.adopted if urn in ids else self.dropped).append(urn.rpartition("::")[2])
        if self.adopted:
            self.display.say(f"taking over from an update that was cut off: {', '.join(self.adopted)}")
        if done.lost:
            self.display.say(f"taking into the state what it had lost: {', '.join(done.lost)}")
            self.adopted += done.lost
            if not any(resource["type"] == GROUP_TYPE for resource in done.after["resources"]):
                self.display.say(
                    "the state has no Auto Scaling group: if the account has this stack's one, run `pulumi import` "
                    "for it, since the next update makes a new one"
                )
        if self.dropped:
            self.display.say(f"never made, and to be made by the next update: {', '.join(self.dropped)}")


def delete_left(made: Made, images: Mapping[str, str], display: Display) -> list[str]:
    """Delete the snapshots that those of the images, id to name, have left which EC2 does not have any more.

    The provider leaves them when it tries a delete again. Gives the deleted ones. Raises `CommandError`. Without an
    image it reads nothing.
    """
    deleted: list[str] = []
    for image_id, snapshot_ids in (made.left_snapshots(images) if images else {}).items():
        now = made.delete_snapshots(snapshot_ids)
        deleted += now
        display.say(f"deleted what image {images[image_id]} ({image_id}) left: {', '.join(now) or '-'}")
    return deleted
