"""Images that an update has marked to outlive the stack before it ended badly, and whose release is dropped then."""

from pathlib import Path

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from dev.engine import Engine
from tests.account import ACCESS_KEY, all_but, images, launch, snapshot_ids
from tests.faults import FaultProxy, Hold
from tests.prepared import Prepared
from tests.program import Program, killed_at_a_held_call

from .account import GROUP, launched, seed, unchanging

pytestmark = pytest.mark.xdist_group("leaks")


@pytest.fixture
def stack(prepared: Prepared, aws: LocalAws, ec2: EC2Client, engine: Engine, proxy: FaultProxy) -> Program:
    """Two releases, of which the group launches the second."""

    def make(folder: Path) -> Program:
        seed(aws)
        config = {"service": "web", "source": launch(ec2, mappings=[]), "fleet": {"adopt": GROUP}}
        made = Program(folder, aws, engine, config, endpoint=proxy.url)
        for releases in (["1"], ["2", "1"]):
            made.config["releases"] = releases
            made.up("--skip-preview")
        return made

    ready = prepared.stack(f"two releases of an adopted group behind {proxy.port}", make)
    aws.settings(pending_seconds=0)
    return ready


def test_a_rollback_that_was_killed_before_the_group_moved_leaves_no_image_when_its_release_is_dropped(
    stack: Program, aws: LocalAws, ec2: EC2Client, proxy: FaultProxy
) -> None:
    """The state has the image as one that stays, and nothing else says so."""
    before = unchanging(aws)
    proxy.schedule.at("ec2.CreateLaunchTemplateVersion", 1, Hold(after=False))
    stack.config["live"] = "1"

    killed_at_a_held_call(stack, proxy, "up", "--yes", "--skip-preview")
    del stack.config["live"]
    stack.config["releases"] = ["2"]
    stack.snapnames("recover")
    stack.up("--skip-preview")
    stack.up("--skip-preview")

    there = images(ec2)
    assert (list(there), len(snapshot_ids(ec2))) == (["web-2"], 1)
    assert (launched(aws)["ImageId"], unchanging(aws)) == (there["web-2"]["ImageId"], before)
    stack.preview("--expect-no-changes")


def test_a_rollback_that_aws_refused_leaves_no_image_when_its_release_is_dropped(
    stack: Program, aws: LocalAws, ec2: EC2Client
) -> None:
    """The same without a kill."""
    aws.restrict(ACCESS_KEY, all_but("ec2:CreateLaunchTemplateVersion"))
    stack.config["live"] = "1"
    failed = stack.up("--skip-preview", code=None)
    aws.restrict(ACCESS_KEY, all_but("ec2:RunScheduledInstances"))

    del stack.config["live"]
    stack.config["releases"] = ["2"]
    stack.up("--skip-preview")
    stack.up("--skip-preview")

    assert failed.code == 1
    assert (list(images(ec2)), len(snapshot_ids(ec2))) == (["web-2"], 1)


def test_a_stack_that_comes_back_to_the_group_leaves_the_image_that_the_group_was_left_with(
    stack: Program, aws: LocalAws, ec2: EC2Client
) -> None:
    """It has the mark of a stack of that name, which does not have it any more."""
    stack.destroy()
    left = images(ec2)

    stack.config["releases"] = ["3"]
    stack.up("--skip-preview")
    stack.up("--skip-preview")
    stack.preview("--expect-no-changes")

    assert [*images(ec2)] == [*left, "web-3"]
    assert launched(aws)["ImageId"] == images(ec2)["web-3"]["ImageId"]
