"""`snapnames:fleet`, down to its instance refresh."""

from typing import Any

import pytest

from tests.config.readings import FLEET, GOOD, WRITE_SO, faults, read

KEYS = (
    "minHealthyPercentage, maxHealthyPercentage, instanceWarmup, skipMatching, checkpointPercentages, checkpointDelay, "
    "scaleInProtectedInstances, standbyInstances, alarms, autoRollback, triggers"
)


@pytest.mark.parametrize(
    ("refresh", "line"),
    [
        (
            {"minHealthyPercent": 50},
            (
                "snapnames:fleet.instanceRefresh.minHealthyPercent is not a key that snapnames knows; the nearest is "
                "snapnames:fleet.instanceRefresh.minHealthyPercentage: rename it, or remove it"
            ),
        ),
        (
            {"minHealthyPercentage": "50"},
            f"snapnames:fleet.instanceRefresh.minHealthyPercentage is '50'; it wants a whole number: {WRITE_SO}",
        ),
        (
            {"instanceWarmup": True},
            f"snapnames:fleet.instanceRefresh.instanceWarmup is True; it wants a whole number: {WRITE_SO}",
        ),
        (
            {"autoRollback": 1},
            f"snapnames:fleet.instanceRefresh.autoRollback is 1; it wants true or false: {WRITE_SO}",
        ),
        (
            {"triggers": "tag"},
            f"snapnames:fleet.instanceRefresh.triggers is 'tag'; it wants a list of texts: {WRITE_SO}",
        ),
        (
            True,
            (
                f"snapnames:fleet.instanceRefresh is True; it is a map with the keys {KEYS}, or {{}} for the defaults: "
                "write one"
            ),
        ),
        (
            {"minHealthyPercentage": 101},
            "snapnames:fleet has the minimum healthy percentage 101; it is 0 to 100: set it so",
        ),
        (
            {"minHealthyPercentage": -1},
            "snapnames:fleet has the minimum healthy percentage -1; it is 0 to 100: set it so",
        ),
    ],
)
def test_an_instance_refresh_has_keys_of_their_kinds(refresh: object, line: str) -> None:
    """A misspelt one would roll the fleet in another way than was meant."""
    assert faults({**GOOD, "fleet": {**FLEET, "instanceRefresh": refresh}}) == [line]


@pytest.mark.parametrize("share", [0, 100])
def test_an_instance_refresh_may_have_nothing_or_anything_in_its_limits(share: int) -> None:
    """The defaults are Auto Scaling's."""
    default, given = (
        read({**GOOD, "fleet": {**FLEET, "instanceRefresh": refresh}}).fleet
        for refresh in ({}, {"minHealthyPercentage": share})
    )

    assert default == {"instance_type": "t3.small", "zones": ["ap-northeast-2a"], "instance_refresh": {}}
    assert given == {**default, "instance_refresh": {"min_healthy_percentage": share}}


def test_a_fleet_has_no_instance_refresh_unless_it_is_asked_for() -> None:
    """Instances that run stay as they are."""
    fleet = read({**GOOD, "fleet": FLEET}).fleet

    assert fleet == {"instance_type": "t3.small", "zones": ["ap-northeast-2a"]}
    assert read(GOOD).fleet is None


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"launch": "config"}, "launch is 'config'; it is configuration or template: set one of them"),
        ({"healthCheck": "TCP"}, "healthCheck is 'TCP'; it is EC2 or ELB: set one of them"),
    ],
)
def test_what_is_one_of_a_few_words_is_one_of_them(changes: dict[str, Any], line: str) -> None:
    """The words are told."""
    assert faults({**GOOD, "fleet": {**FLEET, **changes}}) == [f"snapnames:fleet.{line}"]


def test_sizes_are_not_compared_while_one_of_them_is_no_number() -> None:
    """One fault is one line."""
    said = faults({**GOOD, "fleet": {**FLEET, "minSize": "3", "maxSize": 1}})

    assert said == [f"snapnames:fleet.minSize is '3'; it wants a whole number: {WRITE_SO}"]
