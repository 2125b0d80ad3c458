"""Of which dropped images no update has known the snapshots."""

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.aws.images import read_images
from snapnames.aws.session import StackSession
from snapnames.aws.snapshots import with_snapshots
from snapnames.errors import InputError
from snapnames.program.account import Account
from snapnames.program.dropped_images import _unread, settle_dropped
from snapnames.testing.localaws.server import LocalAws

from tests.account import images, launch, snapshot_ids
from tests.config.readings import GOOD, read


@pytest.fixture
def source(ec2: EC2Client) -> str:
    """An instance with three volumes."""
    return launch(ec2)


def unread(ec2: EC2Client) -> list[str]:
    """The names of those of the account's images."""
    return sorted(one.image.name for one in with_snapshots(ec2, read_images(ec2)) if _unread(one))


def test_an_image_that_ec2_is_still_making_is_unread_whatever_its_snapshots_are_called(
    aws: LocalAws, ec2: EC2Client, source: str
) -> None:
    """A delete would leave those that EC2 makes later."""
    aws.hold_next_image()
    image_id = ec2.create_image(InstanceId=source, Name="web-1", NoReboot=True)["ImageId"]
    ec2.create_tags(Resources=list(snapshot_ids(ec2)), Tags=[{"Key": "Name", "Value": "web-1(001)"}])

    pending = unread(ec2)
    aws.finish_image(image_id)

    assert (pending, unread(ec2)) == (["web-1"], [])


def test_an_image_is_unread_until_one_of_its_snapshots_has_a_name(ec2: EC2Client, source: str) -> None:
    """An update names all of them, or was stopped on the way."""
    first = ec2.create_image(InstanceId=source, Name="web-1", NoReboot=True)["ImageId"]
    ec2.create_image(InstanceId=source, Name="web-2", NoReboot=True)
    of_first = next(one for one in images(ec2).values() if one["ImageId"] == first)["BlockDeviceMappings"]
    before = unread(ec2)

    ec2.create_tags(Resources=[of_first[-2]["Ebs"]["SnapshotId"]], Tags=[{"Key": "Name", "Value": "x"}])

    assert (before, unread(ec2)) == (["web-1", "web-2"], ["web-2"])


def test_an_image_without_a_snapshot_has_nothing_to_read(ec2: EC2Client) -> None:
    """Its volumes are in the instance store."""
    ec2.register_image(Name="bundled", ImageLocation="bucket/image.manifest.xml")

    assert unread(ec2) == []


def test_a_pending_image_whose_release_is_dropped_is_refused(
    aws: LocalAws, ec2: EC2Client, session: StackSession, source: str
) -> None:
    """Deleted now, it would leave the snapshots that EC2 is still making. The error says what to do."""
    aws.hold_next_image()
    image_id = ec2.create_image(InstanceId=source, Name="front-web-0", NoReboot=True)["ImageId"]
    account = Account(session, session.ec2(), read_images(ec2))

    with pytest.raises(InputError) as refused:
        settle_dropped(read(GOOD), account, lambda: {image_id: False})

    assert str(refused.value) == (
        f"image 'front-web-0' ({image_id}) is pending and its release is not in snapnames:releases; deleted now, it "
        "would leave the snapshots that EC2 is still making: put the release back, or wait until the image is "
        "available or failed"
    )


@pytest.mark.parametrize("pending", [True, False])
def test_an_image_that_bears_the_mark_and_is_not_in_the_state_is_left_alone_whatever_uses_it(
    aws: LocalAws, ec2: EC2Client, session: StackSession, source: str, *, pending: bool
) -> None:
    """Somebody has registered an image again with all its tags, or has made one by hand. No update deletes it."""
    if pending:
        aws.hold_next_image()
    image_id = ec2.create_image(InstanceId=source, Name="front-web-hotfix", NoReboot=True)["ImageId"]
    if not pending:
        launch(ec2, image_id=image_id, mappings=[])
    account = Account(session, session.ec2(), read_images(ec2))
    mark = aws.mark()

    assert settle_dropped(read(GOOD), account, lambda: {"ami-0123456789abcdef0": False}) == []
    assert aws.calls(mark) == []
