"""`snapnames prune`: drop old releases, and change nothing else."""

from typing import Any

from snapnames.cli.commands.dropping import document, drop, would_drop
from snapnames.cli.commands.session import Session
from snapnames.cli.errors import CommandError, Exit, UsageError
from snapnames.rules.history import retained


def prune(session: Session, keep: int, *, preview: bool) -> dict[str, Any]:
    """Drop all but `keep` releases, the live one and the one to go back to first among those that stay."""
    if keep < 1:
        raise UsageError(f"--keep is {keep}; the live release stays: give 1 or more")
    releases, say = session.file.releases, session.display.say
    if not releases.live:
        raise UsageError("snapnames:releases is empty; there is nothing to drop: run `snapnames deploy` first")
    if not preview:
        session.recover()
    standing = session.standing()
    stay = retained(standing.history, releases.listed, releases.live, keep)
    going = [release for release in releases.listed if release not in stay]
    if not going:
        raise CommandError(
            f"--keep is {keep}, and snapnames:releases lists {len(releases.listed)}: nothing to drop",
            Exit.NOTHING_TO_DO,
        )
    if preview:
        expected = would_drop(session, going, standing)
        for release in going:
            why = "; ".join(expected.kept.get(release, ()))
            say(
                f"would keep {session.image_name(release)}: {why}"
                if why
                else f"would drop {session.image_name(release)}"
            )
        return {
            "stack": session.stack.name,
            "preview": True,
            "dropped": expected.dropped,
            "kept": expected.document(),
        }
    session.kept = session.unlisted(session.built())  # as another operator's release
    outcome = drop(session, going, standing)
    say(f"[{session.display.elapsed}] done: dropped {', '.join(outcome.dropped) or 'nothing'}")
    return {"preview": False, **document(session, outcome, session.file.releases)}
