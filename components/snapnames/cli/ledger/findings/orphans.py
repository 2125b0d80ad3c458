"""Snapshots whose image is gone."""

from collections.abc import Iterator

from snapnames.cli.ledger.candidates import of_snapshot
from snapnames.cli.ledger.findings.advice import delete
from snapnames.cli.ledger.findings.finding import Finding, Kind
from snapnames.cli.ledger.reads import DELETING_A_SNAPSHOT, IMAGES, SNAPSHOTS
from snapnames.cli.ledger.view import View
from snapnames.printable import beside_commands
from snapnames.rules.candidates import Candidate


def _find(view: View) -> Iterator[Finding]:
    for snapshot, image, image_id in view.orphans:
        named = f" ({beside_commands(snapshot.name)})" if snapshot.name else ""
        yield Finding(
            "orphans",
            f"snapshot {snapshot.snapshot_id}{named} was behind image {image}, which is gone",
            "run `snapnames recover --orphans`: it deletes what images left that the state of this stack has"
            if image_id in view.declared.images
            else delete(
                view,
                snapshot.snapshot_id,
                view.command("delete-snapshot", "--snapshot-id", snapshot.snapshot_id)
                + " deletes it, if nobody needs its data",
            ),
            image_id,
            None if image == image_id else image,
            (snapshot.snapshot_id,),
            live=snapshot.name,
            size=snapshot.size,
        )


def _would_delete(view: View, finding: Finding) -> Candidate | None:
    if finding.image_id in view.declared.images:
        return None
    [snapshot_id] = finding.snapshot_ids
    return of_snapshot(view, view.holdings.snapshots[snapshot_id])


KIND = Kind(
    "orphans",
    _find,
    one="snapshot whose image is gone",
    several="snapshots whose image is gone",
    means="The image of a snapshot is gone.",
    cure=(
        "If the state still has the image, run `snapnames recover --orphans`. Otherwise run `aws ec2 delete-snapshot`, "
        "if nobody needs the data and the ledger has checked the snapshot."
    ),
    reads=(SNAPSHOTS, IMAGES, *DELETING_A_SNAPSHOT),
    deletes=_would_delete,
)
