"""`group`, `template` and `configuration` of a fleet: properties that are passed through to pulumi-aws.

Loads pulumi-aws's classes only where one of the three is given.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

from snapnames.errors import InputError
from snapnames.rules.fleet import check_fleet, encoded_user_data_fault
from snapnames.rules.images import STACK_TAG

from .aws_properties import is_later, property_faults, with_whole_numbers
from .derived import config_key
from .fleet_args import FleetArgs

GROUP, TEMPLATE, CONFIGURATION = "group", "template", "configuration"
PLACES = (GROUP, TEMPLATE, CONFIGURATION)
MIXED = "mixedInstancesPolicy"
_REFRESH = "instance_refresh"
_LAUNCH, _SPECIFICATION = "launchTemplate", "launchTemplateSpecification"

_GENERATED = "generates it, so that the new one exists before the old one goes"
_REGION = "takes the region of the provider, in which the images are"
_IMAGE = "sets it to the image of the live release"
OWN: Mapping[str, Mapping[str, str]] = {
    GROUP: {
        "launchConfiguration": "sets it to the launch configuration of the live release",
        "launchTemplate": "sets it to the launch template's version of the live release",
        "instanceRefresh": "has a key of its own for it",
        "region": _REGION,
    },
    TEMPLATE: {
        "imageId": _IMAGE,
        "name": _GENERATED,
        "namePrefix": _GENERATED,
        "defaultVersion": "sets it to the version of the live release",
        "updateDefaultVersion": "sets it, so that the default version is that of the live release",
        "region": _REGION,
    },
    CONFIGURATION: {"imageId": _IMAGE, "name": _GENERATED, "namePrefix": _GENERATED, "region": _REGION},
}
"""Properties that a fleet sets itself, with what it does about each."""

_LAUNCHED = {"instanceType": "instance_type", "keyName": "key_name", "iamInstanceProfile": "instance_profile"}
SHORT: Mapping[str, Mapping[str, str]] = {
    GROUP: {
        "minSize": "min_size",
        "maxSize": "max_size",
        "desiredCapacity": "desired_capacity",
        "availabilityZones": "zones",
        "vpcZoneIdentifiers": "subnets",
        "healthCheckType": "health_check",
        "healthCheckGracePeriod": "health_check_grace_period",
        "tags": "tags",
    },
    TEMPLATE: {**_LAUNCHED, "vpcSecurityGroupIds": "security_groups", "userData": "user_data"},
    CONFIGURATION: {
        **_LAUNCHED,
        "securityGroups": "security_groups",
        "userData": "user_data",
        "userDataBase64": "user_data",
    },
}
"""Properties that a fleet has an input of its own for."""

_OF_ANOTHER_FORM: Mapping[str, Sequence[str]] = {
    # Auto Scaling has more types than the fleet's input, and a list of them.
    GROUP: ("healthCheckType", "tags"),
    TEMPLATE: ("iamInstanceProfile", "userData"),
    CONFIGURATION: ("userDataBase64",),
}
"""Of these, properties whose values are written otherwise than the fleet's own input."""

ENCODED = {TEMPLATE: "userData", CONFIGURATION: "userDataBase64"}
"""User data that pulumi-aws wants encoded already."""


class Paths(NamedTuple):
    """How messages call the inputs of a fleet: the program's config and the component have other names."""

    before: str
    """What stands before the name of an input."""

    named: Callable[[str], str]
    """The name of an input, as its user writes it."""

    def __call__(self, name: str) -> str:
        """The whole path of an input."""
        return f"{self.before}{self.named(name)}"


def checked_fleet(args: Mapping[str, Any], setting: str) -> FleetArgs:
    """The inputs of a component as `in_short` gives them. Raises `InputError` for what can't be right in them.

    `setting`: the component, as a message calls it.
    """
    faults = list(fleet_property_faults(args, Paths(f"{setting}: ", str)))
    if faults:
        raise InputError("\n".join(faults))
    unified = in_short({key: value if key in PLACES else _whole(value) for key, value in args.items()})
    check_fleet(unified, setting)
    return unified


def _whole(value: Any) -> Any:  # noqa: ANN401 -- an input of any kind
    """The value with whole numbers as such: programs in other languages have one kind of number, a fraction."""
    if isinstance(value, Mapping):
        return {key: _whole(one) for key, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_whole(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def classes(place: str) -> type:
    """The class of pulumi-aws whose properties the place takes."""
    import pulumi_aws as aws  # noqa: PLC0415 -- takes longer to import than a preview without it

    if place == GROUP:
        return aws.autoscaling.GroupArgs
    return aws.ec2.LaunchTemplateArgs if place == TEMPLATE else aws.ec2.LaunchConfigurationArgs


def in_short(args: Mapping[str, Any]) -> FleetArgs:
    """The same fleet, whose own inputs say what they can of the properties that are passed through.

    So a size is checked, and gets its default, in whichever way it is given.
    """
    unified = dict(args)
    for place in PLACES:
        given = args.get(place) or {}
        moved = {
            key: name
            for key, name in SHORT[place].items()
            if key in given and name not in args and key not in _OF_ANOTHER_FORM[place] and not is_later(given[key])
        }
        if moved:
            known = with_whole_numbers({key: given[key] for key in moved}, classes(place))
            unified |= {name: known[key] for key, name in moved.items()}
        unified[place] = {key: value for key, value in given.items() if key not in moved}
    return cast("FleetArgs", unified)


def filled_in(group: Mapping[str, Any], specification: Mapping[str, Any]) -> dict[str, Any]:
    """The properties of a group, with what its mixed instances policy launches from, if it has one."""
    mixed = group.get(MIXED)
    if not isinstance(mixed, Mapping):
        return dict(group)
    launch = mixed.get(_LAUNCH, {})
    if not isinstance(launch, Mapping):
        return dict(group)
    return {**group, MIXED: {**mixed, _LAUNCH: {**launch, _SPECIFICATION: specification}}}


def launch_of(args: Mapping[str, Any]) -> str:
    """`configuration` or `template`: what the fleet launches from. A group that is taken over has a template."""
    given: str = args.get("launch", TEMPLATE if "adopt" in args else CONFIGURATION)
    return given


def fleet_property_faults(args: Mapping[str, Any], paths: Paths) -> Iterator[str]:
    """What is wrong with the properties that are passed through, a message for each fault."""
    launch = launch_of(args)
    for place in PLACES:
        given = args.get(place)
        if not isinstance(given, Mapping):
            if given is not None:
                yield f"{paths(place)} is no map; it is a map of properties as pulumi-aws has them: write one"
        elif place in {TEMPLATE, CONFIGURATION} - {launch}:
            yield (
                f"{paths(place)} is given and {paths('launch')} is {launch}; its properties are those of a launch "
                f"{place}: set {paths('launch')} to {place}, or remove {paths(place)}"
            )
        else:
            yield from _place_faults(place, given, args, paths)


def _place_faults(place: str, given: Mapping[str, Any], args: Mapping[str, Any], paths: Paths) -> Iterator[str]:
    path = paths(place)
    for key in given:
        short = SHORT[place].get(key)
        if key in OWN[place]:
            todo = f"write it as {paths(_REFRESH)}" if config_key(_REFRESH) == key else "remove it"
            yield f"{path}.{key} is given; snapnames {OWN[place][key]}: {todo}"
        elif short in args:
            yield _twice(f"{path}.{key}", paths(str(short)))
    if place == CONFIGURATION and {"userData", "userDataBase64"} <= set(given):
        yield _twice(f"{path}.userData", f"{path}.userDataBase64")
    others = {key: value for key, value in given.items() if key not in OWN[place]}
    wrong = list(property_faults(filled_in(others, {}), classes(place), path))
    yield from wrong
    if wrong:
        return  # what follows looks into values of the right kinds
    yield from _mark_faults(given, path)
    if place == GROUP:
        yield from _group_tag_faults(given.get("tags", ()), f"{path}.tags")
        yield from _mixed_faults(given, args, paths)
    elif encoded_user_data_fault(given.get(ENCODED[place])):
        yield f"{path}.{ENCODED[place]} is {encoded_user_data_fault(given[ENCODED[place]])}"
    if place == TEMPLATE:
        yield from _template_faults(given, args, paths)


def _twice(one: str, other: str) -> str:
    return f"{one} and {other} are both given; they are one setting: remove one of them"


def _mixed_faults(group: Mapping[str, Any], args: Mapping[str, Any], paths: Paths) -> Iterator[str]:
    mixed = group.get(MIXED)
    if mixed is None:
        return
    path, launch = f"{paths(GROUP)}.{MIXED}", launch_of(args)
    if launch != TEMPLATE:
        yield (
            f"{path} is given and {paths('launch')} is {launch}; Auto Scaling mixes the instances of a launch template "
            f"alone: set {paths('launch')} to {TEMPLATE}, or remove {path}"
        )
    if isinstance(mixed, Mapping) and _SPECIFICATION in mixed.get(_LAUNCH, {}):
        yield f"{path}.{_LAUNCH}.{_SPECIFICATION} is given; snapnames {OWN[GROUP][_LAUNCH]}: remove it"


def _template_faults(template: Mapping[str, Any], args: Mapping[str, Any], paths: Paths) -> Iterator[str]:
    given = in_short(args)
    if "instanceRequirements" in template and "instance_type" in given:
        yield _twice(f"{paths(TEMPLATE)}.instanceRequirements", paths("instance_type"))
    if "networkInterfaces" in template and "security_groups" in given:
        yield (
            f"{paths(TEMPLATE)}.networkInterfaces and {paths('security_groups')} are both given; EC2 then wants the "
            "security groups within the network interfaces: write them as "
            f"{paths(TEMPLATE)}.networkInterfaces[0].securityGroups"
        )


def _mark_faults(given: Mapping[str, Any], path: str) -> Iterator[str]:
    """The mark of the stack is snapnames' own: on an instance it would get onto what backups make of the instance."""
    tagged = [given.get("tags"), *(one.get("tags") for one in _known(given.get("tagSpecifications")))]
    if any(STACK_TAG in _keys(tags) for tags in tagged):
        yield f"{path} has the tag {STACK_TAG}; snapnames sets it itself, and on no instance: remove it"


def _group_tag_faults(tags: object, path: str) -> Iterator[str]:
    keys = _keys(tags)
    if is_later(tags) or len(_known(tags)) < len(cast("Sequence[Any]", tags)) or any(map(is_later, keys)):
        yield f"{path} has a key that is known later; each tag is a resource of its own: write the keys as text"
        return
    for key in dict.fromkeys(key for key in keys if keys.count(key) > 1):
        yield f"{path} has the key {key!r} {keys.count(key)} times; a group has one value for it: give it once"


def _known(values: object) -> list[Any]:
    """The items of a list that are known now."""
    return [one for one in values if not is_later(one)] if isinstance(values, Sequence) else []


def _keys(tags: object) -> list[Any]:
    """The keys of tags, which are a map, or a list of maps."""
    return list(tags) if isinstance(tags, Mapping) else [tag["key"] for tag in _known(tags)]
