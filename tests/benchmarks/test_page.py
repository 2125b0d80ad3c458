"""The page of what it costs."""

import copy
from collections.abc import Iterator
from typing import Any

from benchmarks import page, summary


def test_the_page_is_what_the_summary_says_and_nothing_is_typed_by_hand() -> None:
    """Each figure of docs/benchmarks.md comes out of benchmarks/summary.json."""
    written = page.PAGE.read_text(encoding="utf-8")

    made = page.text(summary.read())

    assert made == written


def test_the_summary_has_nothing_that_the_page_does_not_show() -> None:
    """Another value anywhere makes another page; the value of each round stays out of the repository."""
    found = summary.read()
    shown = page.text(found)

    unseen = [path for path in _leaves(found) if page.text(_changed(found, path)) == shown]

    assert unseen == []


def test_a_part_that_is_measured_again_replaces_its_own_figures_and_no_others() -> None:
    """So `make bench` can be stopped, or run for one question alone."""
    before = summary.read()
    times = {"median": 1.0, "worst": 2.0, "values": [1.0, 2.0, 1.0]}

    after = summary.with_answer(before, "start_up", "bench", {"run": {"rounds": 3}, "result": {"Tags": {"all": times}}})

    short = {"run": {"rounds": 3}, "result": {"Tags": {"all": {"median": 1.0, "worst": 2.0}}}}
    assert after == {**before, "start_up": {"bench": short}}


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 -- JSON
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if not inner:
        yield path
    for key, below in inner:
        yield from _leaves(below, (*path, key))


def _changed(found: summary.Summary, path: tuple[Any, ...]) -> summary.Summary:
    other: Any = copy.deepcopy(found)
    holder = other
    for key in path[:-1]:
        holder = holder[key]
    value = holder[path[-1]]
    holder[path[-1]] = {"more": 1} if value == {} else f"{value}!" if isinstance(value, str) else 10 * value + 7
    return other  # type: ignore[no-any-return] # what was copied
