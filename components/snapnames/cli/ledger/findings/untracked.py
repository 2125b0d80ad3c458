"""Images with the mark of this stack that its state does not have. The mark alone proves no build."""

from collections.abc import Iterator

from snapnames.cli.ledger.findings.advice import deregister, would_deregister
from snapnames.cli.ledger.findings.finding import Finding, Kind
from snapnames.cli.ledger.reads import DELETING_AN_IMAGE, IMAGES, SNAPSHOTS
from snapnames.cli.ledger.view import View


def _find(view: View) -> Iterator[Finding]:
    for image in view.images:
        if view.untracked(image):
            yield Finding(
                "untracked",
                f"image {image.name} ({image.image_id}, {image.state}) bears the mark of this stack, and its state "
                "does not have it",
                "run `snapnames recover` when no update of the stack runs: it takes the image into the state"
                if image.name in view.declared.creating
                else "run `snapnames recover`, which takes it into the state if its release is listed; or "
                f"{deregister(view, image)}; until then no release can have its name",
                image.image_id,
                image.name,
                tuple(view.behind[image.image_id]),
            )


KIND = Kind(
    "untracked",
    _find,
    one="image with the mark of this stack that its state does not have",
    several="images with the mark of this stack that its state does not have",
    means="An image bears the mark of this stack, but its state does not have the image.",
    cure=(
        "Run `snapnames recover`, which adds the image to the state if its release is listed. Or deregister the image. "
        "Until then, no new image can have its name."
    ),
    reads=(SNAPSHOTS, IMAGES, *DELETING_AN_IMAGE),
    deletes=would_deregister,
)
