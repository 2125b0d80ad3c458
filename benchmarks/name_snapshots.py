"""The script that people write: each image's snapshots named after it, one call after another.

Run as a program of its own, with a number of threads if one is given. Knows nothing of names that are there, of drift
or of what it did the last time.
"""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import ImageTypeDef


def main(threads: int) -> None:
    """Name every snapshot behind every image of the account."""
    ec2 = boto3.client("ec2", config=Config(retries={"mode": "adaptive", "max_attempts": 10}) if threads > 1 else None)

    def name(wanted: tuple[str, str]) -> None:
        ec2.create_tags(Resources=[wanted[0]], Tags=[{"Key": "Name", "Value": wanted[1]}])

    images = ec2.describe_images(Owners=["self"])["Images"]
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(name, (one for image in images for one in names(image))))


def names(image: "ImageTypeDef") -> Iterator[tuple[str, str]]:
    """Each snapshot's id and its name."""
    index = 0
    for mapping in image["BlockDeviceMappings"]:
        if "Ebs" in mapping:
            index += 1
            yield mapping["Ebs"]["SnapshotId"], f"{image['Name']}({index:03d})"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
