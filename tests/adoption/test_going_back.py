"""A team's own group whose release has failed, taken back to the release before without the command."""

from pathlib import Path

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from dev.engine import Engine
from tests.account import images, snapshot_ids
from tests.prepared import Prepared
from tests.program import Program

from .account import GROUP, group, launched, running, seed, unchanging

pytestmark = pytest.mark.xdist_group("going back")


@pytest.fixture
def stack(prepared: Prepared, aws: LocalAws, engine: Engine) -> Program:
    """The first release on a team's own group."""

    def make(folder: Path) -> Program:
        seed(aws)
        fleet = {"adopt": GROUP, "instanceRefresh": {}}
        config = {"service": "web", "source": "fleet", "releases": ["1"], "fleet": fleet}
        made = Program(folder, aws, engine, config)
        made.up("--skip-preview")
        return made

    ready = prepared.stack("a release on an adopted group", make)
    aws.settings(pending_seconds=0)
    return ready


def test_plain_pulumi_up_takes_the_group_back_when_the_list_is_as_it_was(
    stack: Program, aws: LocalAws, ec2: EC2Client
) -> None:
    """The failed image goes with the update behind that, and nothing of it is left in the account."""
    before = unchanging(aws)
    good, snapshots = images(ec2)["web-1"]["ImageId"], snapshot_ids(ec2)
    aws.settings(unhealthy_images=["web-2"], refresh_timeout_seconds=1)

    stack.config["releases"] = ["2", "1"]
    failed = stack.up("--skip-preview", code=None)
    aws.settings(unhealthy_images=[], refresh_timeout_seconds=3600)
    stack.config["releases"] = ["1"]
    back = stack.up("--skip-preview")
    runs, launches, there = running(aws), launched(aws)["ImageId"], sorted(images(ec2))
    again = stack.up("--skip-preview")
    stack.preview("--expect-no-changes")

    assert failed.code == 1
    assert (runs, launches, there) == ([good] * 4, good, ["web-1", "web-2"]), back.out
    assert "web-2" in back.out
    assert list(images(ec2)) == ["web-1"], again.out
    assert snapshot_ids(ec2) == snapshots
    assert (running(aws), unchanging(aws)) == ([good] * 4, before)


def test_a_group_that_is_left_after_a_failed_release_keeps_the_image_that_it_launches(
    stack: Program, aws: LocalAws, ec2: EC2Client
) -> None:
    """The outputs of the last good update name another release."""
    stack.config["releases"] = ["2", "1"]
    aws.settings(unhealthy_images=["web-2"], refresh_timeout_seconds=1)
    stack.up("--skip-preview", code=1)

    launches = launched(aws)["ImageId"]
    stack.config["source"] = group(aws)["Instances"][0]["InstanceId"]
    del stack.config["fleet"]
    stack.up("--skip-preview")
    stack.destroy()

    assert {name: image["ImageId"] for name, image in images(ec2).items()} == {"web-2": launches}
    assert launched(aws)["ImageId"] == launches
