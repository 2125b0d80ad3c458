"""`snapnames rollback` moves the fleet to another release that exists. It builds no image."""

from typing import Any

from snapnames.cli.commands.hindrances import heed_hindrances
from snapnames.cli.commands.plan_text import details, refuse_last_error, show_plan
from snapnames.cli.commands.services import refuse_others
from snapnames.cli.commands.session import Session
from snapnames.cli.commands.standing import Standing
from snapnames.cli.errors import CommandError, Exit, UsageError
from snapnames.cli.stack import release_list as plan
from snapnames.cli.stack.release_list import Releases
from snapnames.cli.stack.stack_file import StaleListError
from snapnames.cli.stack.steps import COPY, FLEET_KINDS, IMAGE, Step, changes, summary
from snapnames.printable import shell_command
from snapnames.rules.releases import release_of


def rollback(session: Session, release: str | None, *, preview: bool) -> dict[str, Any]:
    """Preview, update, and write `snapnames:live`. Gives the result for scripts. Raises `CommandError`."""
    say = session.display.say
    if not session.has_fleet:
        raise UsageError(
            f"{_no_fleet(session)}; a rollback moves the stack's fleet to another "
            "release, and this stack has none: point what launches from its images to the older one"
        )
    if not preview:
        session.recover()
    standing = session.standing()
    launched, goes_on = _launched(session, standing), session.rolls and standing.unfinished
    wanted = plan.rolled_back(
        session.file.releases, release, standing.history, launched, goes_on=goes_on, failed=standing.failed
    )
    heed_hindrances(session, standing, session.image_name(wanted.live or ""))
    config = session.file.edited(wanted)
    images = session.images()
    refresh = any(image.unread for image in images.values())
    if preview and refresh:
        session.refuse_unreadable()
    refresh = session.heed_group(standing, preview=preview) or refresh
    kept = session.unlisted({release: one.image for release, one in images.items()})
    if kept:
        config = session.file.edited(Releases((*kept, *wanted.listed), wanted.live))
        named = ", ".join(map(session.image_name, kept))
        say(f"keeping what {session.file.path.name} does not list: {named}; `pulumi up` removes it")
    if launched == wanted.live:
        say(f"going on with the rollback of stack {session.stack.name} to {wanted.live}")
    else:
        say(f"rolling stack {session.stack.name} back from {launched or session.file.releases.live} to {wanted.live}")
    try:
        steps = session.preview(config, refresh=refresh)
        say(f"[{session.display.elapsed}] to do: {summary(steps.seen)}; images: {_images(steps.seen)}")
        show_plan(session, steps)
        _refuse_images(steps.seen)
        refuse_others(steps, session.service, session.others)
        _refuse_to_stand_still(session, steps.seen, standing, wanted)
        if preview:
            refuse_last_error(steps)
        else:
            session.refuse_newcomers((*kept, *wanted.listed))
            session.update(config, refresh=refresh, planned=steps)
    except StaleListError:
        raise
    except CommandError as error:
        raise _failed(session, error, wanted, preview=preview) from error
    if not preview:
        session.file.replace(wanted)
        standing = session.standing()
        say(f"[{session.display.elapsed}] done: {session.outcome(wanted.live, standing)}")
    return {
        "stack": session.stack.name,
        "release": wanted.live,
        "image": session.image_name(wanted.live or ""),
        "preview": preview,
        "releases": list(wanted.listed),
        "live": wanted.live,
        "fleet": standing.document(),
        "changes": changes(steps.seen),
        **details(steps),
        "seconds": session.display.seconds,
    }


def _launched(session: Session, standing: Standing) -> str | None:
    """The release that the fleet launches, as AWS says; None where AWS has no such fleet."""
    if standing.status is None:
        return None
    return release_of(session.service, standing.launches or "") or standing.launches or standing.status.launches


def _no_fleet(session: Session) -> str:
    if session.stack.service:
        return f"the stack has no fleet of {session.service!r}"
    return f"snapnames:fleet is not set in {session.file.path.name}"


def _refuse_to_stand_still(session: Session, steps: list[Step], standing: Standing, wanted: Releases) -> None:
    """Raise `CommandError` if the update changes nothing of a fleet that launches another release.

    The program of such a stack does not ask its config which release is live, or the state does not have what somebody
    has changed in AWS.
    """
    image = session.image_name(wanted.live or "")
    if standing.status is None or standing.launches == image or any(step.kind in FLEET_KINDS for step in steps):
        return
    raise CommandError(
        f"the update would not move the fleet to {image}, and was not run. If somebody has changed the group by other "
        "means, run `pulumi refresh`, and this command again. If the program is one of your own, it has to launch what "
        f"snapnames:live says: let it launch the live_image of snapnames.Service({session.service!r}), with its "
        "config under that name"
    )


def _failed(session: Session, error: CommandError, wanted: Releases, *, preview: bool) -> CommandError:
    """The error, with where the fleet is. The file is written if the fleet has moved, and something else has failed."""
    as_it_was = f"{error}\n{session.file.path.name} is as it was"
    if preview or error.code is Exit.INTERRUPTED:
        return CommandError(as_it_was, error.code)
    try:
        standing = session.standing()
    except CommandError as unreadable:  # as when the keys have ended, which the update has failed with too
        again = shell_command("snapnames", "rollback", wanted.live or "")
        return CommandError(f"{as_it_was}\n{unreadable}\n{again} goes on when AWS answers", error.code)
    if standing.serves(session.image_name(wanted.live or ""), rolls=session.rolls):
        session.file.replace(wanted)
        return CommandError(f"{error}\n{session.deployed_beside(wanted.live, standing)}", error.code)
    return CommandError(f"{as_it_was}\n{_stands(session, wanted, standing)}", error.code)


def _stands(session: Session, wanted: Releases, standing: Standing) -> str:
    """Where the fleet is after a rollback that failed, and what goes on from there."""
    image = session.image_name(wanted.live or "")
    again = shell_command("snapnames", "rollback", wanted.live or "")
    return f"{standing.outcome(image)}. {again} goes on from here"


def _refuse_images(steps: list[Step]) -> None:
    if any(step.kind == IMAGE and step.verb == "create" for step in steps):
        raise CommandError(
            "the update would build an image, and a rollback builds none: bring the stack in line with its config "
            "first, by `pulumi up`"
        )
    deleted = [step.name for step in steps if step.kind in (IMAGE, COPY) and step.verb == "delete"]
    if deleted:
        raise CommandError(
            f"the update would destroy {', '.join(deleted)}, and a rollback destroys no image: let `pulumi up` remove "
            "it first, or put its release back into snapnames:releases"
        )


def _images(steps: list[Step]) -> str:
    created, deleted = (
        sum(step.kind == IMAGE and step.verb == verb for step in steps) for verb in ("create", "delete")
    )
    return f"{created} created, {deleted} deleted"
