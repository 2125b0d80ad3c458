"""Whom the program shares its images with, and what would keep EC2 from it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pulumi

from snapnames.config.settings import Settings
from snapnames.resources.launch_permissions import declare_permissions

if TYPE_CHECKING:
    from snapnames.image_copy import ImageCopy
    from snapnames.release_image import ReleaseImage

    from .taken_in import TakenInImage

SHARED_OUTPUT = "sharedWith"
"""The stack output that says with whom which releases are shared, and in which other regions."""


def shared_output(settings: Settings) -> str:
    """What the output is called for the service of these settings."""
    return f"{settings.service}:{SHARED_OUTPUT}" if settings.own_config else SHARED_OUTPUT


def share(
    settings: Settings,
    images: "Mapping[str, ReleaseImage | TakenInImage]",
    copies: "Mapping[str, Mapping[str, ImageCopy]]",
) -> None:
    """Declare the launch permissions of all releases, and export whom they are shared with.

    `copies`: release to region to copy.
    """
    if not settings.share_with:
        return
    for image in images.values():
        declare_permissions(image, image.image_id, settings.share_with, getattr(image, "ami", None))
    found = {region: one for regions in copies.values() for region, one in regions.items()}
    for regions in copies.values():
        for copy in regions.values():
            declare_permissions(copy, copy.image_id, settings.share_with, copy.ami)
    shared = {"recipients": [one.value for one in settings.share_with], "releases": [*images], "regions": [*found]}
    pulumi.export(shared_output(settings), shared)


def check_sharing(settings: Settings, before: Mapping[str, Any], source_id: str) -> None:
    """Raise `InputError` if EC2 would refuse to share a release or a copy, before anything is registered.

    `before`: the outputs that the last update has left. What it has shared is not read again. `source_id`: the instance
    that the newest release is made of; empty if it is built.
    """
    if not settings.share_with:
        return
    recorded = before.get(shared_output(settings)) or {}
    wanted = {
        "recipients": [one.value for one in settings.share_with],
        "releases": settings.releases,
        "regions": settings.copies,
    }
    if all(set(values) <= set(recorded.get(key, ())) for key, values in wanted.items()):
        return
    # Only a release, a region or an account that is new needs boto3 here.
    from .sharing_checks import check_all  # noqa: PLC0415

    check_all(settings, source_id)
