"""`snapnames deploy` makes a new release and puts it first in the list. It writes the config after the update."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import plan
from .account import Image
from .errors import CommandError, Exit
from .plan import Releases
from .session import Session
from .stack_file import StaleListError
from .steps import IMAGE, Steps, changes, summary

_POLL_SECONDS = 2.0


@dataclass(frozen=True)
class Deploy:
    """One deployment: what it does, and in which order."""

    session: Session
    release: str
    wanted: Releases
    dropped: tuple[str, ...]

    @classmethod
    def of(cls, session: Session, release: str | None, keep: int | None) -> "Deploy":
        """Check the options against the config. Raises `UsageError`."""
        chosen = plan.now() if release is None else release
        plan.check_release(chosen, session.service)
        before = session.file.releases
        wanted = plan.deployed(before, chosen, keep)
        return cls(session, chosen, wanted, tuple(old for old in before.listed if old not in wanted.listed))

    def run(self, *, preview: bool) -> dict[str, Any]:
        """Preview, update, and write the config. Gives the result for scripts. Raises `CommandError`."""
        session, say = self.session, self.session.display.say
        config = session.file.edited(self.wanted)
        images = session.images()
        refresh = False
        if not preview:
            refresh = self._settle(images)
        elif any(image.unread for image in images.values()):
            refresh = True
        say(f"deploying {session.image_name(self.release)} to stack {session.stack.name}{self._dropping()}")
        try:
            steps = session.preview(config, refresh=refresh)
            say(f"[{session.display.elapsed}] to do: {summary(steps.seen)}")
            if not preview:
                leaving = self._leaving(steps, images)
                session.update(config, refresh=refresh, planned=steps)
        except StaleListError:
            raise
        except CommandError as error:
            raise self._failed(error) from error
        if not preview:
            session.file = session.file.replace(self.wanted)
            self._remove_left(config)
            self._delete_left(leaving)
            say(f"[{session.display.elapsed}] done: {session.outcome(self.release)}")
        return {
            "stack": session.stack.name,
            "release": self.release,
            "image": session.image_name(self.release),
            "preview": preview,
            "releases": list(self.wanted.listed),
            "live": self.wanted.live,
            "dropped": list(self.dropped),
            "changes": changes(steps.seen),
            "seconds": session.display.seconds,
        }

    def _leaving(self, steps: Steps, images: Mapping[str, Image]) -> dict[str, str]:
        """Id to name of the images that this deployment destroys.

        An image may be gone already. Its snapshots are deleted now, while the state still has the image's id. If AWS
        refuses that, the next try finds the snapshots again.
        """
        session = self.session
        names = {step.name for step in steps.seen if step.kind == IMAGE and step.verb == "delete"}
        # No step shows an image that a refresh removes from the state, or one that `_remove_left` deletes.
        names |= {session.image_name(release) for release in {*self.dropped, *images} - {*self.wanted.listed}}
        leaving, there = session.held(names), {image.image_id for image in images.values()}
        session.delete_left({image_id: name for image_id, name in leaving.items() if image_id not in there})
        return leaving

    def _dropping(self) -> str:
        return f", dropping {', '.join(self.dropped)}" if self.dropped else ""

    def _settle(self, images: dict[str, Image]) -> bool:
        """Deal with what an unfinished update left behind. Gives whether the update must refresh."""
        session = self.session
        for release, image in images.items():
            if image.state == "pending" and release not in (self.release, *session.file.releases.listed):
                raise CommandError(
                    f"image {image.name!r} ({image.image_id}) of an unfinished deployment is pending; EC2 is still "
                    f"making its snapshots: run `snapnames deploy --release {release}` to go on with it, or wait"
                )
        own = images.get(self.release)
        if own is not None and own.state == "pending":
            own = self._wait(own)
        session.recover(self.wanted.listed)
        if own is not None and own.state not in ("available", "pending") and session.file.releases.listed:
            session.display.say(f"image {own.name} failed before ({own.reason}): removing it")
            self._remove()
        return any(image.unread for image in session.images().values())

    def _wait(self, image: Image) -> Image | None:
        """Wait until EC2 has made the image. Gives the image as it is then."""
        session = self.session
        session.display.say(f"image {image.name} ({image.image_id}) is being made already: waiting for it")
        with session.display.watching(session.account, image.name):
            now: Image | None = image
            while now is not None and now.state == "pending":
                time.sleep(_POLL_SECONDS)
                if session.stack.stopped:
                    raise self._failed(CommandError("stopped", Exit.INTERRUPTED))
                now = session.account.image(image.name)
        return now

    def _failed(self, error: CommandError) -> CommandError:
        """The error, with the state of the image and the next step. Removes an image that EC2 failed to make."""
        session = self.session
        try:
            image = session.images().get(self.release)
        except CommandError as unreadable:
            return CommandError(f"{error}\n{session.file.path.name} is as it was\n{unreadable}", error.code)
        again = f"`snapnames deploy --release {self.release}`"
        lines = [str(error), f"{session.file.path.name} is as it was"]
        if error.code is Exit.INTERRUPTED:
            state = f"image {image.name!r} ({image.image_id}) is {image.state}" if image else "no image was made"
            lines.append(f"{state}: {again} goes on from here")
        elif image is None or self.release in session.file.releases.listed:
            pass
        elif image.state == "available":
            lines.append(
                f"image {image.name!r} ({image.image_id}) is built: {again} goes on with it, and `pulumi up` removes it"
            )
        elif image.state == "pending":
            lines.append(f"image {image.name!r} ({image.image_id}) is still pending: {again} goes on with it")
        else:
            reason = f": {image.reason}" if image.reason else ""
            lines.insert(0, f"image {image.name!r} ({image.image_id}) is {image.state!r} in EC2{reason}")
            lines.append(self._tidied(image))
        return CommandError("\n".join(lines), error.code)

    def _tidied(self, image: Image) -> str:
        if not self.session.file.releases.listed:
            return "no release is listed to go back to: the next `snapnames deploy` removes the failed image"
        self.session.display.say(f"removing image {image.name}, which failed")
        try:
            self._remove()
        except CommandError as error:
            return f"removing the failed image did not work ({error}): run `pulumi up --refresh`, then `pulumi up`"
        return f"the failed image {image.image_id} and its snapshots are removed: deploy again when the cause is gone"

    def _remove(self) -> None:
        """Bring the stack back to its config. The refresh tells Pulumi which snapshots to delete with the image."""
        self.session.update(self.session.file.text, refresh=True)
        self.session.update(self.session.file.text, refresh=False)

    def _remove_left(self, config: str) -> None:
        try:
            left = [release for release in self.session.images() if release not in self.wanted.listed]
            if left:
                self.session.display.say(f"removing what was never finished: {', '.join(left)}")
                self.session.update(config, refresh=False)
        except CommandError as error:
            # The deployment itself is done.
            self.session.display.say(
                f"removing what was never finished did not work ({error}): run `pulumi up --refresh`, `pulumi up`"
            )

    def _delete_left(self, leaving: Mapping[str, str]) -> None:
        """Delete snapshots that are left if the answer to a deregistration was lost. The provider leaves them."""
        try:
            self.session.delete_left(leaving)
        except CommandError as error:
            # The deployment itself is done.
            self.session.display.say(
                f"deleting what {', '.join(leaving.values())} left did not work ({error}): `snapnames ledger "
                "--account` lists such snapshots"
            )
