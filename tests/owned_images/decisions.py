"""Images as the account shows them, and what is decided for them."""

from datetime import UTC, datetime, timedelta

from snapnames.aws.owned_account import OwnedAccount, OwnedImage
from snapnames.rules.image_selection import ImageSelection
from snapnames.rules.naming import DEFAULT_PATTERN
from snapnames.rules.owned_names import OwnedNames, Record, decide

from tests.owned_images.accounts import ROOT

OWN, OTHER = "organization/snapnames/test", "organization/snapnames/other"
NOON = datetime(2018, 3, 7, 12, tzinfo=UTC)


def image(
    name: str, snapshots: dict[str, str], hours: int = 0, builder: str | None = None, *, copied: bool = False
) -> OwnedImage:
    """An image, made so many hours before noon."""
    tags = {"team": "web"} | ({"snapnames:stack": builder} if builder else {})
    return OwnedImage(f"ami-{name}", name, NOON - timedelta(hours=hours), ROOT, snapshots, tags, copied)


def decided(
    images: list[OwnedImage],
    tags: dict[str, dict[str, str]] | None = None,
    record: Record | None = None,
    *,
    selection: ImageSelection | None = None,
    pattern: str = DEFAULT_PATTERN,
    overwrite: bool = False,
) -> OwnedNames:
    """The names for images in any order; snapshots that no tags are given for are there without a tag."""
    behind = {snapshot: {} for one in images for snapshot in one.snapshots.values()} if tags is None else tags
    ordered = sorted(images, key=lambda one: (one.created, one.image_id))
    return decide(
        OwnedAccount(tuple(ordered), behind),
        record or Record(),
        stack=OWN,
        selection=selection or ImageSelection(),
        pattern=pattern,
        overwrite=overwrite,
        now=NOON,
    )
