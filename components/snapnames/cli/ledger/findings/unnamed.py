"""Snapshots behind images that have no Name, and for which none is declared."""

from collections.abc import Iterator

from snapnames.cli.ledger.findings.finding import Finding, Kind
from snapnames.cli.ledger.reads import IMAGES, SNAPSHOTS
from snapnames.cli.ledger.view import View
from snapnames.printable import beside_commands
from snapnames.rules.images import Image


def _find(view: View) -> Iterator[Finding]:
    for image in view.images:
        if image.unfinished or view.untracked(image):
            continue  # the names come when EC2 has made the image, or when the untracked finding is solved
        for snapshot_id in view.behind[image.image_id]:
            snapshot = view.holdings.snapshots.get(snapshot_id)
            known = snapshot is None or snapshot.name is not None or view.name_for(snapshot_id) is not None
            if not known and view.images_of[snapshot_id][0] is image:
                yield Finding(
                    "unnamed",
                    f"snapshot {snapshot_id} of image {image.name} ({image.image_id}) has no name",
                    _naming(view, image),
                    image.image_id,
                    image.name,
                    (snapshot_id,),
                )


def _naming(view: View, image: Image) -> str:
    if view.own(image):
        return "run `pulumi up --refresh`: it names the snapshots of this stack's images"
    if image.builder is not None:
        return f"run `pulumi up --refresh` on the stack {beside_commands(image.builder)}, which built the image"
    if not view.home:
        return f"run `snapnames name-owned` on a stack whose aws:region is {view.region}"
    if view.owns:
        return "run `snapnames name-owned`, and see snapnames:ownedImages if that leaves the image out"
    return "run `pulumi config set snapnames:ownedImages true`, then `snapnames name-owned`"


KIND = Kind(
    "unnamed",
    _find,
    one="snapshot without a name",
    several="snapshots without a name",
    means="A snapshot behind an image has no Name, and no Name is declared for it.",
    cure="For images of this stack, run `pulumi up --refresh`. For other images, run `snapnames name-owned`.",
    reads=(SNAPSHOTS, IMAGES),
)
