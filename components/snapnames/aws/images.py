"""The one reader of images. What it gives is settled: deregistered images are left out, copies are known as copies.

Deprecated and disabled images are there like any other; EC2 hides both unless it is asked for them.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from snapnames.rules.images import STACK_TAG, Image
from snapnames.rules.limits import chunks

from .tags import tags_of

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_ec2.type_defs import FilterTypeDef, ImageTypeDef

_PAGE = 1000
"""The most images that one call gives: docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html."""

_NO_DATE = "1970-01-01T00:00:00+00:00"


def read_images(ec2: "EC2Client", filters: "Sequence[FilterTypeDef]" = ()) -> list[Image]:
    """The account's images that pass the filters, the oldest first: a call for each 1,000."""
    pages = ec2.get_paginator("describe_images").paginate(
        Owners=["self"],
        IncludeDeprecated=True,
        IncludeDisabled=True,
        Filters=list(filters),
        PaginationConfig={"PageSize": _PAGE},
    )
    found = [_image(image) for page in pages for image in page["Images"] if image["State"] != "deregistered"]
    return sorted(found, key=lambda image: (image.created, image.image_id))


def images_by(ec2: "EC2Client", name: str, values: Iterable[str], *filters: "FilterTypeDef") -> list[Image]:
    """The account's images of which the filter `name` has one of the values: a call for each 200 values."""
    return [
        image
        for chunk in chunks(list(values))
        for image in read_images(ec2, [*filters, {"Name": name, "Values": chunk}])
    ]


def built_images(ec2: "EC2Client", stack: str) -> list[Image]:
    """The images that bear the mark of the stack, `<organization>/<project>/<stack>`, and are its own."""
    marked = read_images(ec2, [{"Name": f"tag:{STACK_TAG}", "Values": [stack]}])
    return [image for image in marked if image.builder == stack]


def present_ids(ec2: "EC2Client", image_ids: Collection[str]) -> set[str]:
    """Those of the ids, of any owner, that EC2 still has: a filter, unlike a list of ids, takes one that is gone."""
    return {
        image["ImageId"]
        for chunk in chunks(image_ids)
        for page in ec2.get_paginator("describe_images").paginate(
            IncludeDeprecated=True, IncludeDisabled=True, Filters=[{"Name": "image-id", "Values": chunk}]
        )
        for image in page["Images"]
        if image["State"] != "deregistered"
    }


def recycled_ids(ec2: "EC2Client") -> set[str]:
    """The images that the Recycle Bin keeps, so that they could be restored: one paged read.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ListImagesInRecycleBin.html
    """
    pages = ec2.get_paginator("list_images_in_recycle_bin").paginate()
    return {image["ImageId"] for page in pages for image in page["Images"]}


def _image(described: "ImageTypeDef") -> Image:
    deprecated, source = described.get("DeprecationTime"), described.get("SourceInstanceId", "")
    launched = described.get("LastLaunchedTime")
    return Image(
        image_id=described["ImageId"],
        # Kernels and the oldest images have no name, and some have no date: they are older than both.
        name=described.get("Name", ""),
        created=datetime.fromisoformat(described.get("CreationDate", _NO_DATE)),
        root_device=described.get("RootDeviceName", ""),
        snapshots={
            mapping["DeviceName"]: mapping["Ebs"]["SnapshotId"]
            for mapping in described.get("BlockDeviceMappings", [])
            if mapping.get("Ebs", {}).get("SnapshotId")
        },
        tags=tags_of(described),
        state=described["State"],
        reason=described.get("StateReason", {}).get("Message", "") if described["State"] == "failed" else "",
        deprecated=datetime.fromisoformat(deprecated) if deprecated else None,
        description=described.get("Description", ""),
        source_instance_id=source,
        protection=described.get("DeregistrationProtection", ""),
        # What CreateImage made has a source image as well, and alone a source instance.
        copied="SourceImageId" in described and not source,
        source_image_id="" if source else described.get("SourceImageId", ""),
        source_region="" if source else described.get("SourceImageRegion", ""),
        owner_id=described.get("OwnerId", ""),
        launched=datetime.fromisoformat(launched) if launched else None,
        encrypted=any(mapping.get("Ebs", {}).get("Encrypted") for mapping in described.get("BlockDeviceMappings", [])),
    )
