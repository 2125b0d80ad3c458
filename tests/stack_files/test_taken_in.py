"""A release that goes from the list goes from `snapnames:takenIn` too, and every other line stays."""

from pathlib import Path

import pytest
from snapnames.cli.stack.release_list import Releases
from snapnames.cli.stack.stack_file import StackFile

A, B = "ami-0123456789abcdef0", "ami-0123456789abcdef1"
RELEASES = 'config:\n  snapnames:releases:\n    - "2"\n    - "1"\n'


def edited(folder: Path, text: str, *listed: str) -> str:
    """The text with these releases."""
    path = folder / "Pulumi.test.yaml"
    path.write_text(text, encoding="utf-8")
    return StackFile.read(path).edited(Releases(listed))


def test_the_line_of_a_dropped_release_goes_and_comments_stay(tmp_path: Path) -> None:
    """Each release has a line of its own."""
    text = f'{RELEASES}  # from the script\n  snapnames:takenIn:\n    "2": {A}  # good\n    "1": {B}\n  a: 1\n'

    found = edited(tmp_path, text, "2")

    assert found == text.replace('    - "1"\n', "").replace(f'    "1": {B}\n', "")


@pytest.mark.parametrize(
    "lines",
    [
        f'  snapnames:takenIn:\n    "1": {B}\n',
        f'  snapnames:takenIn: {{"1": {B}}}\n',
        f'  snapnames:takenIn: \'{{"1": "{B}"}}\'\n',
    ],
)
def test_the_key_goes_with_the_last_release_that_was_taken_in(tmp_path: Path, lines: str) -> None:
    """However it is written."""
    assert edited(tmp_path, f"{RELEASES}{lines}  a: 1\n", "2") == RELEASES.replace('    - "1"\n', "") + "  a: 1\n"


def test_a_map_in_one_line_is_written_again_in_one_line(tmp_path: Path) -> None:
    """As JSON."""
    text = f'{RELEASES}  snapnames:takenIn: {{"2": {A}, "1": {B}}}\n'

    assert f'  snapnames:takenIn: {{"2": "{A}"}}\n' in edited(tmp_path, text, "2")


def test_a_new_release_changes_nothing_of_what_was_taken_in(tmp_path: Path) -> None:
    """Nor does a rollback."""
    text = f'{RELEASES}  snapnames:takenIn:\n    "2": {A}\n    "1": {B}\n'

    assert edited(tmp_path, text, "3", "2", "1") == text.replace('    - "2"\n', '    - "3"\n    - "2"\n')


def test_a_release_that_is_written_over_two_lines_goes_with_both(tmp_path: Path) -> None:
    """Key and value may have a line each."""
    text = f'{RELEASES}  snapnames:takenIn:\n    ? "2"\n    : {A}\n    ? "1"\n    : {B}\n'

    assert edited(tmp_path, text, "2") == text.replace('    - "1"\n', "").replace(f'    ? "1"\n    : {B}\n', "")
