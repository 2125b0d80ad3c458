"""Tags that Pulumi can't read: it takes a map with the key of its own mark for a secret, and fails.

Everybody who may tag an image of the stack can make each refresh fail in this way. Only an AWS call helps then.
"""

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

from snapnames.aws.regions import images_with_tag
from snapnames.aws.session import REFUSALS
from snapnames.aws.tags import remove_tag
from snapnames.cli.errors import CommandError
from snapnames.cli.recovery.made import Made
from snapnames.cli.state.copies import copies_of
from snapnames.cli.state.exported import Exported
from snapnames.printable import shell_command
from snapnames.rules.resource_types import IMAGE, TEMPLATE
from snapnames.rules.tags import SECRET_MARK

if TYPE_CHECKING:
    from snapnames.aws.session import StackSession


def remove_unreadable(
    made: Made, deployment: Mapping[str, Any], others: Collection[str], say: Callable[[str], None]
) -> None:
    """Remove such a tag from each image and launch template of the state. It takes one call if there is none.

    Copies in other regions take one call for each region. A region that can't be read is left alone.

    `others`: ids of images that the state may get. They are not known to be the stack's yet, so their tags stay.
    Raises `CommandError` if one of them has the tag, or if AWS refuses the removal.
    """
    for region, ids in _of_copies(made.session, deployment).items():
        _remove(made.session.elsewhere(region), ids, say, region)
    own, found = _unreadable(made, deployment, others)
    if own:
        _remove(made.session, own, say)
    if rest := [one for one in found if one not in own]:
        raise _refusal(rest)


def refuse_unreadable(made: Made, deployment: Mapping[str, Any]) -> None:
    """Raise `CommandError` if an image or a launch template of the state has such a tag. It takes one call.

    Copies in other regions take one more for each region.
    """
    _, found = _unreadable(made, deployment, ())
    if found:
        raise _refusal(found)
    for region, ids in _of_copies(made.session, deployment).items():
        raise _refusal(ids, region=region)


def _remove(session: "StackSession", ids: list[str], say: Callable[[str], None], region: str = "") -> None:
    try:
        remove_tag(session.ec2(), ids, SECRET_MARK)
    except REFUSALS as error:
        raise _refusal(ids, f" It can't be removed: {error}.", region) from error
    there = f" in {region}" if region else ""
    say(f"removed the tag {SECRET_MARK} from {', '.join(ids)}{there}: Pulumi can't read tags with this key")


def _of_copies(session: "StackSession", deployment: Mapping[str, Any]) -> dict[str, list[str]]:
    """Region to the ids of the copies there that bear the tag; no read for a state without copies."""
    held: dict[str, set[str]] = {}
    for copy in copies_of(deployment):
        held.setdefault(copy.region or session.region, set()).add(copy.image_id)
    bearing = images_with_tag(session, SECRET_MARK, held) if held else {}
    own = {region: [one for one in ids if one in held[region]] for region, ids in bearing.items()}
    return {region: ids for region, ids in own.items() if ids}


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


def _refusal(found: list[str], why: str = "", region: str = "") -> CommandError:
    there = ("--region", region) if region else ()
    command = shell_command("aws", "ec2", "delete-tags", *there, "--resources", *found, "--tags", f"Key={SECRET_MARK}")
    return CommandError(
        f"{', '.join(found)} has a tag with the key {SECRET_MARK}, by which Pulumi marks a secret: Pulumi can't "
        f"read its tags, and every refresh fails.{why} Nothing was run. Remove the tag with {command}, and run the "
        "same command again"
    )
