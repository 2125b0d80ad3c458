"""The way back of a fleet whose rollout has failed, to the last release that was good."""

from dataclasses import dataclass

from snapnames.cli.commands.session import Session
from snapnames.cli.commands.standing import Standing
from snapnames.cli.errors import CommandError
from snapnames.cli.stack.release_list import Releases
from snapnames.printable import shell_command
from snapnames.rules.history import going_back


@dataclass(frozen=True)
class GoingBack:
    """A deployment that has failed, as far as its fleet has to go back."""

    session: Session
    release: str
    """The release that was deployed."""

    wanted: Releases
    """What the config lists for the update that has failed."""

    rolls_back: bool
    """Whether the fleet is taken back."""

    cause: CommandError
    """What the deployment has failed with."""

    def story(self, standing: Standing) -> list[str] | None:
        """Go back, and tell what has become of the fleet, a line each; None when its rollout is not what has failed."""
        session, name = self.session, self.session.image_name(self.release)
        if standing.launches != name or not (standing.failed or standing.never_begun):
            return None
        back = going_back(standing.history, session.file.releases.listed, self.release)
        if back is None or not self.rolls_back:
            return self._stays(standing, back)
        session.display.say(
            f"[{session.display.elapsed}] the rollout has failed: {standing.refresh}. Going back to "
            f"{session.image_name(back)}, the last release that was good"
        )
        config = session.edited(Releases(self.wanted.listed, back))
        try:
            session.update(config, refresh=False)
        except CommandError as error:
            return self._failed_too(back, error)
        return [
            f"the fleet went back: {self._where(back)}",
            f"{self._images_there()}: {self._again()} tries {name} again, and `pulumi up` removes its image",
        ]

    def _stays(self, standing: Standing, back: str | None) -> list[str]:
        name, tries = self.session.image_name(self.release), f"{self._again()} tries the rollout again"
        if back is None:
            why = "no release that was good is listed to go back to"
            return [f"{standing.outcome(name)}; {why}", f"{self._images_there()}: {tries}"]
        why = "it was not rolled back, since --no-rollback was given"
        return [
            f"{standing.outcome(name)}; {why}",
            f"{self._images_there()}: {tries}, and `snapnames rollback` goes back",
        ]

    def _failed_too(self, back: str, error: CommandError) -> list[str]:
        name, there = self.session.image_name(back), self._images_there()
        if self._is_back(back):
            # As when AWS refuses the refresh on both ways: then no instance has moved.
            why = "failed in the same way" if str(error) == str(self.cause) else f"failed too: {error}"
            return [
                f"the fleet went back: {self._where(back)}. The update back {why}",
                f"{there}: {self._again()} tries {self.session.image_name(self.release)} again when the cause is gone",
            ]
        return [
            f"going back to {name} did not work: {error}",
            f"{self._where(back)}; {there}: run {shell_command('snapnames', 'rollback', back)} when the cause is gone",
        ]

    def _is_back(self, release: str) -> bool:
        try:
            return self.session.standing().serves(self.session.image_name(release), rolls=True)
        except CommandError:
            return False

    def _again(self) -> str:
        return shell_command("snapnames", "deploy", "--release", self.release)

    def _where(self, release: str) -> str:
        """Where the fleet stands on its way back to a release. A read that fails hides nothing of what is known."""
        try:
            return self.session.standing().outcome(self.session.image_name(release))
        except CommandError as error:
            return f"where it stands by now is unknown, {error}"

    def _images_there(self) -> str:
        """Which images of the releases EC2 has after a rollout that has failed: such an update deletes none."""
        session = self.session
        releases = [one for one in self.wanted.listed if one not in session.file.taken_in]
        try:
            built = session.built()
        except CommandError as error:
            return f"which images EC2 has is unknown, {error}"
        gone = [session.image_name(one) for one in releases if one not in built]
        if gone:
            return f"EC2 does not have {', '.join(gone)}"
        return f"no image was destroyed, EC2 has all {len(releases)}" if len(releases) > 1 else "EC2 has the image"
