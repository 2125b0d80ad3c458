"""Tags that Pulumi can't read: it takes a map with the key of its own mark for a secret, and fails.

Everybody who may tag an image of the stack can make each refresh fail in this way. Only an AWS call helps then.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from snapnames.aws.session import REFUSALS
from snapnames.cli.errors import CommandError
from snapnames.cli.recovery.made import Made
from snapnames.cli.state.exported import Exported
from snapnames.printable import shell_command
from snapnames.rules.resource_types import IMAGE, TEMPLATE
from snapnames.rules.tags import SECRET_MARK


def remove_unreadable(
    made: Made, deployment: Mapping[str, Any], others: Collection[str], say: Callable[[str], None]
) -> None:
    """Remove such a tag from each image and launch template of the state. It takes one call if there is none.

    `others`: ids of images that the state may get. They are not known to be the stack's yet, so their tags stay.
    Raises `CommandError` if one of them has the tag, or if AWS refuses the removal.
    """
    own, found = _unreadable(made, deployment, others)
    if own:
        try:
            made.remove_tag(own, SECRET_MARK)
        except REFUSALS as error:
            raise _refusal(found, f" It can't be removed: {error}.") from error
        say(f"removed the tag {SECRET_MARK} from {', '.join(own)}: Pulumi can't read tags with this key")
    if rest := [one for one in found if one not in own]:
        raise _refusal(rest)


def refuse_unreadable(made: Made, deployment: Mapping[str, Any]) -> None:
    """Raise `CommandError` if an image or a launch template of the state has such a tag. It takes one call."""
    _, found = _unreadable(made, deployment, ())
    if found:
        raise _refusal(found)


def _unreadable(made: Made, deployment: Mapping[str, Any], others: Collection[str]) -> tuple[list[str], list[str]]:
    """Those of the state, and all that count."""
    bearing = made.bearers(SECRET_MARK)
    if not bearing:
        return [], []
    state = Exported(deployment)
    creating = [resource for resource in state.cut_off.creating if resource["type"] == IMAGE]
    made_since = (one.resource_id for one in made.settled(creating))
    own = {*state.held_images, *(one.get("id") for one in state.of_type(TEMPLATE)), *made_since}
    return [one for one in bearing if one in own], [one for one in bearing if one in {*own, *others}]


def _refusal(found: list[str], why: str = "") -> CommandError:
    return CommandError(
        f"{', '.join(found)} has a tag with the key {SECRET_MARK}, by which Pulumi marks a secret: Pulumi can't "
        f"read its tags, and every refresh fails.{why} Nothing was run. Remove the tag with "
        f"{shell_command('aws', 'ec2', 'delete-tags', '--resources', *found, '--tags', f'Key={SECRET_MARK}')}, and "
        "run the same command again"
    )
