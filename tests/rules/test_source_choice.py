"""Which of several healthy instances a release is made of."""

from datetime import UTC, datetime, timedelta

from snapnames.rules.source import Candidate, chosen

NOON = datetime(2018, 3, 7, 12, tzinfo=UTC)


def test_of_two_groups_behind_one_load_balancer_the_one_on_the_live_release_gives_the_source() -> None:
    """The instances of both bear the same tags, and each runs what its own group launches."""
    blue = Candidate("i-1", "ami-1", NOON - timedelta(days=9), "blue", launches="ami-1")
    green = Candidate("i-2", "ami-2", NOON, "green", launches="ami-2", live=True)

    assert chosen([blue, green]) is green
    assert chosen([blue]) is blue


def test_what_its_group_does_not_launch_any_more_is_taken_last_though_the_record_calls_it_live() -> None:
    """The record is that of the last update that has succeeded. The group may have moved on."""
    before = Candidate("i-1", "ami-1", NOON - timedelta(days=9), "web", launches="ami-2", live=True)
    after = Candidate("i-2", "ami-2", NOON, "web", launches="ami-2")

    assert chosen([before, after]) is after
