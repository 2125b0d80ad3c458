"""Images that nothing uses."""

from collections.abc import Iterator

from snapnames.cli.ledger.findings.advice import deregister, would_deregister
from snapnames.cli.ledger.findings.finding import Finding, Kind
from snapnames.cli.ledger.reads import DELETING_AN_IMAGE, IMAGES, SNAPSHOTS
from snapnames.cli.ledger.view import View, size_of
from snapnames.rules.images import Image


def _find(view: View) -> Iterator[Finding]:
    for image in view.images:
        if image.unfinished or image.image_id in view.users or view.untracked(image):
            continue
        if image.image_id in view.lent or image.image_id in view.declared.shared:
            continue  # other accounts can launch it: nothing here shows whether they do
        if image.image_id in view.copies:
            continue  # it is there for the day on which the region is needed, as long as its release is listed
        alone = [one for one in view.behind[image.image_id] if len(view.images_of[one]) == 1]
        in_state = image.image_id in view.declared.images
        yield Finding(
            "unused",
            f"no instance, launch configuration or launch template uses image {image.name} ({image.image_id})"
            + ("" if image.image_id in view.asked else "; who else may launch it was not read"),
            "keep it to roll back to; or drop its release from snapnames:releases and run `pulumi up`, or "
            "`snapnames deploy --keep N`, which removes it with its snapshots"
            if in_state
            else _step(view, image),
            image.image_id,
            image.name,
            tuple(view.behind[image.image_id]),
            size=size_of(view.holdings.snapshots, alone),
        )


def _step(view: View, image: Image) -> str:
    step = deregister(view, image)
    return step if step.startswith("keep ") else f"{step}; keep it if anybody wants to launch from it again"


KIND = Kind(
    "unused",
    _find,
    one="image that nothing uses",
    several="images that nothing uses",
    means="No instance, launch configuration or launch template uses the image.",
    cure="Keep the image if you may want to roll back to it. Otherwise drop it.",
    reads=(SNAPSHOTS, IMAGES, *DELETING_AN_IMAGE),
    deletes=would_deregister,
)
