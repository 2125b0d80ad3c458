"""The one reader of which volumes EC2 still has."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from snapnames.rules.limits import chunks

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

_GOING = ("deleting", "deleted")


def existing_volumes(ec2: "EC2Client", volume_ids: Collection[str]) -> frozenset[str]:
    """Those of the ids that EC2 still has: a call for each 200. A filter, unlike a list of ids, takes one that is gone.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVolumes.html
    """
    return frozenset(
        volume["VolumeId"]
        for chunk in chunks(sorted(volume_ids))
        for page in ec2.get_paginator("describe_volumes").paginate(Filters=[{"Name": "volume-id", "Values": chunk}])
        for volume in page["Volumes"]
        if volume["State"] not in _GOING
    )
