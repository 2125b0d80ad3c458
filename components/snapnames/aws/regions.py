"""The one reader of regions."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client


def enabled_regions(ec2: "EC2Client") -> list[str]:
    """The regions that are enabled for the account, in one call: EC2 gives the others only if it is asked for all.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRegions.html
    """
    return sorted(region["RegionName"] for region in ec2.describe_regions()["Regions"])
