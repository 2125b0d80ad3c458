"""The one reader of what somebody pays for so that it is there at once: fast snapshot restores and EC2 Fast Launch."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from snapnames.rules.limits import chunks

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

_OFF = ("disabled", "disabling")


def fast_restores(ec2: "EC2Client", snapshot_ids: Collection[str]) -> dict[str, str]:
    """Snapshot id to a sentence, of those that have fast restores: a call for each 200 snapshots.

    They end with the snapshot: docs.aws.amazon.com/ebs/latest/userguide/ebs-fast-snapshot-restore.html.
    """
    return {
        one["SnapshotId"]: f"snapshot {one['SnapshotId']} has fast restores in {one['AvailabilityZone']}"
        for chunk in chunks(snapshot_ids)
        for page in ec2.get_paginator("describe_fast_snapshot_restores").paginate(
            Filters=[{"Name": "snapshot-id", "Values": chunk}]
        )
        for one in page["FastSnapshotRestores"]
        if one["State"] not in _OFF
    }


def fast_launches(ec2: "EC2Client", image_id: str) -> list[str]:
    """Whether EC2 Fast Launch holds snapshots ready for the image.

    docs.aws.amazon.com/AWSEC2/latest/UserGuide/win-ami-config-fast-launch.html
    """
    pages = ec2.get_paginator("describe_fast_launch_images").paginate(ImageIds=[image_id])
    return [
        f"EC2 Fast Launch is {one['State']} for it"
        for page in pages
        for one in page["FastLaunchImages"]
        if one["State"] != "disabling"
    ]
