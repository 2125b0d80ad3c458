"""What a preview shows to be reviewed: every name, and each property that changes of what the fleet is made of."""

from typing import Any

from snapnames.cli.commands.session import Session
from snapnames.cli.stack.steps import Steps


def show_plan(session: Session, steps: Steps) -> None:
    """Say the names that snapshots get, and the old and new value of each property that changes."""
    for resource, name in sorted(steps.names.items(), key=lambda named: (named[1], named[0])):
        session.display.say(f"  name {resource.rpartition(':')[2]}: {name}")
    for changed in steps.properties:
        session.display.say(f"  {changed}")


def details(steps: Steps) -> dict[str, Any]:
    """The same, for scripts."""
    return {
        "names": dict(steps.names),
        "properties": [
            {"resource": one.resource, "property": one.path, "old": one.before or None, "new": one.after or None}
            for one in steps.properties
        ],
        "notes": list(steps.notes),
    }
