"""The parameter of Systems Manager that has the id of the live release's image."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi import Output, ResourceOptions

from snapnames.config.settings import Settings
from snapnames.errors import InputError
from snapnames.resources.account_images import stack_tag
from snapnames.resources.aws_resources import Parameter
from snapnames.rules.images import STACK_TAG

if TYPE_CHECKING:
    from snapnames.release_image import ReleaseImage

    from .taken_in import TakenInImage

PARAMETER_OUTPUT = "parameter"
"""The stack output that has the name of the parameter."""


def check_parameter(settings: Settings, before: Mapping[str, Any]) -> None:
    """Raise `InputError` if another owner has a parameter of that name, before anything is registered.

    Otherwise the update would fail at the parameter, when the fleet runs the new release already. `before`: the
    outputs that the last update has left. The parameter that they name is not read again.
    """
    if not settings.parameter or before.get(PARAMETER_OUTPUT) == settings.parameter:
        return
    # Only a parameter that is new needs boto3 here.
    from snapnames.aws.parameters import read_parameter  # noqa: PLC0415
    from snapnames.aws.session import program_session, reading  # noqa: PLC0415

    with reading(f"the parameter {settings.parameter}"):
        session = program_session()
        found = read_parameter(session.ssm(), settings.parameter)
    if found is not None and found.tags.get(STACK_TAG) != stack_tag():
        raise InputError(
            f"snapnames:parameter is {settings.parameter!r}, and {session.place} has a parameter of that name with the "
            f"value {found.value!r}, which this stack did not make: delete it, or give another name"
        )


def declare_parameter(
    settings: Settings, live: "ReleaseImage | TakenInImage", rollout: "Output[str] | None" = None
) -> None:
    """Declare the parameter, and export its name.

    `rollout`: how the rollout of this update ended. When it fails, the parameter keeps the image that it has. None for
    a stack without a fleet.
    """
    if not settings.parameter:
        return
    # Known only after the rollout, and not at all when that fails.
    value = live.image_id if rollout is None else Output.all(rollout, live.image_id).apply(lambda known: str(known[1]))
    Parameter(
        settings.parameter,
        value,
        f"The image of the live release of {settings.service}. The stack {stack_tag()} moves it.",
        {STACK_TAG: stack_tag()},
        ResourceOptions(),
    )
    pulumi.export(PARAMETER_OUTPUT, settings.parameter)
