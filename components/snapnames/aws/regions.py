"""The one reader of regions."""

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from snapnames.aws.images import images_by
from snapnames.aws.session import REFUSALS, StackSession
from snapnames.aws.tags import bearers
from snapnames.rules.copies import RegionImages

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

_AT_ONCE = 16
"""Regions that are read at the same time."""


def enabled_regions(ec2: "EC2Client") -> list[str]:
    """The regions that are enabled for the account, in one call: EC2 gives the others only if it is asked for all.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRegions.html
    """
    return sorted(region["RegionName"] for region in ec2.describe_regions()["Regions"])


def read_regions(session: StackSession, names: Mapping[str, Collection[str]]) -> dict[str, RegionImages]:
    """Region to the account's images of these names there: one call for each region, all at the same time.

    A region that can't be read has the reason instead. `names`: region to names of images.
    """
    # boto3 makes its clients one after another: to make one is not safe in several threads.
    clients = {region: session.elsewhere(region).ec2_in_haste() for region in names}
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        read = {region: threads.submit(_read, clients[region], named) for region, named in names.items()}
    return {region: images.result() for region, images in read.items()}


def images_with_tag(session: StackSession, key: str, regions: Collection[str]) -> dict[str, list[str]]:
    """Region to the ids of the account's images there that bear a tag of this key: one call for each, all at once.

    A region that can't be read is left out.
    """
    clients = {region: session.elsewhere(region).ec2_in_haste() for region in regions}
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        read = {region: threads.submit(_bearers, clients[region], key) for region in regions}
    return {region: ids for region, found in read.items() if (ids := found.result())}


def _bearers(ec2: "EC2Client", key: str) -> list[str]:
    try:
        return bearers(ec2, key, "image")
    except REFUSALS:
        return []


def _read(ec2: "EC2Client", names: Collection[str]) -> RegionImages:
    try:
        return RegionImages(tuple(images_by(ec2, "name", names)))
    except REFUSALS as error:
        return RegionImages(fault=str(error))
