"""Which images and snapshots are checked one by one before a delete is advised: the first of each kind."""

from functools import cache, partial
from itertools import islice
from typing import TYPE_CHECKING

from snapnames.aws.images import recycled_ids
from snapnames.aws.proofs import image_proof, sharing_proof, snapshot_proof
from snapnames.cli.ledger.findings import CHECKED, findings
from snapnames.cli.ledger.view import View
from snapnames.rules.deletable import Proof

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client


def read_proofs(ec2: "EC2Client", view: View) -> dict[str, Proof]:
    """Read them, by image or snapshot id."""
    found = findings(view)
    own = view.declared.stack or None
    users = {found_id: [str(use) for use in uses] for found_id, uses in view.users.items()}
    recycled = cache(partial(recycled_ids, ec2))
    proofs: dict[str, Proof] = {}
    for kind in ("failed", "untracked", "unused"):
        for image_id in islice((one.image_id for one in found if one.kind == kind and one.image_id), CHECKED):
            image = view.holdings.images[image_id]
            if image_id in view.declared.images:
                if kind == "unused":
                    proofs[image_id] = sharing_proof(ec2, image_id)
            else:
                behind = [view.holdings.snapshots.get(one) for one in view.behind[image_id]]
                marked = image.builder or own
                proofs[image_id] = image_proof(ec2, image, behind, marked)
    for finding in islice((one for one in found if one.kind == "orphans"), CHECKED):
        [snapshot_id] = finding.snapshot_ids
        if finding.image_id not in view.declared.images:
            proofs[snapshot_id] = snapshot_proof(ec2, view.holdings.snapshots[snapshot_id], users, recycled, own)
    return proofs
