"""What a preview shows to be reviewed: every name, and each property that changes of what the fleet is made of."""

from collections.abc import Mapping, Sequence
from typing import Any

from snapnames.cli.commands.session import Session
from snapnames.cli.errors import CommandError
from snapnames.cli.stack.steps import GROUP, Step, Steps
from snapnames.errors import FAILS_LAST


def show_plan(session: Session, steps: Steps) -> None:
    """Say the names that snapshots get, and the old and new value of each property that changes."""
    for line in name_lines(steps.names):
        session.display.say(f"  {line}")
    for changed in steps.properties:
        session.display.say(f"  {changed}")
    for name in replaced_groups(steps.seen):
        session.display.say(
            f"warning: the update makes a new Auto Scaling group {name}, and then deletes the old one. The new one "
            "begins with fleet.desiredCapacity or else fleet.minSize, and has no scaling policy, hook or scheduled "
            "action that others have given to the old one"
        )


def replaced_groups(seen: Sequence[Step]) -> list[str]:
    """The groups that an update replaces, as with another name: it makes one and deletes one of the same logical name.

    >>> [make, delete] = (Step(verb, GROUP, "web") for verb in ("create", "delete"))
    >>> replaced_groups([make, delete]), replaced_groups([make]), replaced_groups([delete])
    (['web'], [], [])
    """
    made, gone = ({one.name for one in seen if (one.verb, one.kind) == (verb, GROUP)} for verb in ("create", "delete"))
    return sorted(made & gone)


def refuse_last_error(steps: Steps) -> None:
    """Raise `CommandError` if the update will do all of it and fail then. The preview has said at what."""
    # What comes before this sentence can quote texts of others.
    if any(warning.endswith(FAILS_LAST) for warning in steps.warnings):
        raise CommandError("the update would do all of this, and end in exit code 1 because of what the warning says")


def name_lines(names: Mapping[str, str]) -> list[str]:
    """The Name that each device of an image gets; the regions in which the same device of a copy gets it too.

    `names`: the Tag's name, `<image>:<device>` or `<image>:<region>:<device>`, to the Name.

    >>> tags = ("web-1:/dev/sda1", "web-1:eu-west-1:/dev/sda1", "web-1:us-west-2:/dev/sda1")
    >>> name_lines(dict.fromkeys(tags, "web-1(001)"))
    ['name /dev/sda1: web-1(001), also of the copies in eu-west-1, us-west-2']
    >>> name_lines({"web-1:us-west-2:/dev/sda1": "web-1(001)"})
    ['name /dev/sda1: web-1(001), of the copy in us-west-2']
    """
    regions: dict[tuple[str, str, str], list[str]] = {}
    for tag, name in names.items():
        image, *region, device = tag.split(":")
        regions.setdefault((name, device, image), []).extend(region or [""])
    return [f"name {device}: {name}{_copied(found)}" for (name, device, _), found in sorted(regions.items())]


def _copied(regions: list[str]) -> str:
    there = sorted(region for region in regions if region)
    if not there:
        return ""
    also = "also " if "" in regions else ""
    return f", {also}of the {'copies' if len(there) > 1 else 'copy'} in {', '.join(there)}"


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
