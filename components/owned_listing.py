"""The images that the account owns and the tags of its snapshots, read in bulk."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from .account_images import STACK_TAG
from .described import is_copy, snapshots_behind, tags_of

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_ec2.type_defs import ImageTypeDef, PaginatorConfigTypeDef

_PAGE: "PaginatorConfigTypeDef" = {"PageSize": 1000}
"""The largest page of DescribeImages and DescribeSnapshots."""

_UNSETTLED = ("pending", "deregistered")
"""A pending image may not show all its snapshots, so their order is not known. EC2 still lists a deregistered image."""


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
    """Whether CopyImage made the image. CopyImage may copy the tags too."""

    @property
    def builder(self) -> str | None:
        """The stack whose release the image is, if it is one."""
        return None if self.copied else self.tags.get(STACK_TAG)


@dataclass(frozen=True)
class OwnedAccount:
    """The images, oldest first. The tags of every snapshot that the account owns, by snapshot id."""

    images: tuple[OwnedImage, ...]
    snapshots: Mapping[str, Mapping[str, str]]


def read_account(client: "EC2Client") -> OwnedAccount:
    """Read the account: one call for each 1,000 images, and then one call for each 1,000 snapshots.

    Disabled and deprecated images are included. Pending images are not. Because images are read first, a snapshot is
    missing only if it is gone or if another account owns it.
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
