"""The images that the account owns and the tags of its snapshots, read in bulk."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from snapnames.aws.described import is_copy, snapshots_behind, tags_of
from snapnames.resources.account_images import STACK_TAG

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_ec2.type_defs import ImageTypeDef, PaginatorConfigTypeDef

_PAGE: "PaginatorConfigTypeDef" = {"PageSize": 1000}
"""The most that DescribeImages and DescribeSnapshots give at once."""

_UNSETTLED = ("pending", "deregistered")
"""A pending image may not show all its snapshots yet, so their order is not known. EC2 lists one that is gone on."""


@dataclass(frozen=True)
class OwnedImage:
    """An image, with the snapshots behind it."""

    image_id: str
    name: str
    created: datetime
    root_device: str
    snapshots: Mapping[str, str]
    """Device name to snapshot id, of the mappings that have a snapshot."""

    tags: Mapping[str, str]
    copied: bool = False
    """Made by CopyImage, which may copy the tags too."""

    @property
    def builder(self) -> str | None:
        """The stack whose release it is."""
        return None if self.copied else self.tags.get(STACK_TAG)


@dataclass(frozen=True)
class OwnedAccount:
    """Images, oldest first, and the tags of every snapshot that the account owns by its id."""

    images: tuple[OwnedImage, ...]
    snapshots: Mapping[str, Mapping[str, str]]


def read_account(client: "EC2Client") -> OwnedAccount:
    """Read it: a call for each 1,000 images, then for each 1,000 snapshots.

    Disabled and deprecated images are included, pending ones are not. In this order a snapshot is missing only when it
    is gone, or when another account owns it.
    """
    images = client.get_paginator("describe_images").paginate(
        Owners=["self"], IncludeDeprecated=True, IncludeDisabled=True, PaginationConfig=_PAGE
    )
    found = [_image(image) for page in images for image in page["Images"] if image["State"] not in _UNSETTLED]
    snapshots = client.get_paginator("describe_snapshots").paginate(OwnerIds=["self"], PaginationConfig=_PAGE)
    return OwnedAccount(
        tuple(sorted(found, key=lambda image: (image.created, image.image_id))),
        {snapshot["SnapshotId"]: tags_of(snapshot) for page in snapshots for snapshot in page["Snapshots"]},
    )


def _image(image: "ImageTypeDef") -> OwnedImage:
    return OwnedImage(
        image_id=image["ImageId"],
        name=image["Name"],
        created=datetime.fromisoformat(image["CreationDate"]),
        root_device=image.get("RootDeviceName", ""),
        snapshots=snapshots_behind(image),
        tags=tags_of(image),
        copied=is_copy(image),
    )
