"""A group of the team's own that a fleet takes over: what it launches is carried over, and all else stays."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from snapnames.config.api_properties import ApiProperties
from snapnames.config.fleet_args import FleetArgs
from snapnames.config.fleet_properties import CONFIGURATION, GROUP, SHORT, TEMPLATE, classes
from snapnames.errors import InputError
from snapnames.rules.instance_refresh import as_the_policy_says
from snapnames.rules.owners import owners_of

from .account_images import stack_tag

if TYPE_CHECKING:
    from snapnames.aws.taken_group import TakenGroup

_SPECIFICATION = "LaunchTemplateSpecification"


def with_what_it_has(args: FleetArgs, setting: str) -> FleetArgs:
    """The inputs of a fleet that takes over the group `adopt`, filled in with what the group has.

    It launches from a launch template then, whatever it launched from before, with every property kept that the inputs
    do not give. Reads the group by boto3, with the stack's `aws:` config. Raises `InputError` if there is no such
    group, if Auto Scaling is deleting it, if something else manages it, and for what a launch template of pulumi-aws
    can't have. `setting`: the fleet, as a message calls it.
    """
    name = args["adopt"]
    # Only such a fleet needs boto3.
    from snapnames.aws.session import program_session, reading  # noqa: PLC0415
    from snapnames.aws.taken_group import read_taken_group  # noqa: PLC0415

    with reading(f"the Auto Scaling group {name!r}"):
        session = program_session()
        group = read_taken_group(session.ec2(), session.autoscaling(), name)
        if group is None:
            raise InputError(
                f"{setting} takes over the Auto Scaling group {name!r}, which does not exist in {session.place}: give "
                "the name of one that does, and check aws:region, aws:profile and the keys"
            )
    _refuse(group, setting, forced=args.get("adopt_from_other_owner", False))
    return _filled_in(args, group, setting)


def _refuse(group: "TakenGroup", setting: str, *, forced: bool) -> None:
    if group.leaving:
        raise InputError(
            f"{setting} takes over the Auto Scaling group {group.name!r}, which Auto Scaling is deleting: name another"
        )
    for key, owner in () if forced else owners_of(group.tags, stack_tag()):
        raise InputError(
            f"{setting} takes over the Auto Scaling group {group.name!r}, which {owner} manages, by its tag {key}: "
            "each of the two would undo what the other does. Take it out of there first, or set snapnames:force to "
            "[other-owner]"
        )

    if group.template_builder not in ("", stack_tag()) and not forced:
        raise InputError(
            f"{setting} takes over the Auto Scaling group {group.name!r}, which launches from a launch template of the "
            f"Pulumi stack {group.template_builder!r}: each of the two would undo what the other does. Take it out of "
            "there first, or set snapnames:force to [other-owner]"
        )


def _filled_in(args: FleetArgs, group: "TakenGroup", setting: str) -> FleetArgs:
    launches = ApiProperties(group.launches, classes(TEMPLATE))
    lost = [*group.lost, *launches.lost]
    mixed: dict[str, Any] = {}
    if group.mixed is not None:
        policy = _without_specification(group.mixed)
        found = ApiProperties({"MixedInstancesPolicy": policy}, classes(GROUP))
        lost += found.lost
        mixed = found.given
    if lost:
        raise InputError(
            f"{setting} takes over the Auto Scaling group {group.name!r}, which launches with settings that a launch "
            f"template of pulumi-aws can't have: {', '.join(dict.fromkeys(lost))}. Change them in the group first"
        )
    template = {key: value for key, value in launches.given.items() if SHORT[TEMPLATE].get(key) not in args}
    places: dict[str, Any] = {}
    if not {"zones", "subnets"} & set(args):
        places = {"subnets": list(group.subnets)} if group.subnets else {"zones": list(group.zones)}
    of_template = args.get("template", {})
    of_group = args.get("group", {})
    return cast(
        "FleetArgs",
        {
            **places,
            **_sizes(args, group),
            **{key: value for key, value in args.items() if key != CONFIGURATION},
            **as_the_policy_says(args, group.policy),
            "launch": TEMPLATE,
            TEMPLATE: {**template, **of_template},
            GROUP: {**mixed, **of_group},
        },
    )


def _sizes(args: FleetArgs, group: "TakenGroup") -> dict[str, Any]:
    """The sizes that pulumi-aws wants to have; those that `args` do not give are not sent."""
    low = min(group.min_size, args.get("max_size", group.min_size))
    return {"min_size": low, "max_size": max(group.max_size, args.get("min_size", low))}


def _without_specification(mixed: Mapping[str, Any]) -> dict[str, Any]:
    launch = mixed.get("LaunchTemplate", {})
    return {**mixed, "LaunchTemplate": {key: value for key, value in launch.items() if key != _SPECIFICATION}}
