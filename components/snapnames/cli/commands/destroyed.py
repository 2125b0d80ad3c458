"""Images that an update would destroy although nobody has asked for it: they are kept, or the update is stopped."""

from collections.abc import Collection, Mapping

from snapnames.cli.commands.session import Session
from snapnames.cli.commands.standing import Standing
from snapnames.cli.errors import CommandError
from snapnames.cli.stack.steps import IMAGE, Steps
from snapnames.cli.state.exported import Exported
from snapnames.printable import shell_command
from snapnames.rules.images import ImageWithSnapshots
from snapnames.rules.releases import release_of


def keep_unlisted(
    session: Session,
    images: Mapping[str, ImageWithSnapshots],
    standing: Standing,
    release: str,
    also: Collection[str],
) -> None:
    """Let the updates of the command keep what the stack has and the config does not list, except `release` itself.

    Another operator may have deployed it: an older list says nothing of it. Raises `CommandError` if the fleet launches
    or runs such an image, unless `also` has its release, which is to be dropped.
    """
    session.kept = [
        one for one in session.unlisted({one: found.image for one, found in images.items()}) if one != release
    ]
    live = [
        one
        for one in session.kept
        if one not in also
        and (standing.launches == session.image_name(one) or standing.running(session.image_name(one)))
    ]
    if live:
        named, first = ", ".join(map(session.image_name, live)), live[0]
        raise CommandError(
            f"{standing.outcome(session.image_name(first))}: {session.file.path.name} does not list {named}, as "
            "when another deployment has made it. Get the config of that deployment, or write the release into "
            f"snapnames:releases, or give {shell_command('--drop', first)} to let it go"
        )
    for one in session.kept:
        if one not in also:
            session.display.say(
                f"keeping {session.image_name(one)}, which {session.file.path.name} does not list: "
                f"{shell_command('--drop', one)} lets it go"
            )


def refuse_to_destroy(session: Session, steps: Steps) -> None:
    """Raise `CommandError` if an update with these steps deletes an image that is built, and name it.

    An image that EC2 failed to make may go, and so may one that is gone already or whose delete an earlier update has
    begun. Reads nothing if no image is deleted.
    """
    names = {step.name for step in steps.seen if step.kind == IMAGE and step.verb == "delete"}
    if not names:
        return
    state = Exported(session.stack.state()["deployment"])
    held = [one for one, name in state.held_images.items() if name in names and one not in state.leaving_images]
    built = [one.image for one in session.account.known(held).values() if not one.image.unfinished]
    if not built:
        return
    named = ", ".join(f"{image.name} ({image.image_id})" for image in built)
    releases = [release for image in built if (release := release_of(session.service, image.name))]
    drops = [word for release in releases for word in ("--drop", release)]
    hint = f", or give {shell_command(*drops)} to let them go" if drops else ""
    raise CommandError(
        f"the update would destroy {named}, which nobody has asked to drop; the update was not run: look at "
        f"`pulumi preview`, and bring the stack in line with its config{hint}"
    )
