"""A state in a folder that a kill left torn: pulumi reads it no more, every command of ours does."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.cli.stack.torn_state import mend

from tests.account import launch, names
from tests.program import Program

LONG_AGO = 1_520_464_327


@pytest.mark.fault("kill -9 of pulumi while it writes its state")
@pytest.mark.parametrize("command", ["recover", "releases"])
def test_a_stack_whose_state_a_kill_left_torn_is_opened_and_goes_on(
    program: Callable[..., Program], ec2: EC2Client, command: str
) -> None:
    """Nothing of the state is lost, so that the next update has nothing to do."""
    stack = program({"service": "web", "source": launch(ec2), "releases": ["1"]})
    stack.up("--skip-preview")
    beside = next(stack.folder.glob("state/.pulumi/stacks/*/test.json.attrs"))
    beside.write_bytes(b"")

    refused = stack.preview(code=None)
    stack.snapnames(command)

    assert "failed to load checkpoint: EOF" in refused.out
    assert stack.steps() == []
    assert names(ec2, "web-1")["/dev/sda1"] == "web-1(001)"


def test_only_the_empty_files_of_the_stack_are_removed(tmp_path: Path) -> None:
    """Another stack's may be being written right now, and one with text in it is whole."""
    folder = tmp_path / ".pulumi" / "stacks" / "snapnames"
    folder.mkdir(parents=True)
    texts = {"test.json.attrs": "", "test.json.bak.attrs": "{}", "test.json": "", "test2.json.attrs": ""}
    for name, text in texts.items():
        (folder / name).write_text(text)
        os.utime(folder / name, (LONG_AGO, LONG_AGO))

    first, second = mend(tmp_path, "test"), mend(tmp_path, "test")

    assert (first, second) == (True, False)
    assert {path.name for path in folder.iterdir()} == {"test.json.bak.attrs", "test.json", "test2.json.attrs"}
