"""`snapnames deploy`: a new release, first in the list and live; the config is written when the update succeeded."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from snapnames.cli.commands.destroyed import keep_unlisted, refuse_to_destroy
from snapnames.cli.commands.dropping import Dropped, drop, would_drop
from snapnames.cli.commands.plan_text import details, refuse_last_error, show_plan
from snapnames.cli.commands.services import refuse_others
from snapnames.cli.commands.session import Session
from snapnames.cli.commands.standing import Standing
from snapnames.cli.errors import CommandError, Exit, UsageError
from snapnames.cli.stack import release_list as plan
from snapnames.cli.stack.release_list import Releases
from snapnames.cli.stack.stack_file import StaleListError
from snapnames.cli.stack.steps import IMAGE, Steps, changes, summary
from snapnames.printable import shell_command
from snapnames.rules.history import going_back
from snapnames.rules.images import Image, ImageWithSnapshots

_POLL_SECONDS = 2.0


@dataclass(frozen=True)
class Deploy:
    """What one deployment is going to do."""

    session: Session
    release: str
    wanted: Releases
    """The releases once the image is built and in service: nothing of the list is dropped by that update."""

    keep: int | None
    rolls_back: bool
    """Whether a rollout that fails takes the fleet back to the release before."""

    also: tuple[str, ...] = ()
    """Releases that the config does not list, that the stack has, and that are to go."""

    @classmethod
    def of(
        cls,
        session: Session,
        release: str | None,
        keep: int | None,
        *,
        rolls_back: bool = True,
        drop: Sequence[str] = (),
    ) -> "Deploy":
        """Check what was asked for against the config. Raises `UsageError`."""
        chosen = plan.now() if release is None else release
        plan.check_release(chosen, session.service)
        before = session.file.releases
        plan.deployed(before, chosen, keep)
        wanted = plan.deployed(before, chosen, None)
        listed = [release for release in drop if release in wanted.listed]
        if listed:
            raise UsageError(
                f"--drop {listed[0]} names a release that the config lists or that is deployed; it lets go of one that "
                "the config does not list: give --keep to drop listed ones"
            )
        return cls(session, chosen, wanted, keep, rolls_back, tuple(dict.fromkeys(drop)))

    def run(self, *, preview: bool) -> dict[str, Any]:
        """Preview, update, write the config, drop; what came of it, for scripts. Raises `CommandError`."""
        session, say = self.session, self.session.display.say
        images = session.images()
        refresh = self._settle(images) if not preview else any(image.unread for image in images.values())
        if preview and refresh:
            session.refuse_unreadable()
        before = session.standing()
        keep_unlisted(session, images, before, self.release, self.also)
        refresh = session.heed_group(before, preview=preview) or refresh
        going = self._going(before)
        dropping = f", then dropping {', '.join(going)}" if going else ""
        say(f"deploying {session.image_name(self.release)} to stack {session.stack.name}{dropping}")
        config = session.edited(self.wanted)
        try:
            steps = session.preview(config, refresh=refresh)
            say(f"[{session.display.elapsed}] to do: {summary(steps.seen)}")
            show_plan(session, steps)
            self._check_built(steps)
            refuse_others(steps, session.service, session.others)
            refuse_to_destroy(session, steps)
            if preview:
                kept = self._would_keep(going, before)
                refuse_last_error(steps)
                return self._document(steps, before, preview=True, going=going, outcome=kept)
            leaving = self._leaving(steps, images)
            session.refuse_newcomers(self.wanted.listed)
            session.update(config, refresh=refresh, planned=steps)
        except StaleListError:
            raise
        except CommandError as error:
            raise self._failed(error, preview=preview) from error
        session.file = session.file.replace(self.wanted)
        self._remove_left(config)
        self._delete_left(leaving)
        standing = session.standing()
        outcome = drop(session, self._going(standing), standing)
        say(f"[{session.display.elapsed}] done: {session.outcome(self.release, standing)}")
        return self._document(steps, standing, preview=False, going=outcome.dropped, outcome=outcome)

    def _would_keep(self, going: Sequence[str], standing: Standing) -> Dropped:
        """What AWS would refuse to drop as it is now; what runs is replaced before, where the fleet rolls."""
        session = self.session
        expected = would_drop(session, going, None if session.rolls else standing)
        for release, why in expected.kept.items():
            session.display.say(f"warning: {session.image_name(release)} would stay, and stay listed: {'; '.join(why)}")
        return expected

    def _going(self, standing: Standing) -> list[str]:
        """The releases that `--keep` drops once the new one is in service."""
        kept = plan.deployed(self.wanted, self.release, self.keep, standing.history).listed
        return [*(release for release in self.wanted.listed if release not in kept), *self.also]

    def _document(
        self, steps: Steps, standing: Standing, *, preview: bool, going: Sequence[str], outcome: Dropped | None = None
    ) -> dict[str, Any]:
        session = self.session
        kept = outcome.kept if outcome else {}
        dropped = [release for release in going if release not in kept]
        listed = self.wanted.without(dropped) if preview else session.file.releases
        return {
            "stack": session.stack.name,
            "release": self.release,
            "image": session.image_name(self.release),
            "preview": preview,
            "releases": list(listed.listed),
            "live": listed.live,
            "dropped": dropped,
            "kept": outcome.document() if outcome else [],
            "left_snapshots": outcome.left if outcome else [],
            "fleet": standing.document(),
            "changes": changes(steps.seen),
            **details(steps),
            "seconds": session.display.seconds,
        }

    def _check_built(self, steps: Steps) -> None:
        """Raise unless the update builds the image, or the state has it: a program may not know of the release."""
        session, name = self.session, self.session.image_name(self.release)
        if any(step.kind == IMAGE and step.name == name and step.verb == "create" for step in steps.seen):
            return
        if session.held([name]) or self.release in session.file.taken_in:
            return
        raise CommandError(
            f"the update would not build image {name!r}: the program of this stack does not make its images of "
            f"{self.session.service!r} and snapnames:releases. The update was not run. Let the program take its "
            f"releases by snapnames.Service({self.session.service!r}), with its config under that name, or release "
            "with `pulumi up` as the program wants it"
        )

    def _leaving(self, steps: Steps, images: Mapping[str, ImageWithSnapshots]) -> dict[str, str]:
        """Id to name of the images that this deployment destroys.

        Deletes the snapshots of those that are gone already, while the state has their ids: where that is refused, the
        next try finds them again.
        """
        session = self.session
        names = {step.name for step in steps.seen if step.kind == IMAGE and step.verb == "delete"}
        # No step shows one that a refresh takes out of the state, nor one that `_remove_left` deletes.
        names |= {session.image_name(release) for release in {*images} - {*self.wanted.listed, *session.kept}}
        leaving, there = session.held(names), {one.image.image_id for one in images.values()}
        session.delete_left({image_id: name for image_id, name in leaving.items() if image_id not in there})
        return leaving

    def _settle(self, images: dict[str, ImageWithSnapshots]) -> bool:
        """Deal with what an update that did not end left behind; whether the update must refresh."""
        session = self.session
        for release, image in ((release, one.image) for release, one in images.items()):
            if image.state == "pending" and release not in (self.release, *session.file.releases.listed):
                raise CommandError(
                    f"image {image.name!r} ({image.image_id}) of an unfinished deployment is pending; EC2 is still "
                    f"making its snapshots: run {shell_command('snapnames', 'deploy', '--release', release)} to go on "
                    "with it, or wait"
                )
        found = images.get(self.release)
        own = found.image if found else None
        waited = own is not None and own.state == "pending"
        if own is not None and waited:
            own = self._wait(own)
        changed = session.recover(self.wanted.listed) or waited
        if own is not None and own.state not in ("available", "pending") and session.file.releases.listed:
            session.display.say(f"image {own.name} failed before ({own.reason}): removing it")
            self._remove()
            changed = True
        return any(image.unread for image in (session.images() if changed else images).values())

    def _wait(self, image: Image) -> Image | None:
        """Until EC2 has made the image."""
        session = self.session
        session.display.say(f"image {image.name} ({image.image_id}) is being made already: waiting for it")
        with session.display.watching(session.account, image.name):
            now: Image | None = image
            while now is not None and now.state == "pending":
                time.sleep(_POLL_SECONDS)
                if session.stack.stopped:
                    raise self._failed(CommandError("stopped", Exit.INTERRUPTED))
                found = session.account.image(image.name)
                now = found.image if found else None
        return now

    def _failed(self, error: CommandError, *, preview: bool = False) -> CommandError:
        """The error with the image's fate, and with the next step. Removes an image that failed in EC2.

        After a preview it changes nothing, and asks for nothing.
        """
        session = self.session
        if preview:
            return CommandError(f"{error}\n{session.file.path.name} is as it was", error.code)
        stopped = error.code is Exit.INTERRUPTED
        try:
            found = session.images().get(self.release)
            standing = None if stopped else session.standing()
            if standing is not None and self._done(standing, found):
                session.file = session.file.replace(self.wanted)
                return CommandError(f"{error}\n{session.deployed_beside(self.release, standing)}", error.code)
        except CommandError as unreadable:
            return CommandError(f"{error}\n{session.file.path.name} is as it was\n{unreadable}", error.code)
        image = found.image if found else None
        again = shell_command("snapnames", "deploy", "--release", self.release)
        lines = [str(error), f"{session.file.path.name} is as it was"]
        story = self._gone_back(standing) if standing is not None else None
        if story is not None:
            return CommandError("\n".join([*lines, *story]), error.code)
        if stopped:
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

    def _done(self, standing: Standing, found: ImageWithSnapshots | None) -> bool:
        """Whether the release is deployed, though the update has failed: at something else, as a region of copies.

        A stack without a fleet has its image in the state, and each of its snapshots has a Name.
        """
        session, name = self.session, self.session.image_name(self.release)
        if session.has_fleet or standing.status is not None:
            return standing.serves(name, rolls=session.rolls)
        # Others can write the name and the mark of an image, and not the state.
        if found is None or standing.images.get(found.image.image_id) != name:
            return False
        named = bool(found.snapshots) and all(one.name for one in found.snapshots)
        return named and found.image.state == "available"

    def _gone_back(self, standing: Standing) -> list[str] | None:
        """What has become of a fleet whose rollout has failed; None when that is not what has failed."""
        session, name = self.session, self.session.image_name(self.release)
        if not standing.failed or standing.launches != name:
            return None
        again = shell_command("snapnames", "deploy", "--release", self.release)
        back = going_back(standing.history, session.file.releases.listed, self.release)
        if back is None or not self.rolls_back:
            why = "" if back is None else "; it was not rolled back, since --no-rollback was given"
            return [
                f"{standing.outcome(name)}{why}",
                f"{self._images_there()}: {again} tries the rollout again, and `snapnames rollback` goes back",
            ]
        session.display.say(
            f"[{session.display.elapsed}] the rollout has failed: {standing.refresh}. Going back to "
            f"{session.image_name(back)}, the last release that was good"
        )
        config = session.edited(Releases(self.wanted.listed, back))
        try:
            session.update(config, refresh=False)
        except CommandError as error:
            return [
                f"going back to {session.image_name(back)} did not work: {error}",
                (
                    f"{session.standing().outcome(session.image_name(back))}; {self._images_there()}: run "
                    f"{shell_command('snapnames', 'rollback', back)} when the cause is gone"
                ),
            ]
        return [
            f"the fleet went back: {session.standing().outcome(session.image_name(back))}",
            f"{self._images_there()}: {again} tries {name} again, and `pulumi up` removes its image",
        ]

    def _images_there(self) -> str:
        """Which images of the releases EC2 has after a rollout that has failed: such an update deletes none."""
        session = self.session
        releases = [one for one in self.wanted.listed if one not in session.file.taken_in]
        built = session.built()
        gone = [session.image_name(one) for one in releases if one not in built]
        if gone:
            return f"EC2 does not have {', '.join(gone)}"
        return f"no image was destroyed, EC2 has all {len(releases)}" if len(releases) > 1 else "EC2 has the image"

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
        """Bring the stack back to its config: a refresh tells it the snapshots to delete with the image.

        What the stack has beside its config stays, as another operator's release.
        """
        session = self.session
        session.kept = [one for one in session.unlisted(session.built()) if one != self.release]
        config = session.edited(session.file.releases)
        session.update(config, refresh=True)
        session.update(config, refresh=False)

    def _remove_left(self, config: str) -> None:
        try:
            expected = {*self.wanted.listed, *self.session.kept}
            images = self.session.built()
            left = [one for one in images if one not in expected and images[one].unfinished]
            held = self.session.held([self.session.image_name(one) for one in left])
            left = [one for one in left if images[one].image_id in held]
            if left:
                self.session.display.say(f"removing what was never finished: {', '.join(left)}")
                self.session.refuse_newcomers(self.wanted.listed)
                self.session.update(config, refresh=False)
        except CommandError as error:
            # The deployment itself is done.
            self.session.display.say(
                f"removing what was never finished did not work ({error}): run `pulumi up --refresh`, `pulumi up`"
            )

    def _delete_left(self, leaving: Mapping[str, str]) -> None:
        """As after a deregistration whose answer was lost: the provider takes the image for deleted."""
        try:
            self.session.delete_left(leaving)
        except CommandError as error:
            # The deployment itself is done.
            self.session.display.say(
                f"deleting what {', '.join(leaving.values())} left did not work ({error}): `snapnames ledger "
                "--account` lists such snapshots"
            )
