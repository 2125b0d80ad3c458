"""Which releases ran, which one a rollback goes to, and which ones stay."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from snapnames.rules.history import (
    FAILED,
    LAUNCHED,
    LEFT,
    LONGEST,
    ROLLED_OUT,
    Entry,
    ended,
    entered,
    going_back,
    left,
    read_history,
    retained,
    written,
)

NOON = datetime(2018, 3, 7, 12, 0, 0, 999, tzinfo=UTC)
NOW = "2018-03-07T12:00:00+00:00"


def ran(text: str) -> list[Entry]:
    """A history in short: the releases in their order. One with a `-` behind it was left."""
    return [Entry(one[0], "then", LEFT if one.endswith("-") else ROLLED_OUT) for one in text.split()]


def shown(entries: Sequence[Entry]) -> str:
    """The same the other way round."""
    return " ".join(one.release + ("-" if one.outcome == LEFT else "") for one in entries)


def test_a_history_is_read_as_it_was_written() -> None:
    """It is a stack output of JSON types."""
    entries = [Entry("1", "then", LEFT), Entry("2", "now", ROLLED_OUT)]

    assert written(entries) == [
        {"release": "1", "since": "then", "outcome": "left"},
        {"release": "2", "since": "now", "outcome": "rolled out"},
    ]
    assert read_history(written(entries)) == entries


@pytest.mark.parametrize("output", [None, "release", 7, {"release": "1"}, [], ["release", None, {"since": "x"}]])
def test_what_is_no_history_is_left_out(output: object) -> None:
    """Another program may export something else under that name."""
    assert read_history(output) == []


def test_what_an_entry_does_not_say_is_filled_in() -> None:
    """Without an outcome nothing waited for its instances."""
    assert read_history([{"release": 1}, 5]) == [Entry("1", "", LAUNCHED)]


def test_a_release_that_ran_before_nothing_is_the_first_entry() -> None:
    """The time is in whole seconds."""
    assert entered([], "1", ROLLED_OUT, NOON) == [Entry("1", NOW, ROLLED_OUT)]


@pytest.mark.parametrize(
    ("before", "outcome", "after"),
    [
        (LAUNCHED, ROLLED_OUT, ROLLED_OUT),
        (LAUNCHED, LAUNCHED, LAUNCHED),
        (ROLLED_OUT, LAUNCHED, ROLLED_OUT),
        (LEFT, ROLLED_OUT, LEFT),
        (FAILED, LAUNCHED, FAILED),
        (FAILED, ROLLED_OUT, ROLLED_OUT),
    ],
)
def test_a_release_that_goes_on_keeps_its_time_and_the_best_that_is_known_of_it(
    before: str, outcome: str, after: str
) -> None:
    """A later update may only add that its instances run it. The entries before stay."""
    older = [Entry("0", "long before", LEFT), Entry("1", "before", ROLLED_OUT)]

    assert entered([*older, Entry("2", "then", before)], "2", outcome, NOON) == [*older, Entry("2", "then", after)]


def test_a_new_release_leaves_none_behind() -> None:
    """Only going back to an older one does."""
    assert entered(ran("a"), "b", LAUNCHED, NOON) == [*ran("a"), Entry("b", NOW, LAUNCHED)]


@pytest.mark.parametrize(
    ("before", "live", "listed", "after"),
    [
        ("a b", "a", "", "a b- a"),
        ("a b", "a", "ba", "a b- a"),
        ("a b", "a", "ab", "a b a"),
        ("a b", "a", "a", "a b- a"),
        ("a b", "a", "b", "a b- a"),
        ("c a b", "a", "cb", "c a b- a"),
        ("b", "a", "ba", "b- a"),
        ("b", "a", "ab", "b a"),
        ("b", "a", "b", "b a"),
    ],
)
def test_a_release_that_is_left_for_an_older_one_is_marked(before: str, live: str, listed: str, after: str) -> None:
    """The list tells which one is newer, if it has both; going forth again leaves nothing.

    Also when the older one is not in the history: others ran it before they began to use the stack.
    """
    entries = entered(ran(before), live, ROLLED_OUT, NOON, listed)

    assert shown(entries) == after
    assert [one.since for one in entries] == ["then"] * (len(entries) - 1) + [NOW]


def test_a_release_that_is_left_keeps_the_time_since_which_it_ran() -> None:
    """Its own, and not that of another entry."""
    runs = [Entry("a", "one", ROLLED_OUT), Entry("b", "two", ROLLED_OUT), Entry("c", "three", ROLLED_OUT)]

    assert entered(runs, "a", ROLLED_OUT, NOON)[2] == Entry("c", "three", LEFT)


def test_only_the_newest_entries_are_kept() -> None:
    """An output can't grow without end."""
    many = [Entry(str(number), "", ROLLED_OUT) for number in range(LONGEST)]

    entries = entered(many, "new", ROLLED_OUT, NOON)

    assert [one.release for one in entries] == [*(str(number) for number in range(1, LONGEST)), "new"]


@pytest.mark.parametrize(
    ("before", "outcome", "after"),
    [
        (LAUNCHED, FAILED, FAILED),
        (LAUNCHED, ROLLED_OUT, ROLLED_OUT),
        (FAILED, ROLLED_OUT, ROLLED_OUT),
        (ROLLED_OUT, FAILED, ROLLED_OUT),
    ],
)
def test_the_end_that_aws_tells_is_that_of_a_rollout_that_nothing_had_waited_for(
    before: str, outcome: str, after: str
) -> None:
    """An update that has waited knows better."""
    older = Entry("a", "before", LAUNCHED)

    assert ended([older, Entry("b", "then", before)], outcome) == [older, Entry("b", "then", after)]
    assert ended([], outcome) == []


def test_no_rollback_goes_to_a_release_whose_rollout_has_failed() -> None:
    """Nothing waited for it, and AWS has told its end later."""
    entries = [*ran("a"), Entry("b", "", FAILED), *ran("c")]

    assert left(entries) == {"b"}
    assert going_back(entries, list("cba"), "c") == "a"


def test_a_release_counts_as_left_if_it_was_left_when_it_last_ran() -> None:
    """One that ran again since does not."""
    assert left(ran("a- b- a c-")) == {"b", "c"}


@pytest.mark.parametrize(
    ("history", "listed", "live", "back"),
    [
        ("a b c", "cba", "c", "b"),
        ("a b c", "ca", "c", "a"),
        ("a b- c", "cba", "c", "a"),
        ("a c b c", "cba", "c", "b"),
        ("a b c", "cba", "b", "a"),
        ("b c- b", "cba", "b", "a"),
        ("a b", "cba", "c", "b"),
        ("b- a c", "cb", "c", None),
        ("b-", "cba", "c", "a"),
        ("a", "a", "a", None),
        ("c c", "cb", "c", "b"),
        ("", "cba", "b", "a"),
        ("", "cba", "x", "c"),
        ("c-", "cba", "x", "b"),
        ("", "", "a", None),
        ("a b c", "ca", "b", "c"),
        ("a b c- a", "cba", "c", "a"),
    ],
)
def test_a_rollback_goes_to_the_last_good_release_that_is_listed(
    history: str, listed: str, live: str, back: str | None
) -> None:
    """What ran before the live one counts; without that, what is listed behind it."""
    assert going_back(ran(history), list(listed), live) == back


@pytest.mark.parametrize(
    ("history", "listed", "live", "keep", "kept"),
    [
        ("b c- b d", "dcba", "d", 1, "d"),
        ("b c- b d", "dcba", "d", 2, "db"),
        ("b c- b d", "dcba", "d", 3, "dba"),
        ("b c- b d", "dcba", "d", 4, "dcba"),
        ("", "dcba", "a", 2, "da"),
        ("a c d", "dcba", "c", 2, "ca"),
        ("", "cba", "c", 9, "cba"),
    ],
)
def test_the_live_release_stays_then_the_one_to_go_back_to_then_the_newest_good_ones(
    history: str, listed: str, live: str, keep: int, kept: str
) -> None:
    """In the order of the list."""
    assert "".join(retained(ran(history), list(listed), live, keep)) == kept
