"""README and docs: each link leads somewhere, the pages stand in reading order, and each says what it is good for."""

import re
from pathlib import Path

import pytest

from tests.program import ROOT

from .links import dead
from .pages import pages

DOCS = ROOT / "docs"
ORDER = [
    *("getting-started", "coming-from-the-script", "installing"),
    *("releases", "names", "copies", "owned-images", "ledger", "many-accounts", "recovery", "troubleshooting"),
    *("configuration", "command", "security", "ci", "languages"),
    *("api", "design", "benchmarks", "reliability", "local-aws", "testing"),
]
SCREEN = 80
"""Lines of README: what it is, the picture, two commands, three doors, and where to go on."""


@pytest.mark.parametrize("page", [*pages(), ROOT / "CHANGELOG.md"], ids=lambda page: str(page.relative_to(ROOT)))
def test_each_link_leads_to_a_page_a_heading_or_a_file_that_is_there(page: Path) -> None:
    """Also the files that a page only names, and the tests that run what the page does not."""
    assert list(dead(page)) == []


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    """Else the test before this one would show nothing."""
    page = ROOT / ".pytest_cache" / f"{tmp_path.name}.md"
    page.parent.mkdir(exist_ok=True)
    page.write_text(
        "[page](../docs/nowhere.md), [heading](../docs/ledger.md#no-such), [own](#gone), [out](/etc/hosts)\n"
        "[fine](../docs/ledger.md#findings), [also](https://example.com/)\n"
        "`[code](not-a-link.md)`, `dev/nothing.py`, `dev/tracked.py`\n\n"
        "<!-- not run: tests/cli/test_gone.py runs it -->\n"
        "```sh\n[code](not-a-link.md)\n```\n",
        encoding="utf-8",
    )

    found = list(dead(page))
    page.unlink()

    assert [line.partition(": ")[2] for line in found] == [
        *("the link to ../docs/nowhere.md", "the link to ../docs/ledger.md#no-such"),
        *("the link to #gone", "the link to /etc/hosts"),
        *("the file dev/nothing.py", "the file tests/cli/test_gone.py"),
    ]


def test_the_pages_stand_in_reading_order_and_each_in_one_list() -> None:
    """`docs/index.md` has the lists."""
    lists = re.findall(r"^```\{toctree\}\n(.*?)^```", (DOCS / "index.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)

    listed = [line for one in lists for line in one.splitlines() if line and not line.startswith(":")]

    assert listed == ORDER
    assert sorted(path.stem for path in DOCS.glob("*.md")) == sorted([*ORDER, "index"])


@pytest.mark.parametrize("name", [*ORDER, "index"])
def test_each_page_opens_with_what_one_can_do_after_it(name: str) -> None:
    """Right under its title. The page of the local AWS is the README beside its code."""
    path = DOCS / f"{name}.md"
    if include := re.match(r"^```\{include\} (\S+)\n", path.read_text(encoding="utf-8")):
        path = DOCS / include[1]

    title, empty, opening = path.read_text(encoding="utf-8").splitlines()[:3]

    assert (title[:2], empty) == ("# ", "")
    assert re.match(r"After (this page|these pages) you (can|know|have) ", opening)


def test_the_readme_is_a_front_door_with_a_picture_two_commands_and_three_doors() -> None:
    """The details stand in the pages that it links to."""
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()

    headings = [line.removeprefix("## ") for line in lines if line.startswith("## ")]
    commands = [line.partition(" #")[0].strip() for line in lines if line.startswith("make ")]

    assert len(lines) <= SCREEN
    assert headings == ["Name what is there", "Release by image", "Find what to delete", "More"]
    assert commands == ["make up", "make test"]
    assert any("](docs/stack.svg)" in line for line in lines)
