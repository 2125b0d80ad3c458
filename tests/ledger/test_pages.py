"""An answer of AWS ends where it has no token: a page can be empty, and what is needed stands on the next one."""

from datetime import timedelta
from pathlib import Path

import pytest
from snapnames.aws.session import StackSession
from snapnames.cli.ledger.command import Wanted, kept
from snapnames.cli.ledger.opened import Opened
from snapnames.testing.localaws.server import LocalAws

from tests.account import launch

from .aws_command import stand_in
from .scripts import held, run, written

pytestmark = pytest.mark.xdist_group("ledger")


def test_what_stands_on_a_later_page_is_kept_by_the_plan(aws: LocalAws, session: StackSession) -> None:
    """A parameter that has the image, a lock of a snapshot behind it, and an image in the Recycle Bin."""
    ec2 = aws.client("ec2")
    source = launch(ec2, mappings=[])
    named, locked, binned, newest = (
        ec2.create_image(InstanceId=source, Name=f"web-{number}", NoReboot=True)["ImageId"] for number in range(4)
    )
    aws.client("ssm").put_parameter(Name="/web", Value=named, Type="String")
    mappings = ec2.describe_images(ImageIds=[locked])["Images"][0]["BlockDeviceMappings"]
    ec2.lock_snapshot(SnapshotId=mappings[0]["Ebs"]["SnapshotId"], LockMode="governance", LockDuration=1)
    aws.ec2(image_retention_seconds=3600)
    ec2.deregister_image(ImageId=binned)
    ec2.run_instances(ImageId=newest, MinCount=1, MaxCount=1)
    aws.ec2(empty_first_pages=True)

    ledger = kept(Opened(), session, Wanted(account=True, keep=0, older_than=timedelta()))

    assert ledger.plan is not None
    assert [row.candidate.found_id for row in ledger.plan.rows] == []
    reasons = {row.candidate.found_id: " ".join(row.verdict.reasons) for row in ledger.plan.held}
    assert "parameter/web refers to it" in reasons[named]
    assert "is locked" in reasons[locked]
    assert [reason for reason in reasons.values() if "is in the Recycle Bin" in reason] != []
    assert len(reasons) == 3


def test_what_stands_on_a_later_page_is_skipped_by_the_script(
    aws: LocalAws, session: StackSession, tmp_path: Path
) -> None:
    """A lock that somebody made after the plan: the image of the snapshot is not deregistered either."""
    ec2 = aws.client("ec2")
    image_id = ec2.create_image(InstanceId=launch(ec2, mappings=[]), Name="web-1", NoReboot=True)["ImageId"]
    mappings = ec2.describe_images(ImageIds=[image_id])["Images"][0]["BlockDeviceMappings"]
    ledger = kept(Opened(), session, Wanted(account=True, keep=0, older_than=timedelta()))
    script = written(tmp_path, ledger)
    ec2.lock_snapshot(SnapshotId=mappings[0]["Ebs"]["SnapshotId"], LockMode="governance", LockDuration=1)
    aws.ec2(empty_first_pages=True)
    before = held(ec2)

    with stand_in(tmp_path / "bin", aws.client) as commands:
        code, lines = run(script, commands, aws, "--really")

    assert (code, lines[-1]) == (1, "0 of 1 rows were let go, 1 were skipped")
    assert held(ec2) == before
