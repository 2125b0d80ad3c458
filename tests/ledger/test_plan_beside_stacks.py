"""What the script of the plan deletes is of no stack: the next preview of each has no changes."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.aws.session import StackSession
from snapnames.cli.ledger.command import Wanted, kept
from snapnames.cli.ledger.opened import Opened
from snapnames.testing.localaws.server import LocalAws

from tests.account import images, launch
from tests.program import Program

from .aws_command import stand_in
from .scripts import run, written

pytestmark = pytest.mark.xdist_group("ledger")

FLEET = {"instanceType": "t3.micro", "zones": ["ap-northeast-2a"], "launch": "template"}


def test_no_stack_has_changes_after_the_script_of_the_plan_ran(
    program: Callable[..., Program], aws: LocalAws, ec2: EC2Client, session: StackSession, tmp_path: Path
) -> None:
    """Whatever is asked for: nothing is kept for its age, and none as the newest. Old images beside the stack go."""
    source = launch(ec2)
    stack = program({"service": "web", "source": source, "releases": ["1"], "fleet": FLEET})
    stack.up("--skip-preview")
    stack.config["releases"] = ["2", "1"]
    stack.up("--skip-preview")
    for name in ("web-0", "api-1"):
        ec2.create_image(InstanceId=source, Name=name, NoReboot=True)

    ledger = kept(Opened(), session, Wanted(account=True, keep=0, older_than=timedelta(), every_row=True))
    with stand_in(tmp_path / "bin", aws.client) as commands:
        code, lines = run(written(tmp_path, ledger), commands, aws, "--really")

    assert (code, lines[-1]) == (0, "2 of 2 rows were let go, 0 were skipped")
    assert sorted(images(ec2)) == ["web-1", "web-2"]
    assert stack.steps() == []
