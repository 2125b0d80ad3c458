"""README and docs: every command that they show is run, or says why not; the pages build."""

import html
import json
import re
from itertools import groupby
from pathlib import Path

import pytest
import yaml
from snapnames.testing.localaws.server import LocalAws

from dev.engine import Engine
from dev.picture import PICTURE, Graph
from tests.account import launch, names
from tests.dev_stack.clone import Clone
from tests.program import ROOT, Program

from .installation import Installation
from .pages import Block, blocks, pages
from .sessions import SETUPS, run_all

pytestmark = [pytest.mark.xdist_group("package-pages"), pytest.mark.slow]

ALL = [block for page in pages() for block in blocks(page)]


def _sessions() -> list[tuple[str, str, list[Block]]]:
    def session(block: Block) -> tuple[str, str]:
        return block.where.partition(":")[0], block.setup

    found = [(*key, list(shown)) for key, shown in groupby((block for block in ALL if block.runs), session)]
    # Pages that show the same commands share a run.
    return list({(setup, _texts(shown)): (page, setup, shown) for page, setup, shown in reversed(found)}.values())


def _texts(shown: list[Block]) -> tuple[str, ...]:
    return tuple(command.text.partition(" #")[0].rstrip() for block in shown for command in block.commands)


SESSIONS = _sessions()


@pytest.mark.parametrize("block", ALL, ids=[block.where for block in ALL])
def test_every_block_of_commands_says_whether_it_is_run(block: Block) -> None:
    """And it is run in a place that sessions.py knows."""
    assert block.fault == ""
    assert block.setup in SETUPS


@pytest.mark.parametrize(("page", "setup", "shown"), SESSIONS, ids=[f"{page}, {setup}" for page, setup, _ in SESSIONS])
def test_the_commands_of_a_page_do_what_it_says(
    page: str, setup: str, shown: list[Block], installed: Installation, aws: LocalAws, engine: Engine, tmp_path: Path
) -> None:
    """One after the other, in one shell; what is shown under them is printed."""
    commands = [command for block in shown for command in block.commands]

    missing = SETUPS[setup](tmp_path, commands, installed, aws, engine)

    assert missing == [], f"{page} shows lines that its commands don't print"


PAGE = """
Text.

<!-- not run: needs a host that is not here -->
```sh
npm install
```

    make nothing

<!-- run -->
```console
$ echo one \\
    two
one two
$ echo snap-0123456789abcdef0
snap-fedcba98765432100
three
```
"""


def test_a_block_that_is_not_marked_and_output_that_differs_are_found(tmp_path: Path) -> None:
    """Else the two tests before this one would show nothing."""
    page = ROOT / ".pytest_cache" / f"{tmp_path.name}.md"
    page.parent.mkdir(exist_ok=True)
    page.write_text(PAGE, encoding="utf-8")

    found = list(blocks(page))
    page.unlink()
    missing = run_all(found[2].commands, tmp_path, {})

    assert [bool(block.fault) for block in found] == [False, True, False]
    assert [block.runs for block in found] == [False, False, True]
    assert missing == ["$ echo snap-0123456789abcdef0: three"]


def test_the_picture_shows_the_resources_that_the_dev_stack_has(tmp_path: Path, aws: LocalAws, engine: Engine) -> None:
    """And what each of them gives to another, as the engine knows it."""
    config = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text(encoding="utf-8"))["config"]
    own = {key: value for key, value in config.items() if key.startswith("snapnames:")}
    source = launch(aws.client("ec2"), own["snapnames:source"])
    stack = Program(tmp_path / "stack", aws, engine, {**own, "snapnames:source": source})
    image = f"{own['snapnames:service']}-{own['snapnames:releases'][0]}"
    stack.up("--skip-preview")

    stack.pulumi("stack", "graph", str(tmp_path / "stack.dot"))

    graph = Graph.of((tmp_path / "stack.dot").read_text(encoding="utf-8"))
    picture = PICTURE.read_text(encoding="utf-8")
    assert Graph.drawn(picture) == graph, "draw it again: make up picture"
    drawn = set(re.findall(r">(front-web-\d+\(\d+\))<", html.unescape(picture)))
    assert drawn == set(names(aws.client("ec2"), image).values())
    assert {node.partition(" ")[0].rpartition(":")[2] for node in graph.nodes} == {
        *("ReleaseImage", "AmiFromInstance", "Tag", "Fleet", "LaunchConfiguration", "Group"),
    }


def test_make_docs_builds_the_pages_without_a_warning(tmp_path: Path) -> None:
    """A page that is in no list, or a link to nowhere, is one. The API pages are made of the docstrings."""
    clone = Clone.at(tmp_path / "clone")

    clone.make("docs")

    text = (clone.folder / ".dev" / "docs" / "api.html").read_text(encoding="utf-8")
    assert [name for name in ("ReleaseImage", "Fleet", "OwnedImages") if f'id="snapnames.{name}"' not in text] == []
    assert "known in the preview before the image exists" in text


def test_code_in_other_languages_is_at_least_well_formed() -> None:
    """Python compiles, YAML and JSON are read; what TypeScript shows can't be checked here."""
    readers = {"python": lambda text: compile(text, "page", "exec"), "yaml": yaml.safe_load, "json": json.loads}
    shown = re.compile(r"^```(python|yaml|json)\n(.*?)^```", re.MULTILINE | re.DOTALL)
    read = [readers[language](text) for page in pages() for language, text in shown.findall(page.read_text("utf-8"))]

    assert len(read) > 5
    assert None not in read
