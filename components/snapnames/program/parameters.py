"""The parameters of Systems Manager that have the id of the live release's image, one in each region that has it."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi import Output, ResourceOptions

from snapnames.config.settings import Settings
from snapnames.errors import InputError
from snapnames.resources.account_images import stack_tag
from snapnames.resources.aws_resources import Parameter, ParameterInputs
from snapnames.rules.copies import copy_name
from snapnames.rules.images import STACK_TAG
from snapnames.rules.resource_types import SSM_PARAMETER

from .recorded_copies import records_parameter

if TYPE_CHECKING:
    from snapnames.image_copy import ImageCopy
    from snapnames.release_image import ReleaseImage

    from .taken_in import TakenInImage

PARAMETERS_OUTPUT = "parameters"
"""The stack output that has the name of the parameter, by region."""


def parameters_output(settings: Settings) -> str:
    """What the output is called for the service of these settings."""
    return f"{settings.service}:{PARAMETERS_OUTPUT}" if settings.own_config else PARAMETERS_OUTPUT


def check_parameters(settings: Settings, before: Mapping[str, Any], unread: Collection[str]) -> None:
    """Raise `InputError` if another owner has a parameter of that name, before anything is registered.

    Otherwise the update would fail at the parameter, when the fleet runs the new release already. `before`: the
    outputs that the last update has left. A parameter that they name is not read again. `unread`: regions that can't
    be reached, of which the update says so.
    """
    recorded = before.get(parameters_output(settings)) or {}
    regions = [settings.home, *settings.copies] if settings.parameter else []
    new = [one for one in regions if recorded.get(one) != settings.parameter and one not in unread]
    if not new:
        return
    # Only a parameter that is new needs boto3 here.
    from snapnames.aws.parameters import read_parameter  # noqa: PLC0415
    from snapnames.aws.session import program_session, reading  # noqa: PLC0415

    for region in new:
        session = program_session()
        if region != settings.home:
            session = session.elsewhere(region)
        with reading(f"the parameter {settings.parameter} in {session.region}"):
            found = read_parameter(session.ssm(), settings.parameter)
        if found is None:
            continue
        there = (
            f"{settings.namespace}parameter is {settings.parameter!r}, and {session.place} has a parameter of "
            f"that name with {found.shown}, "
        )
        if found.tags.get(STACK_TAG) != stack_tag():
            raise InputError(f"{there}which this stack did not make: delete it, or give another name")
        if not records_parameter(settings.parameter):
            raise InputError(
                f"{there}which bears the mark of this stack, and which its state does not have: run `snapnames "
                "recover` if an update was killed, and delete the parameter if that does not take it in"
            )


def declare_parameters(
    settings: Settings,
    live: "ReleaseImage | TakenInImage",
    copies: "Mapping[str, ImageCopy]",
    rollout: "Output[str] | None",
) -> None:
    """Declare the parameters, and export their names.

    `copies`: region to the copy of the live release. `rollout`: how the rollout of this update ended. When it fails,
    each parameter keeps the image that it has. None for a stack without a fleet.
    """
    if not settings.parameter:
        return
    _declare(settings, settings.parameter, _after(rollout, live.image_id), ResourceOptions())
    for region, copy in copies.items():
        options = ResourceOptions(provider=copy.get_provider(SSM_PARAMETER))
        _declare(settings, copy_name(settings.parameter, region), _after(rollout, copy.image_id), options)
    pulumi.export(parameters_output(settings), dict.fromkeys([settings.home, *copies], settings.parameter))


def _after(rollout: "Output[str] | None", image_id: "Output[str]") -> "Output[str]":
    """The id, known only after the rollout, and not at all when that fails."""
    return image_id if rollout is None else Output.all(rollout, image_id).apply(lambda known: str(known[1]))


def _declare(settings: Settings, name: str, value: "Output[str]", options: ResourceOptions) -> None:
    inputs: ParameterInputs = {
        "name": settings.parameter,
        "insecureValue": value,
        "description": f"The image of the live release of {settings.service}. The stack {stack_tag()} moves it.",
        "tags": {STACK_TAG: stack_tag()},
    }
    Parameter(name, inputs, options)
