"""Which sizes, places and words of a fleet fit together."""

from typing import Any

import pytest
from snapnames.errors import InputError
from snapnames.rules.fleet import MAX_USER_DATA, check_fleet

TYPE = {"instance_type": "t3.small"}
PLACE = {**TYPE, "zones": ["a"]}


@pytest.mark.parametrize(
    "args",
    [
        PLACE,
        {**TYPE, "subnets": ["subnet-1"]},
        {"zones": ["a"], "template": {"instanceRequirements": {}}},
        {**PLACE, "subnets": []},
        {**PLACE, "min_size": 0},
        {**PLACE, "min_size": 0, "max_size": 0, "desired_capacity": 0},
        {**PLACE, "max_size": 1},
        {**PLACE, "desired_capacity": 1},
        {**PLACE, "min_size": 2, "max_size": 4, "desired_capacity": 4},
        {**PLACE, "min_size": 2, "max_size": 4, "desired_capacity": 2},
        {**PLACE, "launch": "template", "health_check": "ELB"},
        {**PLACE, "launch": "configuration", "health_check": "EC2"},
        {**PLACE, "instance_refresh": {}},
        {**PLACE, "instance_refresh": {"min_healthy_percentage": 0}},
        {**PLACE, "instance_refresh": {"min_healthy_percentage": 100}},
        {**PLACE, "instance_refresh": {"checkpoint_percentages": [50, 100]}},
        {**PLACE, "instance_refresh": {"checkpoint_percentages": [20, 50, 100]}, "rollout_timeout": "3h"},
        {**PLACE, "instance_refresh": {"checkpoint_percentages": [20, 50, 100]}, "wait_for_rollout": False},
        {**PLACE, "health_check_grace_period": 0},
        {**PLACE, "rollout_timeout": "1h30m"},
        {**PLACE, "user_data": "x"},
        {**PLACE, "user_data": "x" * MAX_USER_DATA},
        {**PLACE, "user_data": object()},
    ],
)
def test_a_fleet_that_fits_together_is_taken(args: dict[str, Any]) -> None:
    """To the limits. User data that is known only later is not looked at."""
    check_fleet(args, "fleet")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"instance_type": None}, "has no instance type; a launch needs one: set it, e.g. t3.small"),
        ({"launch": "x"}, "has the launch 'x'; it is configuration or template: set one of them"),
        ({"health_check": "x"}, "has the health_check 'x'; it is EC2 or ELB: set one of them"),
        (
            {"min_size": -1},
            "has the minimum size -1 and the maximum size -1; Auto Scaling wants 0 <= minimum <= maximum: set both",
        ),
        (
            {"min_size": 3, "max_size": 2},
            "has the minimum size 3 and the maximum size 2; Auto Scaling wants 0 <= minimum <= maximum: set both",
        ),
        (
            {"max_size": 0},
            "has the minimum size 1 and the maximum size 0; Auto Scaling wants 0 <= minimum <= maximum: set both",
        ),
        (
            {"max_size": 3, "desired_capacity": 4},
            "has the desired capacity 4; it lies between the minimum size 1 and the maximum size 3: set it so",
        ),
        (
            {"desired_capacity": 0},
            "has the desired capacity 0; it lies between the minimum size 1 and the maximum size 1: set it so",
        ),
        ({"subnets": ["x"]}, "has both zones and subnets; Auto Scaling takes one of the two: give one"),
        ({"zones": []}, "has neither zones nor subnets; Auto Scaling takes one of the two: give one"),
        (
            {"instance_refresh": {"min_healthy_percentage": 101}},
            "has the minimum healthy percentage 101; it is 0 to 100: set it so",
        ),
        (
            {"health_check_grace_period": -1},
            "has the health check grace period -1; it is 0 seconds or more: set it so",
        ),
        ({"rollout_timeout": "2"}, "has the rollout timeout '2'; it is hours, minutes, seconds as in 2h: write it so"),
        (
            {"instance_refresh": {"checkpoint_percentages": [20, 50, 100]}},
            (
                "has 3 checkpoints with 3600 seconds after each but the last, and its rollout gets 7200 seconds: "
                "it would always time out, set a longer rollout timeout"
            ),
        ),
        (
            {
                "instance_refresh": {"checkpoint_percentages": [20, 100], "checkpoint_delay": 60},
                "rollout_timeout": "1m",
            },
            (
                "has 2 checkpoints with 60 seconds after each but the last, and its rollout gets 60 seconds: "
                "it would always time out, set a longer rollout timeout"
            ),
        ),
        ({"user_data": ""}, "has user data of 0 bytes; EC2 takes 1 to 16384: let it fetch the rest"),
        (
            {"user_data": "é" + "x" * (MAX_USER_DATA - 1)},
            "has user data of 16385 bytes; EC2 takes 1 to 16384: let it fetch the rest",
        ),
    ],
)
def test_a_fleet_that_does_not_fit_together_says_what_to_set(args: dict[str, Any], message: str) -> None:
    """With the value and the rule. A size that is not given is 1, or the minimum."""
    given = {key: value for key, value in {**PLACE, **args}.items() if value is not None}

    with pytest.raises(InputError) as refused:
        check_fleet(given, "fleet")

    assert str(refused.value) == f"fleet {message}"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"launch": "configuration"}, "has the launch 'configuration'; such a group launches from a launch template"),
        ({"instance_refresh": {"triggers": ["tag"]}}, "has the trigger 'tag' in its instance refresh"),
        ({"zones": ["a"], "subnets": ["b"]}, "has both zones and subnets"),
    ],
)
def test_a_group_that_is_taken_over_needs_no_type_and_no_place_and_keeps_its_tags(
    args: dict[str, Any], message: str
) -> None:
    """The group has them; with the trigger, its tags would be declared as a whole."""
    check_fleet({"adopt": "web-prod"}, "the fleet")

    with pytest.raises(InputError, match=message):
        check_fleet({"adopt": "web-prod", **args}, "the fleet")
