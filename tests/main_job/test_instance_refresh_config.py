"""How a fleet rolls its instances: ranges and words of Auto Scaling, and the defaults for a group of one."""

from typing import Any

import pytest
from snapnames.rules.instance_refresh import as_the_policy_says, healthy_percentages, refresh_of

from tests.config.readings import FLEET, GOOD, WRITE_SO, faults


def refresh_faults(refresh: object, **fleet: object) -> list[str]:
    """The faults of a fleet in the config that has this refresh."""
    return faults({**GOOD, "fleet": {**FLEET, **fleet, "instanceRefresh": refresh}})


@pytest.mark.parametrize(
    "refresh",
    [
        {},
        {"minHealthyPercentage": 0, "instanceWarmup": 0, "autoRollback": False},
        {"minHealthyPercentage": 100, "maxHealthyPercentage": 200},
        {"maxHealthyPercentage": 190},
        {"skipMatching": True, "triggers": ["tag"], "alarms": ["errors"]},
        {"checkpointPercentages": [1, 50, 100], "checkpointDelay": 3599},
        {"checkpointPercentages": [100], "checkpointDelay": 172800},
        {"scaleInProtectedInstances": "Wait", "standbyInstances": "Ignore"},
    ],
)
def test_what_auto_scaling_takes_is_taken(refresh: dict[str, Any]) -> None:
    """The ends of each range among it."""
    assert refresh_faults(refresh) == []


@pytest.mark.parametrize(
    ("refresh", "line"),
    [
        ({"minHealthyPercentage": 101}, "has the minimum healthy percentage 101; it is 0 to 100: set it so"),
        ({"maxHealthyPercentage": 99}, "has the maximum healthy percentage 99; it is 100 to 200: set it so"),
        ({"maxHealthyPercentage": 201}, "has the maximum healthy percentage 201; it is 100 to 200: set it so"),
        (
            {"minHealthyPercentage": 99, "maxHealthyPercentage": 200},
            (
                "has the minimum healthy percentage 99 and the maximum healthy percentage 200; they lie at most 100 "
                "apart: set both"
            ),
        ),
        (
            {"maxHealthyPercentage": 200},
            (
                "has the minimum healthy percentage 90 and the maximum healthy percentage 200; they lie at most 100 "
                "apart: set both"
            ),
        ),
        ({"instanceWarmup": -1}, "has the instance warmup -1; it is 0 or more: set it so"),
        (
            {"checkpointPercentages": [50], "checkpointDelay": 172801},
            "has the checkpoint delay 172801; it is 0 to 172800: set it so",
        ),
        (
            {"checkpointDelay": 60},
            "has a checkpoint delay and no checkpoint percentages; it is the wait after each of them: set them too",
        ),
        *(
            (
                {"checkpointPercentages": wrong},
                (
                    f"has the checkpoint percentages {wrong}; each is 1 to 100 and more than the one before it, and "
                    "the last is 100 if all instances are to be replaced: write them so"
                ),
            )
            for wrong in ([], [0, 100], [50, 50], [100, 50], [50, 101])
        ),
        ({"alarms": ["a"] * 11}, "has 11 alarms; an instance refresh takes 10: leave as many"),
    ],
)
def test_a_number_out_of_its_range_is_refused(refresh: dict[str, Any], line: str) -> None:
    """AWS would refuse it when the image is built and the group has moved."""
    assert refresh_faults(refresh) == [f"snapnames:fleet {line}"]


@pytest.mark.parametrize(
    ("refresh", "line"),
    [
        ({"maxHealthyPercentage": "110"}, f"maxHealthyPercentage is '110'; it wants a whole number: {WRITE_SO}"),
        ({"skipMatching": "yes"}, f"skipMatching is 'yes'; it wants true or false: {WRITE_SO}"),
        (
            {"checkpointPercentages": [50, True]},
            f"checkpointPercentages is [50, True]; it wants a list of whole numbers: {WRITE_SO}",
        ),
        ({"alarms": "errors"}, f"alarms is 'errors'; it wants a list of texts: {WRITE_SO}"),
        (
            {"scaleInProtectedInstances": "wait"},
            "scaleInProtectedInstances is 'wait'; it is Refresh or Ignore or Wait: set one of them",
        ),
        (
            {"standbyInstances": "Refresh"},
            "standbyInstances is 'Refresh'; it is Terminate or Ignore or Wait: set one of them",
        ),
        (
            {"maxHealthy": 110},
            (
                "maxHealthy is not a key that snapnames knows; the nearest is "
                "snapnames:fleet.instanceRefresh.maxHealthyPercentage: rename it, or remove it"
            ),
        ),
    ],
)
def test_each_key_of_a_refresh_has_a_kind(refresh: dict[str, Any], line: str) -> None:
    """One line for one fault."""
    assert refresh_faults(refresh) == [f"snapnames:fleet.instanceRefresh.{line}"]


def test_auto_rollback_is_refused_with_what_it_would_do() -> None:
    """AWS refuses it for a launch configuration; for a template this provider makes it go back to what fails."""
    refresh = {"autoRollback": True}

    assert refresh_faults(refresh) == [
        (
            "snapnames:fleet has auto rollback on; Auto Scaling rolls no instance refresh back to a launch "
            "configuration: remove it, snapnames itself goes back to the release before"
        )
    ]
    assert refresh_faults(refresh, launch="template") == [
        (
            "snapnames:fleet has auto rollback on; Auto Scaling would go back to what the group was saved with last, "
            "and the aws provider saves the new release before it starts the refresh (terraform-provider-aws #34189), "
            "so this is the release that fails: remove it, snapnames itself goes back to the release before"
        )
    ]


@pytest.mark.parametrize(
    ("fleet", "percentages"),
    [
        ({"instance_refresh": {}}, (100, 110)),
        ({"instance_refresh": {}, "max_size": 1, "min_size": 0}, (100, 110)),
        ({"instance_refresh": {}, "max_size": 4, "desired_capacity": 1}, (100, 110)),
        ({"instance_refresh": {"min_healthy_percentage": 100}}, (100, 110)),
        ({"instance_refresh": {"min_healthy_percentage": 0}}, (0, None)),
        ({"instance_refresh": {"min_healthy_percentage": 50}}, (50, None)),
        ({"instance_refresh": {"max_healthy_percentage": 100}}, (90, 100)),
        ({"instance_refresh": {}, "max_size": 2}, (100, 110)),
        ({"instance_refresh": {}, "max_size": 4, "min_size": 0}, (100, 110)),
        ({"instance_refresh": {}, "max_size": 4, "desired_capacity": 3}, (90, None)),
        ({"instance_refresh": {}, "min_size": 2}, (90, None)),
        ({"instance_refresh": {"min_healthy_percentage": 100}, "min_size": 2}, (100, None)),
        (
            {
                "instance_refresh": {},
                "group": {"instanceMaintenancePolicy": {"minHealthyPercentage": 50, "maxHealthyPercentage": 120}},
            },
            (50, 120),
        ),
    ],
)
def test_a_group_that_may_be_of_one_and_says_nothing_else_launches_first_by_default(
    fleet: dict[str, Any], percentages: tuple[int, int | None]
) -> None:
    """Auto Scaling's own defaults would terminate the only instance before another serves."""
    assert healthy_percentages(fleet) == percentages


POLICY = {"MinHealthyPercentage": 100, "MaxHealthyPercentage": 150}


@pytest.mark.parametrize(
    ("fleet", "policy", "percentages"),
    [
        ({"instance_refresh": {}, "min_size": 2}, POLICY, (100, 150)),
        ({"instance_refresh": {"skip_matching": True}}, POLICY, (100, 150)),
        ({"instance_refresh": {}, "min_size": 2}, {}, (90, None)),
        ({"instance_refresh": {}, "min_size": 2}, {"MinHealthyPercentage": 100}, (90, None)),
        ({"instance_refresh": {"min_healthy_percentage": 50}}, POLICY, (50, None)),
        ({"instance_refresh": {"max_healthy_percentage": 120}, "min_size": 2}, POLICY, (90, 120)),
        (
            {
                "instance_refresh": {},
                "group": {"instanceMaintenancePolicy": {"minHealthyPercentage": 80, "maxHealthyPercentage": 120}},
            },
            POLICY,
            (80, 120),
        ),
    ],
)
def test_the_policy_of_a_group_that_is_taken_over_decides_what_the_config_does_not(
    fleet: dict[str, Any], policy: dict[str, int], percentages: tuple[int, int | None]
) -> None:
    """A refresh with percentages of its own does not ask the policy, and the provider always sends one."""
    taken = {**fleet, **as_the_policy_says(fleet, policy)}

    assert healthy_percentages(taken) == percentages
    assert (refresh_of(taken) or {}).get("skip_matching") == fleet["instance_refresh"].get("skip_matching")


def test_a_fleet_whose_instances_stay_gets_no_refresh_from_a_policy() -> None:
    """Only the config asks for one."""
    assert as_the_policy_says({}, POLICY) == {}
