"""The recording in docs/releases.md: what a terminal shows of a bad release, from start to end."""

import os
import re
from itertools import groupby
from pathlib import Path

from mypy_boto3_autoscaling import AutoScalingClient
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from tests.account import launch
from tests.program import ROOT

from .rolling import Make, running, service

PAGE = ROOT / "docs" / "releases.md"
COMMAND = "snapnames deploy --release 43 --keep 1"
_SAME = (
    (re.compile(r"\[\d+:\d\d:\d\d\]"), "[time]"),
    (re.compile(r"\b(i|ami|snap|lt)-[0-9a-f]{8,17}\b"), r"\1-id"),
    (re.compile(r"\b(front-web)-[0-9a-f]{7}\b"), r"\1-id"),
    (re.compile(r"\d\d\d\d-\d\d-\d\d \d\d:\d\d UTC"), "then"),
)
_POLLED = re.compile(r"instance refresh of front-web-id: \S+, \d+ %|\] image front-web-43 is ")


def settled(text: str) -> list[str]:
    """The lines without ids and times.

    What is shown of a poll depends on when it is polled, and steps that run side by side have no order.
    """
    for pattern, same in _SAME:
        text = pattern.sub(same, text)
    lines = [line for line in text.splitlines() if not _POLLED.search(line)]
    runs = groupby(lines, lambda line: "] create " in line or "] update " in line)
    return [line for are_steps, run in runs for line in (sorted(run) if are_steps else run)]


def recorded(page: Path) -> str:
    """The block of the page that begins with the command."""
    text = page.read_text(encoding="utf-8")
    blocks: list[str] = re.findall(r"^```console\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return next(block for block in blocks if block.startswith(f"$ {COMMAND}\n"))


def test_a_bad_release_looks_as_the_docs_have_recorded_it(
    aws: LocalAws, ec2: EC2Client, autoscaling: AutoScalingClient, program: Make, tmp_path: Path
) -> None:
    """Up to ids and times. With SNAPNAMES_RECORD the text is written there, for the page."""
    aws.settings(pending_seconds=0)
    stack = program(service(launch(ec2), "42"))
    stack.up("--skip-preview")
    aws.settings(unhealthy_images=["front-web-43"], refresh_timeout_seconds=1)

    ran = stack.snapnames(*COMMAND.split()[1:], code=1)

    shown = f"$ {COMMAND}\n{ran.out}{ran.err}$ echo $?\n{ran.code}\n"
    Path(os.environ.get("SNAPNAMES_RECORD", tmp_path / "recorded.txt")).write_text(shown, encoding="utf-8")
    assert running(ec2, autoscaling) == {"front-web-42": 4}
    assert settled(shown) == settled(recorded(PAGE))
