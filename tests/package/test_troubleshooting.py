"""docs/troubleshooting.md: each error stands there by a text that the package prints or looks for."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.program import ROOT

PAGE = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
ERRORS = re.findall(r"^### (.+)$", PAGE, re.MULTILINE)
HOLE = "…"


def _texts(path: Path) -> Iterator[str]:
    """Every text of a module, with a hole for each value that is put into it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(one.value) if isinstance(one, ast.Constant) else HOLE for one in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


TEXTS = [
    text
    for path in (ROOT / "components" / "snapnames").rglob("*.py")
    if "localaws" not in path.parts
    for text in _texts(path)
]


def _said(error: str, text: str) -> bool:
    """Whether the parts of an error stand in a text in their order, with a value between them."""
    return re.search(HOLE.join(map(re.escape, error.split(HOLE))).replace(HOLE, ".*"), text, re.DOTALL) is not None


@pytest.mark.parametrize("error", ERRORS)
def test_each_error_of_the_page_is_a_text_of_the_package(error: str) -> None:
    """So the page is found by what is printed."""
    assert [text for text in TEXTS if _said(error, text)]


def test_a_text_that_nothing_prints_is_found() -> None:
    """Else the test before this one would show nothing."""
    assert not [text for text in TEXTS if _said("stack … is locked for ever by", text)]


def test_each_error_has_a_way_out_and_stands_once() -> None:
    """At least twenty of them, in the order in which they are met."""
    bodies = [PAGE.partition(f"### {one}\n")[2].partition("\n#")[0] for one in ERRORS]

    assert len(ERRORS) == len({*ERRORS}) >= 20
    assert [error for error, body in zip(ERRORS, bodies, strict=True) if len(body.split()) < 8] == []
    assert all(PAGE.index(f"### {one}") < PAGE.index(f"### {other}") for one, other in pairwise(ERRORS))
