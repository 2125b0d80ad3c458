"""What AWS would refuse of a delete is known before anything is deleted."""

from collections.abc import Callable
from typing import Literal

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.aws.images import read_images
from snapnames.aws.refusals import refusals
from snapnames.aws.session import StackSession
from snapnames.aws.snapshots import with_snapshots
from snapnames.testing.localaws.server import LocalAws

from tests.account import ACCESS_KEY, all_but, images, launch, snapshot_ids


@pytest.fixture
def reasons(aws: LocalAws, ec2: EC2Client, session: StackSession) -> Callable[[], list[str]]:
    """Why the account's only image, which has three snapshots, can't be deleted by the key of the stacks."""
    del aws  # empty now
    ec2.create_image(InstanceId=launch(ec2), Name="web-1", NoReboot=True)

    def ask() -> list[str]:
        [found] = with_snapshots(session.ec2(), read_images(session.ec2()))
        return refusals(session.ec2(), found)

    return ask


def _image_id(ec2: EC2Client) -> str:
    return images(ec2)["web-1"]["ImageId"]


def test_an_image_that_nothing_holds_is_free(ec2: EC2Client, reasons: Callable[[], list[str]]) -> None:
    """And it is still there, with its snapshots: asking deletes nothing."""
    assert reasons() == []
    assert list(images(ec2)) == ["web-1"]
    assert len(snapshot_ids(ec2)) == 3


@pytest.mark.parametrize(
    ("cooldown", "said"),
    [(False, " (enabled-without-cooldown)"), (True, " with a cool-down of 24 hours after it is lifted")],
)
def test_deregistration_protection_holds_an_image(
    ec2: EC2Client, reasons: Callable[[], list[str]], *, cooldown: bool, said: str
) -> None:
    """A dry run does not see it."""
    ec2.enable_image_deregistration_protection(ImageId=_image_id(ec2), WithCooldown=cooldown)

    assert reasons() == [f"the image has deregistration protection{said}"]


@pytest.mark.parametrize("mode", ["governance", "compliance"])
def test_a_locked_snapshot_holds_its_image(
    ec2: EC2Client, reasons: Callable[[], list[str]], mode: Literal["governance", "compliance"]
) -> None:
    """A dry run does not see it. The snapshot is named."""
    locked = min(snapshot_ids(ec2))
    ec2.lock_snapshot(SnapshotId=locked, LockMode=mode, LockDuration=1)

    assert reasons() == [f"snapshot {locked} is locked ({mode})"]


@pytest.mark.parametrize(("action", "count"), [("ec2:DeleteSnapshot", 3), ("ec2:DeregisterImage", 1)])
def test_a_delete_that_the_keys_may_not_do_holds_an_image(
    aws: LocalAws, reasons: Callable[[], list[str]], action: str, count: int
) -> None:
    """A line for each delete that AWS refuses, with what AWS says."""
    aws.restrict(ACCESS_KEY, all_but(action))

    found = reasons()

    what = "snapshot snap-" if action == "ec2:DeleteSnapshot" else "image ami-"
    assert [line.startswith(f"AWS refuses to delete {what}") for line in found] == [True] * count
    assert all(": UnauthorizedOperation You are not authorized" in line for line in found)
