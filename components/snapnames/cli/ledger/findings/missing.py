"""Images that the state has and the account no longer has."""

from collections.abc import Iterator

from snapnames.cli.ledger.findings.finding import Finding, Kind
from snapnames.cli.ledger.reads import IMAGES, SNAPSHOTS
from snapnames.cli.ledger.view import View


def _find(view: View) -> Iterator[Finding]:
    left = {image_id for _, _, image_id in view.orphans}
    for image_id, name in view.declared.images.items():
        if image_id not in view.holdings.images:
            if image_id in view.copies:
                yield _copy(view, image_id, name)
                continue
            first = "run `snapnames recover --orphans` to delete what it left, then " if image_id in left else ""
            yield Finding(
                "missing",
                f"image {name} ({image_id}) is in the state of this stack and no longer in the account",
                f"{first}drop its release from snapnames:releases and run `pulumi up --refresh`: an older image is "
                "never built again, and the first of the list would be made of its source as that is now",
                image_id,
                name,
            )


def _copy(view: View, image_id: str, name: str) -> Finding:
    return Finding(
        "missing",
        f"copy {name} ({image_id}) is in the state of this stack and no longer in {view.region}",
        "run `snapnames recover --orphans` to delete what it left, then `pulumi up --refresh`, which copies the image "
        "again; or take the region out of snapnames:copies",
        image_id,
        name,
    )


KIND = Kind(
    "missing",
    _find,
    one="image in the state that the account no longer has",
    several="images in the state that the account no longer has",
    means="The state has an image that the account no longer has. Somebody deregistered it.",
    cure=(
        "Run `snapnames recover --orphans`, which deletes the snapshots that are left. Then drop the release from "
        "`snapnames:releases` and run `pulumi up --refresh`."
    ),
    reads=(SNAPSHOTS, IMAGES),
)
