"""A stack whose update was killed, brought back to where the next one works."""

import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from .account import stack_tag
from .display import Display
from .errors import CommandError, Exit
from .made import Made
from .missed import GROUP_TYPE, has_roots, missed, taken_in, without_volumes
from .repair import IMAGE_TYPE, CutOff, cut_off, held_images, mended, with_dependents
from .running import run_stoppable
from .stack import OpenStack, State
from .steps import Steps

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import ImageTypeDef

_POLL_SECONDS = 2.0


class _Mending(NamedTuple):
    """A state, and what it is without what was cut off."""

    found: CutOff
    ids: Mapping[str, str]
    """URN to id, of creates that AWS has done."""

    lost: list[str]
    """Names of images that the state missed, and that no pending create is for."""

    held: Mapping[str, str]
    """Image id to name, of all that the state has or had begun."""

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

    def run(self, *, orphans: bool = False, unlock: bool = False) -> None:
        """Mend the state, then finish the deletes. Raises `CommandError`.

        `orphans`: delete also what images left that were deregistered in another way. `unlock`: let go of a dead lock
        although there is nothing to mend. An image that EC2 is still making is waited for, since its snapshots are
        known only then.
        """
        state, images = self._waited()
        done = self._mending(state["deployment"], images)
        if done.found or done.lost or unlock:
            # Fails when another update runs, so all else comes after it.
            self.stack.replace_state({**state, "deployment": done.after})
        self._note(done)
        deleting = {resource["id"] for resource in done.found.deleting if resource["type"] == IMAGE_TYPE}
        self._finish(done.held if orphans else {image_id: done.held[image_id] for image_id in deleting})
        if done.unread:
            steps = Steps()
            run_stoppable(self.stack, lambda: self.stack.refresh(self.config, steps.on_event, done.unread), steps)

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
                time.sleep(_POLL_SECONDS)
                if self.stack.stopped:
                    raise CommandError("stopped", Exit.INTERRUPTED)
        if lost and not has_roots(deployment):
            with suppress(CommandError):  # as it declares what is missed; what counts is what the state has then
                self.stack.up_root(self.config)
            state = self.stack.state()
        return state, images

    def _releases(self) -> list["ImageTypeDef"]:
        return self.made.releases(self.image_names, stack_tag(self.stack.project.name, self.stack.name))

    def _pending_creates(self, deployment: Mapping[str, Any]) -> dict[str, str]:
        creating = [r for r in cut_off(deployment).creating if r["type"] == IMAGE_TYPE]
        names = {r["urn"]: r["inputs"]["name"] for r in creating}
        ids = self.made.ids(creating)
        return {names[urn]: image_id for urn, image_id in ids.items() if self.made.pending(image_id)}

    def _mending(self, deployment: Mapping[str, Any], images: list["ImageTypeDef"]) -> _Mending:
        found = cut_off(deployment)
        ids = self.made.ids(found.creating)
        after = mended(deployment, ids)
        lost = missed(after, images) if has_roots(after) else []
        if lost:
            after = taken_in(after, lost, self.made.names(lost))
        lost_ids = {image["ImageId"] for image in lost}
        urns = {resource["urn"] for resource in after["resources"] if resource.get("id") in lost_ids}
        urns |= {*ids, *(resource["urn"] for resource in found.deleting), *without_volumes(after, images)}
        held = held_images(deployment) | held_images(after)
        return _Mending(found, ids, [image["Name"] for image in lost], held, with_dependents(after, urns), after)

    def _note(self, done: _Mending) -> None:
        for resource in done.found.creating:
            (self.adopted if resource["urn"] in done.ids else self.dropped).append(resource["urn"].rpartition("::")[2])
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

    def _finish(self, images: Mapping[str, str]) -> None:
        """Delete the snapshots that images which are gone have left."""
        for image_id, snapshot_ids in self.made.left_snapshots(images).items():
            deleted = self.made.delete_snapshots(snapshot_ids)
            self.deleted += deleted
            self.display.say(f"deleted what image {images[image_id]} ({image_id}) left: {', '.join(deleted) or '-'}")
