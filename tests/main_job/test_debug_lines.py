"""The SDK's debug lines: thousands of calls of the engine, which almost nobody reads."""

import subprocess
import sys
from collections.abc import Callable

from mypy_boto3_ec2 import EC2Client
from snapnames.own_process import DEBUG_VARIABLE

from tests.account import launch
from tests.program import Program

REGISTERED = "resource registration successful: ty=aws:ec2/tag:Tag"
"""How the SDK says that a Tag is registered."""


def test_debug_lines_of_the_sdk_are_sent_only_to_who_asks_for_them(
    program: Callable[..., Program], ec2: EC2Client
) -> None:
    """`--debug` alone shows those of the engine and of the provider."""
    stack = program({"service": "web", "source": launch(ec2), "releases": ["1"]})

    unasked = stack.preview("--debug").out
    asked = stack.pulumi("preview", "--debug", environment={DEBUG_VARIABLE: "1"}).out

    assert "debug: " in unasked
    assert REGISTERED not in unasked
    assert REGISTERED in asked


def test_the_components_leave_the_collector_of_a_users_program_as_it_is() -> None:
    """Only the program of this repository, the command and the host of the components set it."""
    said = subprocess.run(
        [sys.executable, "-c", "import gc, snapnames; print(gc.get_threshold(), gc.get_freeze_count())"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    usual = subprocess.run(
        [sys.executable, "-c", "import gc; print(gc.get_threshold(), gc.get_freeze_count())"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert said == usual
