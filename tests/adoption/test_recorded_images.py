"""Which images the state of the running stack has, as `pulumi stack export` tells."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from snapnames.errors import InputError
from snapnames.program.recorded_images import recorded_images
from snapnames.rules.resource_types import IMAGE, TAG


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Have a `pulumi` on PATH that notes its arguments and runs this; the file of the notes.

    A program outside Pulumi is in the project `project`, whose folder is `root_directory`.
    """
    monkeypatch.chdir(tmp_path)
    (tmp_path / "root_directory").mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")

    def make(script: str) -> Path:
        program, notes = tmp_path / "bin" / "pulumi", tmp_path / "notes"
        program.parent.mkdir()
        program.write_text(f'#!/bin/sh\necho "$PWD: $*" >> {notes}\n{script}\n', encoding="utf-8")
        program.chmod(0o755)
        return notes

    return make


def test_images_are_told_by_their_ids_and_whether_they_outlive_the_stack(
    pulumi: Callable[[str], Path], tmp_path: Path
) -> None:
    """Tags are no images. An image that was never made has no id, and nothing can be left of it."""
    resources = [
        {"type": IMAGE, "id": "ami-1", "retainOnDelete": True},
        {"type": IMAGE, "id": "ami-2"},
        {"type": IMAGE},
        {"type": TAG, "id": "snap-1,Name", "retainOnDelete": True},
    ]
    (tmp_path / "state.json").write_text(json.dumps({"deployment": {"resources": resources}}), encoding="utf-8")
    notes = pulumi(f"cat {tmp_path / 'state.json'}")

    found = recorded_images()

    assert found == {"ami-1": True, "ami-2": False}
    asked = f"{tmp_path / 'root_directory'}: stack export --stack organization/project/stack --non-interactive\n"
    assert notes.read_text(encoding="utf-8") == asked


@pytest.mark.parametrize(
    ("script", "why"),
    [("echo 'error: no such stack' >&2; exit 255", "error: no such stack"), ("echo '{\"deployment\": '", "Expecting")],
)
def test_a_state_that_can_t_be_read_stops_the_update_after_three_tries(
    pulumi: Callable[[str], Path], script: str, why: str
) -> None:
    """An image that the state keeps would stay in the account for good."""
    notes = pulumi(script)

    with pytest.raises(InputError, match="put pulumi on PATH, and update again") as refused:
        recorded_images()

    assert why in str(refused.value)
    assert len(notes.read_text(encoding="utf-8").splitlines()) == 3
