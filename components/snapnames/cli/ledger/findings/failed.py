"""Images that EC2 failed to make."""

from collections.abc import Iterator

from snapnames.cli.ledger.findings.advice import deregister, would_deregister
from snapnames.cli.ledger.findings.finding import Finding, Kind
from snapnames.cli.ledger.reads import DELETING_AN_IMAGE, IMAGES, SNAPSHOTS
from snapnames.cli.ledger.view import View


def _find(view: View) -> Iterator[Finding]:
    for image in view.images:
        if not image.unfinished or image.state == "pending" or view.untracked(image):
            continue
        why = f" ({image.reason})" if image.reason else ""
        removed = (
            view.command("deregister-image", "--image-id", image.image_id, "--delete-associated-snapshots")
            + ", and `pulumi up --refresh`, which copies the image again"
            if image.image_id in view.copies
            else "the next `snapnames deploy` removes it; by hand, drop its release from snapnames:releases and run "
            "`pulumi up --refresh`, then `pulumi up`"
        )
        yield Finding(
            "failed",
            f"image {image.name} ({image.image_id}) is {image.state}{why}; nothing can launch from it",
            removed if image.image_id in view.declared.images else deregister(view, image),
            image.image_id,
            image.name,
            tuple(view.behind[image.image_id]),
        )


KIND = Kind(
    "failed",
    _find,
    one="image that EC2 failed to make",
    several="images that EC2 failed to make",
    means="EC2 failed to make an image.",
    cure="The next `snapnames deploy` removes it.",
    reads=(SNAPSHOTS, IMAGES, *DELETING_AN_IMAGE),
    deletes=would_deregister,
)
