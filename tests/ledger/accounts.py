"""Accounts as the ledger has read them, without an account."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from snapnames.cli.ledger.view import View
from snapnames.cli.state.declared import Declared
from snapnames.rules.candidates import Verdict
from snapnames.rules.images import STACK_TAG, Holdings, Image, Snapshot, Use

STACK, OTHER = "organization/snapnames/test", "organization/snapnames/other"
CHECKED = " (it passed all checks of the plan; read for it alone: sharing)"
"""What a command says that deletes something that is known to be safe."""

SAFE = Verdict(reads=("sharing",))
NOON = datetime(2018, 3, 7, 12, tzinfo=UTC)


def image(
    number: int,
    snapshots: Mapping[str, str] | None = None,
    builder: str | None = STACK,
    **more: Any,  # noqa: ANN401 -- of an image
) -> Image:
    """The image `web-<number>` of a stack, made so many hours after noon, with a root and one more volume."""
    facts = {
        "image_id": f"ami-{number}",
        "name": f"web-{number}",
        "created": NOON + timedelta(hours=number),
        "root_device": "/dev/xvda",
        "snapshots": {"/dev/sdf": f"snap-{number}f", "/dev/xvda": f"snap-{number}a"}
        if snapshots is None
        else snapshots,
    }
    tags = {} if builder is None else {STACK_TAG: builder}
    return Image(**{**facts, "tags": tags, **more})


def snapshot(snapshot_id: str, name: str | None = None, size: int = 8, image_id: str | None = None) -> Snapshot:
    """A snapshot that was completed."""
    tags = {} if name is None else {"Name": name}
    return Snapshot(snapshot_id, tags, size=size, started=NOON, made_for=image_id)


def view(*images: Image, snapshots: tuple[Snapshot, ...] | None = None, **more: Any) -> View:  # noqa: ANN401 -- of a view
    """What was read: images, oldest first, and by default a named snapshot for each of their devices."""
    if snapshots is None:
        snapshots = tuple(snapshot(one, f"name of {one}") for made in images for one in made.snapshots.values())
    facts: dict[str, Any] = {
        "declared": Declared(STACK, {one.image_id: one.name for one in images if one.builder == STACK}),
        "uses": tuple(Use(one.image_id, "instance", f"i-{one.name}") for one in images),
        "service": "web",
        "patterns": ("{image}({index:03d})",),
    }
    holdings = Holdings({one.image_id: one for one in images}, {one.snapshot_id: one for one in snapshots})
    return View(holdings, **{**facts, **more})
