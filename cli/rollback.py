"""`snapnames rollback`: the fleet on another release that exists; no image is built."""

from typing import Any

from . import plan
from .errors import CommandError, UsageError
from .session import Session
from .steps import IMAGE, Step, changes, summary


def rollback(session: Session, release: str | None, *, preview: bool) -> dict[str, Any]:
    """Preview, update, write `snapnames:live`; what came of it, for scripts. Raises `CommandError`."""
    say = session.display.say
    if not session.has_fleet:
        raise UsageError(
            f"snapnames:fleet is not set in {session.file.path.name}; a rollback moves the stack's fleet to another "
            "release, and this stack has none: point what launches from its images to the older one"
        )
    wanted = plan.rolled_back(session.file.releases, release)
    config = session.file.edited(wanted)
    if not preview:
        session.recover()
    refresh = any(image.unread for image in session.images().values())
    say(f"rolling stack {session.stack.name} back from {session.file.releases.live} to {wanted.live}")
    try:
        steps = session.preview(config, refresh=refresh)
        say(f"[{session.display.elapsed}] to do: {summary(steps.seen)}; images: {_images(steps.seen)}")
        _refuse_building(steps.seen)
        if not preview:
            session.update(config, refresh=refresh, planned=steps)
    except CommandError as error:
        raise CommandError(f"{error}\n{session.file.path.name} is as it was", error.code) from error
    if not preview:
        session.file.replace(wanted)
        say(f"[{session.display.elapsed}] done: {session.outcome(wanted.live)}")
    return {
        "stack": session.stack.name,
        "release": wanted.live,
        "image": session.image_name(wanted.live or ""),
        "preview": preview,
        "releases": list(wanted.listed),
        "live": wanted.live,
        "changes": changes(steps.seen),
        "seconds": session.display.seconds,
    }


def _refuse_building(steps: list[Step]) -> None:
    if any(step.kind == IMAGE and step.verb == "create" for step in steps):
        raise CommandError(
            "the update would build an image, and a rollback builds none: bring the stack in line with its config "
            "first, by `pulumi up`"
        )


def _images(steps: list[Step]) -> str:
    created, deleted = (
        sum(step.kind == IMAGE and step.verb == verb for step in steps) for verb in ("create", "delete")
    )
    return f"{created} created, {deleted} deleted"
