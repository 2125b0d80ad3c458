"""The one place that deregisters an image and deletes its snapshots itself, where no update of an engine does it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from .refusals import reason_of

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

_GONE = "InvalidSnapshot.NotFound"


def delete_image(ec2: "EC2Client", image_id: str, snapshot_ids: Iterable[str]) -> dict[str, str]:
    """Deregister the image, and delete these snapshots. Snapshot id to AWS's reason, of those that AWS has refused.

    Raises `ClientError` if AWS does not deregister the image; then nothing was deleted.
    """
    ec2.deregister_image(ImageId=image_id)
    left = {}
    for snapshot_id in snapshot_ids:
        try:
            ec2.delete_snapshot(SnapshotId=snapshot_id)
        except ClientError as error:
            if error.response["Error"]["Code"] != _GONE:
                left[snapshot_id] = reason_of(error)
    return left
