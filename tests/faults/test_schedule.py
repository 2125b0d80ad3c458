"""Which call a rule is for."""

from collections.abc import Callable

import pytest

from tests.faults import Call, Delay, Drop, Fail, Fate, Schedule, is_write


def outcomes(schedule: Schedule, *names: str) -> list[list[Fate]]:
    """What a schedule has for calls of these names."""
    return [schedule.fates(Call(name)) for name in names]


def test_a_rule_counts_only_its_own_calls_from_when_it_was_made() -> None:
    """Beside another one, whose fates come first if it is older."""
    schedule = Schedule()
    schedule.at("ec2.CreateTags", 2, Fail())
    outcomes(schedule, "ec2.CreateTags")
    schedule.at(is_write, 1, Drop(), times=2)
    schedule.at("ec2.CreateTags", 3, Delay(seconds=1), times=None)

    found = outcomes(schedule, "ec2.DescribeTags", *["ec2.CreateTags"] * 4)

    assert found == [[], [Fail(), Drop()], [Drop()], [Delay(seconds=1)], [Delay(seconds=1)]]


@pytest.mark.parametrize(
    ("which", "nth", "times", "fates", "rule"),
    [
        ("CreateTags", 1, 1, [Drop()], "no call is named 'CreateTags': name its service too, as in 'ec2.CreateTags'"),
        (is_write, 0, 1, [Drop()], "nth=0, times=1, 1 fates: each is at least 1"),
        (is_write, 1, 0, [Drop()], "nth=1, times=0, 1 fates: each is at least 1"),
        (is_write, 1, None, [], "nth=1, times=None, 0 fates: each is at least 1"),
    ],
)
def test_a_rule_that_would_never_come_true_is_refused(
    which: str | Callable[[Call], bool],
    nth: int,
    times: int | None,
    fates: list[Fate],
    rule: str,
) -> None:
    """A test with it would test nothing."""
    with pytest.raises(ValueError, match=f"^{rule}$"):
        Schedule().at(which, nth, *fates, times=times)
