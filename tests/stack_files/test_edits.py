"""Edits of the stack's config file: what is not a release stays, and what can't be edited is refused."""

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from snapnames.cli.errors import UsageError
from snapnames.cli.stack.keys import Keys
from snapnames.cli.stack.release_list import Releases
from snapnames.cli.stack.stack_file import StackFile

RELEASES, LIVE, _ = Keys()
NO_CONFIG = "the stack's config file has no `config:` with one key a line: set snapnames:service in it first"
NOT_IN_PLACE = (
    "Pulumi.test.yaml writes snapnames:releases in a way that can't be edited in place; it takes a list with one "
    'release a line, each in quotes (    - "20180307231207"), and the same of the map snapnames:takenIn: write it so'
)


def read(folder: Path, text: str) -> StackFile:
    """The file with that text."""
    path = folder / "Pulumi.test.yaml"
    path.write_bytes(text.encode())
    return StackFile.read(path)


@pytest.mark.parametrize("indent", ["  ", "    "])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_first_release_comes_into_a_file_that_has_none_as_its_other_keys_are_written(
    tmp_path: Path, indent: str, newline: str
) -> None:
    """Above the keys that are there, in their indent, behind what stands before `config:`."""
    before = ["encryptionsalt: v1:abc=", "config:", f"{indent}snapnames:service: web  # ours", "other: 1", ""]

    edited = read(tmp_path, newline.join(before)).edited(Releases(("1",)))

    written = [f"{indent}snapnames:releases:", f'{indent}  - "1"']
    assert edited == newline.join([*before[:2], *written, *before[2:]])


@pytest.mark.parametrize(
    ("line", "edited"),
    [
        ("snapnames:releases:", 'snapnames:releases: ["1"]'),
        ("snapnames:releases:   # newest first", 'snapnames:releases: ["1"]   # newest first'),
        ("snapnames:releases: ~", "snapnames:releases: '[\"1\"]'"),
        ('snapnames:releases: ""', "snapnames:releases: '[\"1\"]'"),
        ("snapnames:releases: []", 'snapnames:releases: ["1"]'),
    ],
)
def test_the_first_release_comes_into_an_empty_list_however_that_is_written(
    tmp_path: Path, line: str, edited: str
) -> None:
    """Also where nothing at all stands behind the key."""
    text = f"config:\n  a: 1\n  {line}\n  b: 2\n"

    assert read(tmp_path, text).edited(Releases(("1",))) == text.replace(line, edited)


@pytest.mark.parametrize(
    "text",
    ["a: 1\n", "", "config:\n", "config: {}\n", "config: {a: 1}\n", "other:\n  config:\n    a: 1\n"],
)
def test_a_file_without_a_config_of_one_key_a_line_is_refused(tmp_path: Path, text: str) -> None:
    """There is no place for a release."""
    file = read(tmp_path, text)

    with pytest.raises(UsageError) as refused:
        file.edited(Releases(("1",)))

    assert str(refused.value) == NO_CONFIG


@pytest.mark.parametrize(
    "text",
    [
        'config:\n  snapnames:releases: ["1"]\nconfig:\n  snapnames:releases: ["2"]\n',
        'config:\n  a: 1\nconfig:\n  snapnames:releases: ["2"]\n',
        'config:\n  snapnames:releases: ["2"]\n  snapnames:live: >-\n    2\n  b: 2\n',
        'config:\n  a: &x ["2"]\n  snapnames:releases: *x\n',
        'config:\n  snapnames:releases:\n    - &x "2"\n    - "1"\n  b: *x\n',
    ],
)
def test_an_edit_that_would_change_or_lose_something_else_is_refused(tmp_path: Path, text: str) -> None:
    """Two blocks of config, of which the last one counts; a live release over two lines; what others refer to."""
    file = read(tmp_path, text)

    with pytest.raises(UsageError) as refused:
        file.edited(Releases(("3",)))

    assert str(refused.value) == NOT_IN_PLACE


def test_an_edit_of_nothing_is_the_same_text_in_any_form(tmp_path: Path) -> None:
    """Also in one that could not be edited."""
    text = 'config: {snapnames:releases: ["1"]}\n'

    assert read(tmp_path, text).edited(Releases(("1",))) == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("config:\n  snapnames:releases: {a: b}\n", f"{RELEASES} in Pulumi.test.yaml is no list of texts"),
        ("config:\n  snapnames:releases: {}\n", f"{RELEASES} in Pulumi.test.yaml is no list of texts"),
        ("config:\n  snapnames:releases: 0\n", f"{RELEASES} in Pulumi.test.yaml is no list of texts"),
        ("config:\n  snapnames:releases: false\n", f"{RELEASES} in Pulumi.test.yaml is no list of texts"),
        ("config:\n  snapnames:releases: '{}'\n", f"{RELEASES} in Pulumi.test.yaml is no list of texts"),
        ('config:\n  snapnames:releases: ["1", 2]\n', f"{RELEASES} in Pulumi.test.yaml is no list of texts"),
        ("config:\n  snapnames:live: false\n", f"{LIVE} in Pulumi.test.yaml is False"),
        ("config: [a]\n", "Pulumi.test.yaml is no stack config: its `config` is no map of keys: correct it"),
        ("config: text\n", "Pulumi.test.yaml is no stack config: its `config` is no map of keys: correct it"),
        ("- a\n", "Pulumi.test.yaml is no stack config: it is no map with a key `config`: correct it"),
        (
            "config:\n  a: 'open\n",
            "Pulumi.test.yaml is no stack config: found unexpected end of stream in line 3, column 1: correct it",
        ),
    ],
)
def test_a_file_that_says_something_else_than_releases_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """A mapping is no empty list, and neither is a zero."""
    with pytest.raises(UsageError) as refused:
        read(tmp_path, text)

    assert str(refused.value).startswith(message)


def test_a_file_that_is_missing_says_how_to_begin(tmp_path: Path) -> None:
    """Nothing was configured yet."""
    with pytest.raises(UsageError) as refused:
        StackFile.read(tmp_path / "Pulumi.test.yaml")

    assert str(refused.value) == (
        "Pulumi.test.yaml does not exist; a stack's config is kept there: run `pulumi config set snapnames:service "
        "<name>` first, or choose another --stack"
    )


def test_a_pinned_release_that_stands_elsewhere_is_told_with_the_list(tmp_path: Path) -> None:
    """Both lines, to be copied."""
    file = read(tmp_path, "config:\n  a: 1\n")

    with pytest.raises(UsageError) as refused:
        file.check({RELEASES: '["2","1"]', LIVE: "1"}, "snapnames")

    assert str(refused.value) == (
        'the stack\'s config says ["2", "1"] with \'1\' live, and Pulumi.test.yaml [] under snapnames:releases and '
        "snapnames:live; the command reads and writes them under these keys of that file alone: write "
        '`snapnames:releases: ["2", "1"]` and `snapnames:live: "1"` under its `config:`, and take out what says them '
        "elsewhere (`releases:` or `live:` in the same file, Pulumi.yaml, an environment)"
    )


LISTED = st.lists(st.sampled_from(["1", "2", "3", "20180307231207", 'it\'s "4"']), min_size=1, unique=True)
COMMENTS = st.sampled_from(["", "  # a comment", "   "])


@st.composite
def written(draw: st.DrawFn) -> tuple[str, list[str], str | None]:
    """A config file with other keys around the list, the list, and what is live."""
    listed = draw(LISTED)
    live = draw(st.none() | st.sampled_from(listed))
    form = draw(st.sampled_from(["block", "flow", "json"]))
    comments = [draw(COMMENTS) for _ in listed]
    if form == "block":
        indent = draw(st.sampled_from(["  ", "    "]))
        lines = [f"  {RELEASES}:", *(f"{indent}- {json.dumps(r)}{c}" for r, c in zip(listed, comments, strict=True))]
    elif form == "flow":
        lines = [f"  {RELEASES}: {json.dumps(listed)}{comments[0]}"]
    else:
        lines = [f"  {RELEASES}: {json.dumps(json.dumps(listed))}{comments[0]}"]
    if live is not None:
        lines.insert(draw(st.sampled_from([0, len(lines)])), f"  {LIVE}: {json.dumps(live)}")
    above = draw(st.lists(st.sampled_from(["  a: 1  # one", "  b: [x,   y]", "  # only a comment"]), unique=True))
    text = draw(st.sampled_from(["\n", "\r\n"])).join(
        ["# ours", "config:", *above, *lines, "  z: 'last'", "salt: v1", ""]
    )
    return text, listed, live


@settings(deadline=None)
@given(written(), st.lists(st.sampled_from(["5", "6"]), unique=True), st.data())
def test_any_edit_says_what_is_wanted_and_keeps_every_other_line(
    tmp_path_factory: pytest.TempPathFactory,
    before: tuple[str, list[str], str | None],
    new: list[str],
    data: st.DataObject,
) -> None:
    """However the list is written, and whatever comes, goes and becomes live."""
    text, listed, live = before
    kept = [release for release in listed if data.draw(st.booleans())]
    wanted = Releases((*new, *kept) or ("7",), data.draw(st.none() | st.sampled_from([*new, *kept, "7"])))
    file = read(tmp_path_factory.getbasetemp(), text)

    edited = file.edited(wanted)

    assert file.releases == Releases(tuple(listed), live)
    assert read(tmp_path_factory.getbasetemp(), edited).releases == wanted
    assert (edited.count("\r\n") or edited.count("\n")) == edited.count("\n")
    others = [line for line in text.splitlines() if not line.lstrip().startswith(("- ", RELEASES, LIVE))]
    assert [line for line in edited.splitlines() if line in others] == others
    assert yaml.safe_load(edited)["config"]["z"] == "last"


@pytest.mark.parametrize("end", ["\n", ""])
@pytest.mark.parametrize(
    ("listed", "lines"),
    [
        (("3", "2", "1"), ['"3"', "'2'  # good", "'1'"]),
        (("3", "1", "0"), ['"3"', "'1'", '"0"']),
        (("2", "x", "1", "y", "z"), ["'2'  # good", '"x"', "'1'", '"y"', '"z"']),
        (("0",), ['"0"']),
        (("5", "4", "1"), ['"5"', '"4"', "'1'"]),
    ],
)
def test_a_release_comes_into_its_place_also_behind_those_that_are_there(
    tmp_path: Path, listed: tuple[str, ...], lines: list[str], end: str
) -> None:
    """A deployment keeps the image of a failed one behind the releases that are listed."""
    file = read(tmp_path, f"config:\n  snapnames:releases:\n  - '2'  # good\n  - '1'{end}")

    edited = file.edited(Releases(listed))

    assert edited.rstrip("\n").split("\n")[2:] == [f"  - {line}" for line in lines]
