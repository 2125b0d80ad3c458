"""The defaults of a fleet, and the checks that config alone allows."""

from collections.abc import Mapping
from typing import Any

from snapnames.errors import InputError

from .time_spans import DEFAULT_ROLLOUT_TIMEOUT, is_span

CHOICES = {"launch": ("configuration", "template"), "health_check": ("EC2", "ELB")}
"""What the inputs that are one of a few words may be, the default first."""

MAX_USER_DATA = 16 * 1024
"""Bytes, before base64: docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html."""


def check_fleet(args: Mapping[str, Any], setting: str) -> None:
    """Raise `InputError` unless the group's sizes and places fit together; `setting` is what the user should change."""
    for key, choices in CHOICES.items():
        value = args.get(key, choices[0])
        if value not in choices:
            raise InputError(f"{setting} has the {key} {value!r}; it is {' or '.join(choices)}: set one of them")
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
    if bool(args.get("zones")) == bool(args.get("subnets")):
        given = "both zones and subnets" if args.get("zones") else "neither zones nor subnets"
        raise InputError(f"{setting} has {given}; Auto Scaling takes one of the two: give one")
    healthy = args.get("instance_refresh", {}).get("min_healthy_percentage", 90)
    if not 0 <= healthy <= 100:
        raise InputError(f"{setting} has the minimum healthy percentage {healthy}; it is 0 to 100: set it so")
    grace = args.get("health_check_grace_period", 0)
    if grace < 0:
        raise InputError(f"{setting} has the health check grace period {grace}; it is 0 seconds or more: set it so")
    timeout = args.get("rollout_timeout", DEFAULT_ROLLOUT_TIMEOUT)
    if not is_span(timeout):
        raise InputError(
            f"{setting} has the rollout timeout {timeout!r}; it is hours, minutes, seconds as in 2h: write it so"
        )
    user_data = args.get("user_data")
    # The provider checks this too, and its error shows all of the user data.
    if isinstance(user_data, str) and not 1 <= len(user_data.encode()) <= MAX_USER_DATA:
        raise InputError(
            f"{setting} has user data of {len(user_data.encode())} bytes; EC2 takes 1 to {MAX_USER_DATA}: let it "
            "fetch the rest"
        )
