"""Snapshots that several images have."""

from collections.abc import Iterator

from snapnames.cli.ledger.findings.finding import Finding, Kind
from snapnames.cli.ledger.reads import IMAGES, SNAPSHOTS
from snapnames.cli.ledger.view import View


def _find(view: View) -> Iterator[Finding]:
    asked = {image.image_id for image in view.images}
    for snapshot_id, images in view.images_of.items():
        if len(images) > 1 and asked & {image.image_id for image in images}:
            names = ", ".join(f"{image.name} ({image.image_id})" for image in images)
            yield Finding(
                "shared",
                f"snapshot {snapshot_id} is behind {len(images)} images: {names}",
                "it can be deleted when the last of them is deregistered: let go of all of them to save what it costs",
                images[0].image_id,
                images[0].name,
                (snapshot_id,),
            )


KIND = Kind(
    "shared",
    _find,
    one="snapshot that several images share",
    several="snapshots that several images share",
    means="Several images use the same snapshot.",
    cure="The snapshot can be deleted only after all of these images are deregistered.",
    reads=(SNAPSHOTS, IMAGES),
)
