"""How often a command runs pulumi: each run is a third of a second, and more where the state is large."""

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from tests.account import launch
from tests.program import Program


def _counted(stack: Program, folder: Path) -> Path:
    """Let the command find a pulumi that writes down what it is asked, and is the engine's own; where it writes."""
    real, log = shutil.which("pulumi", path=stack.environment["PATH"]), folder / "pulumi.log"
    folder.mkdir()
    wrapper = folder / "pulumi"
    wrapper.write_text(f'#!/bin/sh\necho "$*" >> {log}\nexec {real} "$@"\n', encoding="utf-8")
    wrapper.chmod(0o755)
    stack.environment["PATH"] = f"{folder}:{stack.environment['PATH']}"
    return log


def test_a_deployment_asks_pulumi_for_nothing_that_it_does_not_use(
    program: Callable[..., Program], aws: LocalAws, ec2: EC2Client, tmp_path: Path
) -> None:
    """One preview and one update; the Automation API alone would ask for outputs twice and for the history."""
    aws.settings(pending_seconds=0)
    stack = program({"service": "web", "source": launch(ec2), "releases": ["1"]})
    log = _counted(stack, tmp_path / "counted")

    stack.snapnames("deploy", "--release", "1")

    words = (line.removeprefix("--non-interactive ").split() for line in log.read_text(encoding="utf-8").splitlines())
    asked = Counter(" ".join(one[:2]) if one[0] == "stack" else one[0] for one in words)
    assert (asked["preview"], asked["up"]) == (1, 1)
    assert asked["stack output"] == asked["stack history"] == 0
