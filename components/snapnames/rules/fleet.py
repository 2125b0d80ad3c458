"""The defaults of a fleet, and the checks that config alone allows."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from snapnames.errors import InputError

from .instance_refresh import check_checkpoint_delays, check_refresh
from .time_spans import DEFAULT_ROLLOUT_TIMEOUT, is_span, seconds_of

CHOICES = {"launch": ("configuration", "template"), "health_check": ("EC2", "ELB")}
"""What the inputs that are one of a few words may be, the default first."""

MAX_USER_DATA = 16 * 1024
"""Bytes, before base64: docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html."""


def check_fleet(args: Mapping[str, Any], setting: str) -> None:
    """Raise `InputError` unless what the fleet is made of fits together; `setting` is what the user should change."""
    for key, choices in CHOICES.items():
        value = args.get(key, choices[0])
        if value not in choices:
            raise InputError(f"{setting} has the {key} {value!r}; it is {' or '.join(choices)}: set one of them")
    adopts = "adopt" in args
    if adopts and args.get("launch", "template") != "template":
        raise InputError(
            f"{setting} takes over a group and has the launch {args['launch']!r}; such a group launches from a launch "
            "template, whatever it launched from before: remove launch"
        )
    if adopts and "tag" in args.get("instance_refresh", {}).get("triggers", ()):
        raise InputError(
            f"{setting} takes over a group and has the trigger 'tag' in its instance refresh; for that, the tags of "
            "the group have to be declared as a whole, and tags of others would go: remove the trigger"
        )
    if "instance_type" not in args and not adopts and not chooses_types(args):
        raise InputError(f"{setting} has no instance type; a launch needs one: set it, e.g. t3.small")
    _check_sizes(args, setting)
    if bool(args.get("zones")) == bool(args.get("subnets")) and not (adopts and not args.get("zones")):
        given = "both zones and subnets" if args.get("zones") else "neither zones nor subnets"
        raise InputError(f"{setting} has {given}; Auto Scaling takes one of the two: give one")
    check_refresh(args, setting)
    grace = args.get("health_check_grace_period", 0)
    if grace < 0:
        raise InputError(f"{setting} has the health check grace period {grace}; it is 0 seconds or more: set it so")
    timeout = args.get("rollout_timeout", DEFAULT_ROLLOUT_TIMEOUT)
    if not is_span(timeout):
        raise InputError(
            f"{setting} has the rollout timeout {timeout!r}; it is hours, minutes, seconds as in 2h: write it so"
        )
    check_checkpoint_delays(args, seconds_of(timeout), setting)
    user_data = args.get("user_data")
    # The provider checks this too, and its error shows all of the user data.
    if isinstance(user_data, str) and not 1 <= len(user_data.encode()) <= MAX_USER_DATA:
        raise InputError(f"{setting} has {_too_long(len(user_data.encode()))}")


def encoded_user_data_fault(value: object) -> str:
    """What is wrong with user data that is given in base64, or nothing. It does not show the user data."""
    if not isinstance(value, str):
        return ""  # known later, or not given
    try:
        size = len(base64.b64decode(value, validate=True))
    except (binascii.Error, ValueError):
        return "no base64; pulumi-aws takes the user data encoded here: encode it"
    return "" if 1 <= size <= MAX_USER_DATA else _too_long(size)


def _too_long(size: int) -> str:
    return f"user data of {size} bytes; EC2 takes 1 to {MAX_USER_DATA}: let it fetch the rest"


def chooses_types(args: Mapping[str, Any]) -> bool:
    """Whether Auto Scaling chooses the instance types, by attributes or from a list."""
    launch = _within(args, "group", "mixedInstancesPolicy", "launchTemplate")
    return "instanceRequirements" in _within(args, "template") or bool(launch.get("overrides"))


def _within(given: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    """What the path leads to, or nothing where it leads to no map."""
    for key in path:
        found = given.get(key)
        given = found if isinstance(found, Mapping) else {}
    return given


def _check_sizes(args: Mapping[str, Any], setting: str) -> None:
    low = args.get("min_size", 1)
    high = args.get("max_size", low)
    if not 0 <= low <= high:
        raise InputError(
            f"{setting} has the minimum size {low} and the maximum size {high}; Auto Scaling wants 0 <= minimum <= "
            "maximum: set both"
        )
    desired = args.get("desired_capacity", low)
    if not low <= desired <= high:
        raise InputError(
            f"{setting} has the desired capacity {desired}; it lies between the minimum size {low} and the maximum "
            f"size {high}: set it so"
        )
