"""What is said of a delete that AWS refuses."""

import pytest
from botocore.exceptions import ClientError
from mypy_boto3_ec2 import EC2Client
from snapnames.aws.deletion import delete_image
from snapnames.aws.images import read_images
from snapnames.aws.refusals import refusals
from snapnames.aws.session import StackSession
from snapnames.aws.snapshots import with_snapshots
from snapnames.testing.localaws.server import LocalAws

from tests.account import ACCESS_KEY, all_but, launch

_DENIED = (
    "UnauthorizedOperation You are not authorized to perform this operation. User: "
    "arn:aws:iam::123456789012:user/local is not authorized to perform: ec2:DeleteSnapshot on resource: "
    "arn:aws:ec2:ap-northeast-2::snapshot/{snapshot} with an explicit deny in an identity-based policy"
)


@pytest.fixture
def image_id(ec2: EC2Client) -> str:
    """An image with one snapshot."""
    return ec2.create_image(InstanceId=launch(ec2, mappings=[]), Name="web-1", NoReboot=True)["ImageId"]


def test_a_denied_delete_is_told_in_words_without_the_details_that_only_sts_can_read(
    aws: LocalAws, session: StackSession, image_id: str
) -> None:
    """They have some hundred characters without a space, once for each snapshot. The same before and afterwards."""
    [found] = with_snapshots(session.ec2(), read_images(session.ec2()))
    [snapshot_id] = [one.snapshot_id for one in found.snapshots]
    aws.restrict(ACCESS_KEY, all_but("ec2:DeleteSnapshot"))
    with pytest.raises(ClientError, match="Encoded authorization failure message: "):
        session.ec2().delete_snapshot(SnapshotId=snapshot_id)

    before = refusals(session.ec2(), found)
    left = delete_image(session.ec2(), image_id, [snapshot_id])

    said = _DENIED.format(snapshot=snapshot_id)
    assert before == [f"AWS refuses to delete snapshot {snapshot_id}: {said}"]
    assert left == {snapshot_id: said}
