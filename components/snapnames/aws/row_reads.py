"""Makes the reads for one candidate of the plan: what can be let go. A read that AWS refuses is no answer."""

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from snapnames.rules.letting_go import (
    BIN,
    LAUNCH_PERMISSIONS,
    LOCKS,
    REFERENCES,
    VOLUME_PERMISSIONS,
    Answer,
    Candidate,
)

from .proofs import in_bin, launchers, locks, references, volume_makers

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client


def read_answers(ec2: "EC2Client", candidate: Candidate, recycled: Callable[[], Collection[str]]) -> dict[str, Answer]:
    """What the reads say, by read. `recycled`: reads which images the Recycle Bin keeps."""
    found_id, snapshot_ids = candidate.found_id, [one.snapshot_id for one in candidate.snapshots]

    def lent() -> list[str]:
        return [reason for one in snapshot_ids for reason in volume_makers(ec2, one)]

    ask: dict[str, Callable[[], list[str]]] = {
        LAUNCH_PERMISSIONS: lambda: launchers(ec2, found_id),
        REFERENCES: lambda: references(ec2, found_id, launches=True),
        VOLUME_PERMISSIONS: lent,
        LOCKS: lambda: locks(ec2, snapshot_ids),
        BIN: lambda: in_bin(recycled(), candidate.snapshots[0].image_id),
    }
    return {read: _answer(ask[read]) for read in candidate.reads}


def _answer(ask: Callable[[], list[str]]) -> Answer:
    try:
        return Answer(tuple(ask()))
    except ClientError as error:
        return Answer(refused=error.response["Error"]["Code"])
