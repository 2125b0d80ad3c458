"""Images as the account shows them, and what is decided for them."""

from datetime import UTC, datetime, timedelta

from snapnames.rules.image_selection import ImageSelection
from snapnames.rules.images import Holdings, Image, Snapshot
from snapnames.rules.naming import DEFAULT_PATTERN
from snapnames.rules.owned_names import OwnedNames, Record, decide

from tests.owned_images.accounts import ROOT

OWN, OTHER = "organization/snapnames/test", "organization/snapnames/other"
NOON = datetime(2018, 3, 7, 12, tzinfo=UTC)


def image(
    name: str, snapshots: dict[str, str], hours: int = 0, builder: str | None = None, *, copied: bool = False
) -> Image:
    """An image, made so many hours before noon."""
    tags = {"team": "web"} | ({"snapnames:stack": builder, "Name": name} if builder else {})
    return Image(f"ami-{name}", name, NOON - timedelta(hours=hours), ROOT, snapshots, tags, copied=copied)


def decided(
    images: list[Image],
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
        Holdings(
            {one.image_id: one for one in ordered},
            {snapshot_id: Snapshot(snapshot_id, of) for snapshot_id, of in behind.items()},
        ),
        record or Record(),
        stack=OWN,
        selection=selection or ImageSelection(),
        pattern=pattern,
        overwrite=overwrite,
        now=NOON,
    )
