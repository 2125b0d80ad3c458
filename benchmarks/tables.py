"""Cells and tables of the page."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Result = Mapping[str, Any]

_BAR = 20
"""Characters of the longest bar of a table."""


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """The lines of a table."""
    names = list(head)
    yield "| " + " | ".join(names) + " |"
    yield "|" + "---|" * len(names)
    for row in rows:
        yield "| " + " | ".join(str(cell) for cell in row) + " |"
    yield ""


def both(of: Result, digits: int = 1) -> str:
    """Median and worst."""
    return f"{of['median']:.{digits}f} ({of['worst']:.{digits}f})"


def bar(of: Result, largest: float) -> str:
    """A bar as long as the median, for a reader of the page and of its text alike.

    >>> bar({"median": 2.0}, 4.0)
    '██████████'
    """
    return "█" * max(1, round(_BAR * of["median"] / largest)) if of["median"] > 0 else ""


def met(value: float, goal: float, *, below: bool = False) -> str:
    """The goal, and whether the value meets it."""
    met = value < goal if below else value <= goal
    return f"goal {'below' if below else 'at most'} {goal:g}: **{'met' if met else 'not met'}**"


def calls(of: Mapping[str, int]) -> str:
    """Each action with its number."""
    return ", ".join(f"{count:,} {name.rpartition('.')[2]}" for name, count in of.items()) or "none"
