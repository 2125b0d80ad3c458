"""Tags that Pulumi can't read: it takes a map with the key of its own mark for a secret, and fails.

Everybody who may tag an image of the stack can make each refresh fail in this way. Only an AWS call helps then.
"""

from collections.abc import Collection, Mapping
from typing import Any

from snapnames.cli.errors import CommandError
from snapnames.cli.recovery.made import Made
from snapnames.cli.state.exported import Exported
from snapnames.printable import shell_command
from snapnames.rules.resource_types import IMAGE, TEMPLATE
from snapnames.rules.tags import SECRET_MARK


def refuse_unreadable(made: Made, deployment: Mapping[str, Any], others: Collection[str] = ()) -> None:
    """Raise `CommandError` if an image or a launch template of the state has such a tag. It takes one call.

    `others`: ids of images that the state may get.
    """
    bearing = made.bearers(SECRET_MARK)
    if not bearing:
        return
    state = Exported(deployment)
    creating = [resource for resource in state.cut_off.creating if resource["type"] == IMAGE]
    made_since = (one.resource_id for one in made.settled(creating))
    own = {*state.held_images, *(one.get("id") for one in state.of_type(TEMPLATE)), *made_since, *others}
    found = [one for one in bearing if one in own]
    if found:
        raise CommandError(
            f"{', '.join(found)} has a tag with the key {SECRET_MARK}, by which Pulumi marks a secret: Pulumi can't "
            f"read its tags, and every refresh fails. Nothing was run. Remove the tag with "
            f"{shell_command('aws', 'ec2', 'delete-tags', '--resources', *found, '--tags', f'Key={SECRET_MARK}')}, and "
            "run the same command again"
        )
