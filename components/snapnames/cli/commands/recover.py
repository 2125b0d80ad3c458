"""`snapnames recover` repairs a stack after a kill, and asks no question."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from snapnames.cli.account import aws_session
from snapnames.cli.display import Display
from snapnames.cli.recovery.made import Made
from snapnames.cli.recovery.recovery import Recovery
from snapnames.cli.stack.keys import Keys
from snapnames.cli.stack.open_stack import OpenStack
from snapnames.cli.stack.stack_file import StackFile
from snapnames.config.values import ConfigValues
from snapnames.rules.releases import image_name
from snapnames.rules.services import namespace_of, services_in


def recover(  # noqa: PLR0913 -- one for each option
    folder: Path,
    stack_name: str | None,
    display: Display,
    *,
    orphans: bool,
    unlock: bool = False,
    adopt: Collection[str] = (),
) -> dict[str, Any]:
    """Repair the stack, so that `pulumi up` works. Gives what was done, for scripts. Raises `CommandError`.

    `unlock`: remove the lock of the stack also if its holder may still run, because a person knows better.
    """
    stack = OpenStack(folder, stack_name)
    stack.unlocks = unlock
    file = StackFile.read(stack.config_path)
    config = stack.config
    file.check(config, stack.project.name)
    service = config.get("snapnames:service")
    taken = {image_name(service or "", release): image_id for release, image_id in file.taken_in.items()}
    names = {"": [image_name(service, release) for release in file.releases.listed] if service else []}
    for one in services_in(config):
        listed = StackFile.read(stack.config_path, Keys.of(one)).releases.listed
        names[one] = [image_name(one, release) for release in listed]
    built = [name for listed in names.values() for name in listed if name not in taken]
    recovery = Recovery(stack, file.text, Made(aws_session(config)), built, display, frozenset(adopt))
    recovery.copied = _copied(config, names, taken)
    with stack.stoppable(lambda: display.say("stopping; ^C again stops at once")):
        recovery.run(orphans=orphans, unlock=True)
    if not (recovery.adopted or recovery.dropped or recovery.deleted):
        display.say("nothing to recover")
    display.say(f"[{display.elapsed}] done: run `pulumi up`, `pulumi destroy` or `snapnames deploy` again")
    return {
        "stack": stack.name,
        "adopted": recovery.adopted,
        "dropped": recovery.dropped,
        "deleted_snapshots": recovery.deleted,
        "kept_snapshots": recovery.kept,
        "seconds": display.seconds,
    }


def _copied(
    config: Mapping[str, str], names: Mapping[str, Collection[str]], taken: Mapping[str, str]
) -> dict[str, dict[str, str]]:
    """Region to the image names that the config copies there, with the ids of those that others built.

    `names`: service to its image names; an empty text is the one of snapnames' own program. `taken`: name to id.
    """
    copied: dict[str, dict[str, str]] = {}
    for service, listed in names.items():
        regions = ConfigValues(config).json(f"{namespace_of(service)}copies", {})
        for region in regions if isinstance(regions, dict) else ():
            copied.setdefault(region, {}).update({name: taken.get(name, "") for name in listed})
    return copied
