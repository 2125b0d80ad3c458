"""The defaults of an instance refresh, and the checks that config alone allows.

Ranges and words: docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RefreshPreferences.html.
"""

from collections.abc import Mapping
from typing import Any

from snapnames.errors import InputError

from .groups import Member

REFRESH_CHOICES = {
    "scale_in_protected_instances": ("Refresh", "Ignore", "Wait"),
    "standby_instances": ("Terminate", "Ignore", "Wait"),
}
"""What the inputs that are one of a few words may be."""

UNTOUCHED = {"scale_in_protected_instances": "Ignore", "standby_instances": "Ignore"}
"""What the aws provider asks for when a fleet does not say. Auto Scaling's own default is to wait for somebody."""

MIN_HEALTHY = 90
"""Auto Scaling's own default."""

LAUNCHES_FIRST = (100, 110)
"""Percentages of the desired capacity between which Auto Scaling launches an instance before it terminates one.

docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html
"""

CHECKPOINT_DELAY = 3600
"""Auto Scaling's own default, in seconds."""

_PERCENTAGES = {
    "MinHealthyPercentage": "min_healthy_percentage",
    "MaxHealthyPercentage": "max_healthy_percentage",
}
_MAX_SPAN = 100
_MAX_ALARMS = 10
_RANGES = {
    "min_healthy_percentage": ("minimum healthy percentage", 0, 100),
    "max_healthy_percentage": ("maximum healthy percentage", 100, 200),
    "checkpoint_delay": ("checkpoint delay", 0, 172800),
    "instance_warmup": ("instance warmup", 0, None),
}


def healthy_percentages(args: Mapping[str, Any]) -> tuple[int, int | None]:
    """The least and the most of the desired capacity that is in service while instances are replaced.

    Of percentages that the fleet does not give, the group's own maintenance policy decides, as in Auto Scaling itself.
    Auto Scaling's defaults terminate the only instance of a group before another serves. So a group that may be of one
    instance launches first, unless the fleet gives a percentage that says otherwise.

    >>> healthy_percentages({"instance_refresh": {}, "min_size": 2})
    (90, None)
    >>> healthy_percentages({"instance_refresh": {}})
    (100, 110)
    >>> healthy_percentages({"instance_refresh": {"min_healthy_percentage": 0}})
    (0, None)
    """
    refresh = args.get("instance_refresh") or {}
    low, high = refresh.get("min_healthy_percentage"), refresh.get("max_healthy_percentage")
    policy = (args.get("group") or {}).get("instanceMaintenancePolicy")
    if policy and low is None and high is None:
        return int(policy["minHealthyPercentage"]), int(policy["maxHealthyPercentage"])
    if high is None and low in (None, LAUNCHES_FIRST[0]) and _may_be_of_one(args):
        return LAUNCHES_FIRST
    return MIN_HEALTHY if low is None else low, high


def refresh_of(args: Mapping[str, Any]) -> dict[str, Any] | None:
    """The `instance_refresh` of a fleet with the percentages that hold; None when instances stay as they are.

    >>> refresh_of({"instance_refresh": {"instance_warmup": 60}})
    {'instance_warmup': 60, 'min_healthy_percentage': 100, 'max_healthy_percentage': 110}
    """
    refresh = args.get("instance_refresh")
    if refresh is None:
        return None
    least, most = healthy_percentages(args)
    percentages = {"min_healthy_percentage": least} | ({} if most is None else {"max_healthy_percentage": most})
    return {**refresh, **percentages}


def as_the_policy_says(args: Mapping[str, Any], policy: Mapping[str, int]) -> dict[str, Any]:
    """The inputs that let an instance refresh keep to the maintenance policy of a group that exists.

    A refresh that gives percentages does not ask the policy, and the aws provider always gives one. `policy`: as Auto
    Scaling names its percentages; empty without one.

    >>> as_the_policy_says({"instance_refresh": {}}, {"MinHealthyPercentage": 100, "MaxHealthyPercentage": 150})
    {'instance_refresh': {'min_healthy_percentage': 100, 'max_healthy_percentage': 150}}
    """
    refresh = args.get("instance_refresh")
    if refresh is None or len(policy) < len(_PERCENTAGES) or {*refresh} & {*_PERCENTAGES.values()}:
        return {}
    if "instanceMaintenancePolicy" in (args.get("group") or {}):
        return {}
    return {"instance_refresh": {**refresh, **{ours: policy[theirs] for theirs, ours in _PERCENTAGES.items()}}}


def _may_be_of_one(args: Mapping[str, Any]) -> bool:
    """Whether the group may have one instance when it is refreshed: by night, say, when its load has let it shrink."""
    return int(args.get("desired_capacity", args.get("min_size", 1))) <= 1


def check_refresh(args: Mapping[str, Any], setting: str) -> None:
    """Raise `InputError` for an instance refresh that AWS refuses, or that can't do what it says."""
    refresh = args.get("instance_refresh")
    if not refresh:
        return
    if refresh.get("auto_rollback"):
        raise InputError(f"{setting} {_no_auto_rollback(args)}")
    for key, (words, low, high) in _RANGES.items():
        value = refresh.get(key, low)
        if value < low or (high is not None and value > high):
            rule = f"{low} or more" if high is None else f"{low} to {high}"
            raise InputError(f"{setting} has the {words} {value}; it is {rule}: set it so")
    for key, choices in REFRESH_CHOICES.items():
        if refresh.get(key, choices[0]) not in choices:
            raise InputError(f"{setting} has the {key} {refresh[key]!r}; it is {' or '.join(choices)}: set one of them")
    least, most = healthy_percentages(args)
    if most is not None and most - least > _MAX_SPAN:
        raise InputError(
            f"{setting} has the minimum healthy percentage {least} and the maximum healthy percentage {most}; they "
            f"lie at most {_MAX_SPAN} apart: set both"
        )
    _check_checkpoints(refresh, setting)
    alarms = len(refresh.get("alarms", ()))
    if alarms > _MAX_ALARMS:
        raise InputError(f"{setting} has {alarms} alarms; an instance refresh takes {_MAX_ALARMS}: leave as many")


def _check_checkpoints(refresh: Mapping[str, Any], setting: str) -> None:
    percentages = refresh.get("checkpoint_percentages")
    if percentages is None:
        if "checkpoint_delay" in refresh:
            raise InputError(
                f"{setting} has a checkpoint delay and no checkpoint percentages; it is the wait after each of them: "
                "set them too"
            )
    elif (
        not percentages or [*percentages] != sorted({*percentages}) or not 1 <= percentages[0] <= percentages[-1] <= 100
    ):
        raise InputError(
            f"{setting} has the checkpoint percentages {[*percentages]}; each is 1 to 100 and more than the one before "
            "it, and the last is 100 if all instances are to be replaced: write them so"
        )


def check_checkpoint_delays(args: Mapping[str, Any], timeout_seconds: float, setting: str) -> None:
    """Raise `InputError` if an update would wait less for its refresh than the refresh waits at its checkpoints.

    The refresh waits after each checkpoint but the last:
    docs.aws.amazon.com/autoscaling/ec2/userguide/asg-adding-checkpoints-instance-refresh.html
    """
    refresh = args.get("instance_refresh") or {}
    waits = len(refresh.get("checkpoint_percentages") or [0]) - 1
    delay = refresh.get("checkpoint_delay", CHECKPOINT_DELAY)
    if args.get("wait_for_rollout", True) and waits * delay >= timeout_seconds:
        raise InputError(
            f"{setting} has {waits + 1} checkpoints with {delay} seconds after each but the last, and its rollout gets "
            f"{timeout_seconds:.0f} seconds: it would always time out, set a longer rollout timeout"
        )


def _no_auto_rollback(args: Mapping[str, Any]) -> str:
    if args.get("launch", "configuration") == "configuration":
        return (
            "has auto rollback on; Auto Scaling rolls no instance refresh back to a launch configuration: remove it, "
            "snapnames itself goes back to the release before"
        )
    return (
        "has auto rollback on; Auto Scaling would go back to what the group was saved with last, and the aws provider "
        "saves the new release before it starts the refresh (terraform-provider-aws #34189), so this is the release "
        "that fails: remove it, snapnames itself goes back to the release before"
    )


def replaces(refresh: Mapping[str, Any], member: Member) -> bool:
    """Whether an instance refresh with these inputs replaces an instance that runs other launch settings.

    >>> from snapnames.rules.groups import Launch
    >>> standby = Member("i-1", "Standby", "Healthy", protected=False, launch=Launch())
    >>> replaces({}, standby), replaces({"standby_instances": "Terminate"}, standby)
    (False, True)
    """
    asked = {**UNTOUCHED, **refresh}
    if member.lifecycle.startswith("Terminating"):
        return False
    if "Standby" in member.lifecycle and asked["standby_instances"] == "Ignore":
        return False
    return not (member.protected and asked["scale_in_protected_instances"] == "Ignore")
