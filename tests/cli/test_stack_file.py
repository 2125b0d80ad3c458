"""The config file after an edit: every other byte is as it was."""

from pathlib import Path

import pytest
from snapnames.cli.errors import CommandError, UsageError
from snapnames.cli.stack.keys import Keys
from snapnames.cli.stack.release_list import Releases
from snapnames.cli.stack.stack_file import StackFile, StaleListError

RELEASES, LIVE, _ = Keys()
HAND_WRITTEN = """\
# Ours.
config:
  snapnames:service: front-web   # the name on the door
  snapnames:releases:            # newest first
    # Good since March.
    - "3"  # three
    - '2'
    - "1"
  snapnames:fleet:
    userData:
      secure: v1:kY3Yp8iBjBzoPp4S:1hYJg/vKkJpPzYmJmKx1wWc2kYkYp8iBjBzoPp4S1hYJg==
  other:list: [a,   b]
encryptionsalt: v1:X3pnp5Zf4sg=:v1:yUOm+Vhi/bb/M9Vs:Y+xb0sTC51hCqKqA2DG3FxmU+9g0BA==
"""
LAYOUTS = {
    "indented": 'config:\n  a: 1\n  snapnames:releases:\n    - "2"\n    - "1"\n  b: 2\n',
    "not indented": 'config:\n  snapnames:releases:\n  - "2"\n  - "1"\n',
    "without an end": 'config:\n  snapnames:releases:\n  - "2"\n  - "1"',
    "in brackets": 'config:\n  snapnames:releases: ["2", "1"] # two\n  b: 2\n',
    "as JSON": 'config:\n  snapnames:releases: \'["2", "1"]\'\n',
    "carriage returns": 'config:\r\n  snapnames:releases:\r\n    - "2"\r\n    - "1"\r\n  b: 2\r\n',
}


def _file(folder: Path, text: str) -> StackFile:
    path = folder / "Pulumi.test.yaml"
    path.write_bytes(text.encode())
    return StackFile.read(path)


def test_a_release_comes_another_goes_and_nothing_else_changes(tmp_path: Path) -> None:
    """A comment on the line of a release goes with it."""
    file = _file(tmp_path, HAND_WRITTEN)

    file.replace(Releases(("4", "3", "2")))

    assert file.path.read_text("utf-8") == HAND_WRITTEN.replace('    - "3"', '    - "4"\n    - "3"').replace(
        '    - "1"\n', ""
    )


def test_live_comes_changes_and_goes_without_a_trace(tmp_path: Path) -> None:
    """There and back again is the same file."""
    pinned = Releases(("3", "2", "1"), "2")

    _file(tmp_path, HAND_WRITTEN).replace(pinned)
    once = StackFile.read(tmp_path / "Pulumi.test.yaml")
    once.replace(Releases(pinned.listed, "1"))
    twice = StackFile.read(once.path)
    twice.replace(Releases(pinned.listed))

    assert once.text == HAND_WRITTEN.replace("  snapnames:rel", '  snapnames:live: "2"\n  snapnames:rel')
    assert twice.text == once.text.replace('live: "2"', 'live: "1"')
    assert once.path.read_text("utf-8") == HAND_WRITTEN


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_way_to_write_the_list_can_be_edited(tmp_path: Path, layout: str) -> None:
    """And stays that way."""
    file = _file(tmp_path, LAYOUTS[layout])

    file.replace(Releases(("3", "2"), "2"))

    again = StackFile.read(file.path)
    assert again.releases == Releases(("3", "2"), "2")
    assert (again.text.count("\r\n") == again.text.count("\n")) == ("\r" in file.text)
    for line in file.text.splitlines():
        if "1" not in line.split("#")[0].replace("a: 1", "") and "snapnames" not in line:
            assert line in again.text.splitlines()


def test_a_list_that_cannot_be_edited_in_place_is_refused_and_left(tmp_path: Path) -> None:
    """Rather an error than another file."""
    text = "config:\n  snapnames:releases:\n    -\n      '2'\n"
    file = _file(tmp_path, text)

    with pytest.raises(UsageError, match="it takes a list with one release a line, each in quotes"):
        file.replace(Releases(("3", "2")))

    assert file.path.read_text("utf-8") == text


def test_what_was_changed_meanwhile_stays_and_other_releases_are_not_overwritten(tmp_path: Path) -> None:
    """An update takes as long as an image, and the file is a person's."""
    file, wanted = _file(tmp_path, HAND_WRITTEN), Releases(("4", "3"))
    file.path.write_text(HAND_WRITTEN.replace("# Ours.", "# Yours."), "utf-8")

    file.replace(wanted)
    merged = file.path.read_text("utf-8")
    file.path.write_text(HAND_WRITTEN.replace('    - "1"\n', ""), "utf-8")

    assert merged.startswith("# Yours.")
    assert '    - "4"\n' in merged
    with pytest.raises(CommandError, match="was changed while the update ran and lists other releases"):
        file.replace(wanted)


def test_a_file_that_lists_other_releases_by_now_is_told_from_one_that_changed_elsewhere(tmp_path: Path) -> None:
    """Before an update: with the old list it would drop what somebody deployed meanwhile."""
    file = _file(tmp_path, HAND_WRITTEN)
    file.path.write_text(HAND_WRITTEN.replace("# Ours.", "# Yours."), "utf-8")

    file.check_unchanged()
    written = file.replace(Releases(("4", "3", "2", "1")))
    written.check_unchanged()

    with pytest.raises(
        StaleListError, match=r'says \["4", "3", "2", "1"\], and said \["3", "2", "1"\] when this command'
    ):
        file.check_unchanged()


def test_a_link_and_the_permissions_of_the_file_are_kept(tmp_path: Path) -> None:
    """The file is replaced whole, so that a kill leaves the old one or the new one."""
    real = tmp_path / "kept" / "config.yaml"
    real.parent.mkdir()
    real.write_text(HAND_WRITTEN, "utf-8")
    real.chmod(0o640)
    link = tmp_path / "Pulumi.test.yaml"
    link.symlink_to(real)

    StackFile.read(link).replace(Releases(("4",)))

    assert link.is_symlink()
    assert StackFile.read(real).releases == Releases(("4",))
    assert real.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in real.parent.iterdir()] == ["config.yaml"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("config:\n  snapnames:releases:\n    - 20180307231207\n", "releases are texts in quotes: write them so"),
        ("config:\n  snapnames:releases: none\n", "is no list of texts"),
        ("config:\n  snapnames:live: 1\n", "snapnames:live in Pulumi.test.yaml is 1"),
        ("config: [", "Pulumi.test.yaml is no stack config"),
        ("- a\n", "Pulumi.test.yaml is no stack config"),
    ],
)
def test_a_file_that_says_something_else_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """YAML makes a number of a release without quotes."""
    with pytest.raises(UsageError, match=message):
        _file(tmp_path, text)


@pytest.mark.parametrize(
    ("written", "config"),
    [
        ("  a: 1\n", {}),
        ("  snapnames:releases: []\n", {RELEASES: "[]"}),
        ("  snapnames:releases:\n  snapnames:live:\n", {RELEASES: "", LIVE: ""}),
        ('  snapnames:releases:\n    - "2"\n    - "1"\n', {RELEASES: '["2","1"]'}),
        ("""  snapnames:releases: '["2", "1"]'\n  snapnames:live: "1"\n""", {RELEASES: '["2", "1"]', LIVE: "1"}),
    ],
)
def test_a_file_that_says_what_pulumi_reads_is_taken(tmp_path: Path, written: str, config: dict[str, str]) -> None:
    """However it is written, also without a release."""
    file = _file(tmp_path, f"config:\n{written}")

    file.check(config, "snapnames")


@pytest.mark.parametrize(
    ("written", "config"),
    [
        ('  releases: ["2", "1"]\n', {RELEASES: '["2","1"]'}),
        ("  a: 1\n", {RELEASES: '["2","1"]'}),
        ('  snapnames:releases: ["3"]\n', {RELEASES: '["2","1"]'}),
        ('  snapnames:releases: ["2", "1"]\n', {RELEASES: '["2","1"]', LIVE: "1"}),
        ('  snapnames:releases: ["2", "1"]\n  live: "1"\n', {RELEASES: '["2","1"]'}),
        ('  snapnames:releases: ["2", "1"]\n  releases: ["2", "1"]\n', {RELEASES: '["2","1"]'}),
    ],
)
def test_releases_that_are_written_elsewhere_too_are_refused(
    tmp_path: Path, written: str, config: dict[str, str]
) -> None:
    """Under a short key, in Pulumi.yaml or in an environment: the command would not see them, and drop them."""
    file = _file(tmp_path, f"config:\n{written}")

    with pytest.raises(
        UsageError, match=r'write `snapnames:releases: \["2", "1"\]`.* under its `config:`, and take out'
    ):
        file.check(config, "snapnames")


def test_a_short_key_of_another_project_is_its_own(tmp_path: Path) -> None:
    """It means `shop:releases` there."""
    file = _file(tmp_path, 'config:\n  releases: 3\n  snapnames:releases: ["1"]\n')

    file.check({"shop:releases": "3", RELEASES: '["1"]'}, "shop")
