"""A stack whose update was killed, brought back to where the next one works."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .display import Display
from .errors import CommandError, Exit
from .made import Made
from .repair import IMAGE_TYPE, CutOff, cut_off, held_images, mended, with_dependents
from .running import run_stoppable
from .stack import OpenStack
from .steps import Steps

_POLL_SECONDS = 2.0


@dataclass
class Recovery:
    """What is done, and what was."""

    stack: OpenStack
    config: str
    """The text of the stack's config file."""

    made: Made
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
        self._wait()
        found, ids, held, unread = CutOff((), (), 0), dict[str, str](), dict[str, str](), list[str]()

        def mend(deployment: Mapping[str, Any]) -> Mapping[str, Any] | None:
            nonlocal found, ids, held, unread
            found = cut_off(deployment)
            ids = self.made.ids(found.creating)
            after = mended(deployment, ids)
            held = held_images(deployment) | held_images(after)
            unread = with_dependents(after, {*ids, *(resource["urn"] for resource in found.deleting)})
            return after if found or unlock else None

        self.stack.repair(mend)  # fails when another update runs, so all else comes after it
        self._note(found, ids)
        deleting = {resource["id"] for resource in found.deleting if resource["type"] == IMAGE_TYPE}
        self._finish(held if orphans else {image_id: held[image_id] for image_id in deleting})
        if unread:
            steps = Steps()
            run_stoppable(self.stack, lambda: self.stack.refresh(self.config, steps.on_event, unread), steps)

    def _wait(self) -> None:
        """Until EC2 has made the images that an update was creating."""
        while pending := self._pending():
            self.display.say(f"EC2 is still making {', '.join(pending)}: waiting for it")
            while any(self.made.pending(image_id) for image_id in pending.values()):
                time.sleep(_POLL_SECONDS)
                if self.stack.stopped:
                    raise CommandError("stopped", Exit.INTERRUPTED)

    def _pending(self) -> dict[str, str]:
        creating = [r for r in cut_off(self.stack.deployment()).creating if r["type"] == IMAGE_TYPE]
        names = {r["urn"]: r["inputs"]["name"] for r in creating}
        ids = self.made.ids(creating)
        return {names[urn]: image_id for urn, image_id in ids.items() if self.made.pending(image_id)}

    def _note(self, found: CutOff, ids: Mapping[str, str]) -> None:
        for resource in found.creating:
            (self.adopted if resource["urn"] in ids else self.dropped).append(resource["urn"].rpartition("::")[2])
        if self.adopted:
            self.display.say(f"taking over from an update that was cut off: {', '.join(self.adopted)}")
        if self.dropped:
            self.display.say(f"never made, and to be made by the next update: {', '.join(self.dropped)}")

    def _finish(self, images: Mapping[str, str]) -> None:
        """Delete the snapshots that images which are gone have left."""
        for image_id, snapshot_ids in self.made.left_snapshots(images).items():
            deleted = self.made.delete_snapshots(snapshot_ids)
            self.deleted += deleted
            self.display.say(f"deleted what image {images[image_id]} ({image_id}) left: {', '.join(deleted) or '-'}")
