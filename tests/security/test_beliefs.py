"""The table of docs/security.md that says what snapnames believes: each line has a test, and each test is there."""

import re

from tests.program import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
_UNTESTED = {"The config file, the environment and the answers of AWS."}
"""What no test can decide."""


def _first_cells(header: str) -> list[str]:
    """The first column of the table with this header."""
    table = PAGE.partition(header)[2].partition("\n\n")[0]
    return [line.split(" | ")[0].removeprefix("| ").strip() for line in table.splitlines()[2:]]


def test_every_line_of_what_is_believed_names_a_test() -> None:
    """In the same words."""
    believed = _first_cells("| what is believed | by what evidence |")
    tested = _first_cells("| what is believed | the test |")

    assert len(believed) > len(_UNTESTED)
    assert {*believed} - _UNTESTED - {*tested} == set()
    assert {*tested} - {*believed} == set()


def test_every_test_that_the_page_names_is_there() -> None:
    """A test that is renamed is renamed there too."""
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)

    missing = [(path, name) for path, name in named if f"def {name}(" not in (ROOT / path).read_text(encoding="utf-8")]

    assert named
    assert missing == []
