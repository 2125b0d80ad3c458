"""The partitions of AWS: what is in one of them has no way to another."""

from snapnames.errors import InputError

_PREFIXES = {
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "eu-isoe-": "aws-iso-e",
    "us-isof-": "aws-iso-f",
    "eusc-": "aws-eusc",
}
"""How the names of regions begin: the endpoints of botocore's partitions.json."""


def partition_of(*regions: str) -> str:
    """The partition that regions are in, by their names. Without a region, it is the public one.

    >>> partition_of("us-gov-west-1"), partition_of("cn-north-1", "cn-northwest-1"), partition_of()
    ('aws-us-gov', 'aws-cn', 'aws')
    """
    return next((one for prefix, one in _PREFIXES.items() if any(name.startswith(prefix) for name in regions)), "aws")


def check_same_partition(region: str, home: str, setting: str) -> None:
    """Raise `InputError` for a region that CopyImage can't copy to.

    It copies within a partition only: docs.aws.amazon.com/AWSEC2/latest/UserGuide/CopyingAMIs.html. `home`: the region
    of the images; empty if that is not known.

    >>> check_same_partition("us-gov-west-1", "us-gov-east-1", "snapnames:copies")
    """
    there, here = partition_of(region), partition_of(home)
    if home and there != here:
        raise InputError(
            f"{setting} has {region!r}, a region of the partition {there}; the stack is in {home}, of the partition "
            f"{here}, and EC2 copies no image from one partition to another: take it out, and deploy a stack of its "
            "own there"
        )


def check_arn(arn: str, region: str, setting: str) -> None:
    """Raise `InputError` for the ARN of something in another partition than the region.

    `region`: empty if it is not known.

    >>> check_arn("arn:aws:organizations::111122223333:organization/o-abcdefghij", "eu-west-1", "snapnames:shareWith")
    """
    partition, here = arn.split(":")[1], partition_of(region)
    if region and partition != here:
        raise InputError(
            f"{setting} is {arn!r}, of the partition {partition}; {region} is of the partition {here}, and nothing "
            f"there knows what another partition has: give an ARN that begins with arn:{here}:"
        )
