"""`snapnames adopt` writes a stack that takes over a group, and takes in the old images of its service as releases."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pulumi.automation.errors import CommandError as PulumiError

from snapnames.aws.groups import read_groups
from snapnames.aws.images import read_images
from snapnames.aws.rollouts import read_fleet
from snapnames.cli.account import aws_session
from snapnames.cli.advice import aws_errors, with_advice
from snapnames.cli.commands.init import accepted, project_files, source_of, write_files
from snapnames.cli.commands.plan_text import details, show_plan
from snapnames.cli.commands.session import Session
from snapnames.cli.display import Display
from snapnames.cli.errors import CommandError, UsageError
from snapnames.cli.stack.engine_text import said
from snapnames.cli.stack.new_stack import create_stack
from snapnames.cli.stack.steps import changes, summary
from snapnames.printable import shell_command
from snapnames.rules.images import Image
from snapnames.rules.taken_in import Choice, chosen, release_taken, services, split_name

_COMMENT = """\
# The stack {stack} of the service {service}, which takes over the Auto Scaling group {group}.
# - takenIn: which images of before are releases. An update reads, marks and names them. It never deletes them: a drop
#   by `snapnames prune` or `snapnames deploy --keep` does, after checks.
# - fleet.adopt: the group stays as it is. A deployment changes only what it launches from.
# - fleet.instanceRefresh: a deployment replaces the instances, and waits for them.
"""


@dataclass(frozen=True)
class Wanted:
    """What the caller asked for."""

    group: str
    region: str
    stack: str
    service: str | None
    source: Sequence[str]
    keep: int


@dataclass(frozen=True)
class Adoption:
    """A stack that takes over a group."""

    wanted: Wanted
    choice: Choice
    launched: str
    """The id of the image that the group launches now; empty where AWS does not tell."""

    @property
    def live(self) -> str | None:
        """The release that the group launches now; None if none of the chosen ones."""
        found = (release for release, image in self.choice.images.items() if image.image_id == self.launched)
        return next(found, None)

    def config(self) -> dict[str, Any]:
        """The config of the stack."""
        wanted, releases = self.wanted, list(self.choice.images)
        pinned = {"snapnames:live": self.live} if self.live is not None and self.live != releases[0] else {}
        taken = {release: image.image_id for release, image in self.choice.images.items()}
        return {
            "aws:region": wanted.region,
            "snapnames:service": self.choice.service,
            "snapnames:source": source_of(wanted.source or [f"aws:autoscaling:groupName={wanted.group}"]),
            "snapnames:releases": releases,
            **pinned,
            **({"snapnames:takenIn": taken} if taken else {}),
            "snapnames:fleet": {"adopt": wanted.group, "instanceRefresh": {}},
        }

    def files(self, *, own_python: bool) -> dict[str, str]:
        """File name to content. Raises `UsageError` for what the program would refuse."""
        stack, service = self.wanted.stack, self.choice.service
        comment = _COMMENT.format(stack=stack, service=service, group=self.wanted.group)
        return project_files(service, stack, accepted(self.config()), comment, own_python=own_python)

    def notes(self) -> list[str]:
        """What is taken in, what is live and what is left alone, a line each."""
        images, service = self.choice.images, self.choice.service
        lines = [f"service {service}: {len(images)} of its images are taken in as releases"]
        lines += [
            f"  {release}: {image.name} ({image.image_id}){', what the group launches' if release == self.live else ''}"
            for release, image in images.items()
        ]
        if self.choice.left:
            lines.append(f"left alone: {len(self.choice.left)} older images of {service}; --keep takes in more")
        return [*lines, *self._of_the_group()]

    def _of_the_group(self) -> list[str]:
        """What a person should know of the group, a line each."""
        group, images = self.wanted.group, self.choice.images
        if self.live is not None:
            return []
        what = f"launches {self.launched}" if self.launched else "launches an image that AWS does not tell"
        moved = next(iter(images.values())).name if images else ""
        moves = f", and an update moves it to {moved}: look at the preview before you deploy" if moved else ""
        return [f"warning: the group {group} {what}, which is none of these releases{moves}"]


def service_of(images: Collection[Image], given: str | None, launched: Image | None) -> str:
    """The service whose images become releases. Raises `UsageError` if the names of the images do not decide it.

    `launched`: the image that the group launches, if it is among the account's images.
    """
    if given is not None:
        if images and not any(release_taken(given, image.name) for image in images):
            raise UsageError(
                f"--service {given}: no image of the account is called {given}-RELEASE; {_seen(services(images))}: "
                "give one of these"
            )
        return given
    if launched is not None and (split := split_name(launched.name)):
        return split[0]
    found = services(images)
    if len(found) == 1 and launched is None:
        return next(iter(found))
    runs = f"the image that the group launches is called {launched.name!r}, and " if launched else ""
    raise UsageError(f"{runs}{_seen(found)}: give --service, the part of their names before the release")


def _seen(found: Mapping[str, int]) -> str:
    if not found:
        return "no image of the account has a name like SERVICE-20180307231207"
    return f"the account has images of {', '.join(f'{service} ({count})' for service, count in found.items())}"


def read_adoption(wanted: Wanted) -> Adoption:
    """Read the group and the account's images, and choose. It only reads. Raises `CommandError`."""
    if wanted.keep < 1:
        raise UsageError(f"--keep is {wanted.keep}; the image that the group launches is a release: give 1 or more")
    with aws_errors(f"the group {wanted.group} and the images of the account can't be read"):
        session = aws_session({"aws:region": wanted.region})
        status = read_fleet(session.ec2(), session.autoscaling(), wanted.group, refreshes=False)
        if status is None:
            names = ", ".join(sorted(group.name for group in read_groups(session.autoscaling()))) or "none"
            raise UsageError(
                f"there is no Auto Scaling group {wanted.group!r} in {session.place}, which has {names}: give one of "
                "these, or another --region or AWS_PROFILE"
            )
        images = read_images(session.ec2())
    if status.group.builder:
        raise UsageError(
            f"the stack {status.group.builder} made the group {wanted.group}, and has its releases: use that stack"
        )
    launched = next((image for image in images if image.image_id == status.launches), None)
    service = service_of(images, wanted.service, launched)
    return Adoption(wanted, chosen(images, service, wanted.keep, "", status.launches), status.launches)


def adopt(folder: Path, wanted: Wanted, display: Display) -> dict[str, Any]:
    """Write the files, make the stack if there is none, and preview. Changes nothing in AWS. Raises `CommandError`."""
    adoption = read_adoption(wanted)
    files = adoption.files(own_python=(folder / ".venv").is_dir())
    for note in adoption.notes():
        display.say(note)
    written = write_files(folder, files, display)
    again = shell_command("snapnames", "deploy", "--stack", wanted.stack, "--preview")
    try:
        create_stack(folder, wanted.stack)
        session = Session.open(folder, wanted.stack, display)
        with session.stoppable():
            steps = session.preview(session.file.text, refresh=False)
    except (CommandError, PulumiError) as error:
        why = said(error) if isinstance(error, PulumiError) else str(error)
        code = error.code if isinstance(error, CommandError) else CommandError("").code
        raise CommandError(
            with_advice(
                f"the preview failed: {why}\nthe files are written, and nothing was changed in AWS: mend what it says, "
                f"and run {again}"
            ),
            code,
        ) from error
    display.say(f"[{display.elapsed}] an update would do: {summary(steps.seen)}")
    show_plan(session, steps)
    display.say("Nothing was changed in AWS. The first deployment makes a new release, and takes these in:")
    display.say(f"  {shell_command('snapnames', 'deploy', '--stack', wanted.stack)}")
    return {
        "written": written,
        "stack": wanted.stack,
        "group": wanted.group,
        "service": adoption.choice.service,
        "releases": list(adoption.choice.images),
        "taken_in": {release: image.image_id for release, image in adoption.choice.images.items()},
        "live": adoption.live,
        "launches": adoption.launched,
        "left": [image.name for image in adoption.choice.left],
        "changes": changes(steps.seen),
        **details(steps),
    }
