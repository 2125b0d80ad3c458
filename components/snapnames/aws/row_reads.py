"""Makes the reads for single images and snapshots, and each of them once. A read that AWS refuses is no answer."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING

from snapnames.rules.candidates import (
    BIN,
    FAST_LAUNCHES,
    FAST_RESTORES,
    LAUNCH_PERMISSIONS,
    LOCKS,
    REFERENCES,
    VOLUME_PERMISSIONS,
    Answer,
    Candidate,
)

from .fast import fast_launches, fast_restores
from .images import recycled_ids
from .proofs import in_bin, launchers, references, volume_makers
from .session import REFUSALS, refused
from .snapshots import locked_snapshots

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client


class RowReads:
    """The reads of one region. The plan and the findings ask the same of the same images, so answers are kept."""

    def __init__(self, ec2: "EC2Client") -> None:
        """Take the client. Nothing is read yet."""
        self._ec2 = ec2
        self._known: dict[tuple[str, str], Answer] = {}

    def answers(self, candidate: Candidate) -> dict[str, Answer]:
        """What the reads say of a candidate, by read."""
        snapshot_ids = [one.snapshot_id for one in candidate.snapshots]
        ask: dict[str, Callable[[], Answer]] = {
            LAUNCH_PERMISSIONS: lambda: self.launchers(candidate.found_id),
            REFERENCES: lambda: self._references(candidate.found_id),
            VOLUME_PERMISSIONS: lambda: _joined([self._volume_makers(one) for one in snapshot_ids]),
            LOCKS: lambda: self._of_snapshots(LOCKS, snapshot_ids, self._locked),
            FAST_RESTORES: lambda: self._of_snapshots(FAST_RESTORES, snapshot_ids, partial(fast_restores, self._ec2)),
            FAST_LAUNCHES: lambda: self._fast_launches(candidate.found_id),
            BIN: lambda: self._in_bin(candidate.snapshots[0].image_id),
        }
        return {read: ask[read]() for read in candidate.reads}

    def launchers(self, image_id: str) -> Answer:
        """With whom the image is shared."""
        return self._once(LAUNCH_PERMISSIONS, image_id, lambda: launchers(self._ec2, image_id))

    def _references(self, image_id: str) -> Answer:
        return self._once(REFERENCES, image_id, lambda: references(self._ec2, image_id, launches=True))

    def _volume_makers(self, snapshot_id: str) -> Answer:
        return self._once(VOLUME_PERMISSIONS, snapshot_id, partial(volume_makers, self._ec2, snapshot_id))

    def _fast_launches(self, image_id: str) -> Answer:
        return self._once(FAST_LAUNCHES, image_id, lambda: fast_launches(self._ec2, image_id))

    def _locked(self, snapshot_ids: Sequence[str]) -> dict[str, str]:
        return {one: f"snapshot {one} is locked" for one in locked_snapshots(self._ec2, snapshot_ids)}

    def _of_snapshots(
        self, read: str, snapshot_ids: Sequence[str], ask: Callable[[Sequence[str]], Mapping[str, str]]
    ) -> Answer:
        """A read for several snapshots at once. `ask` gives the reason of each that has to stay."""
        unknown = [one for one in snapshot_ids if (read, one) not in self._known]
        try:
            held = ask(unknown)
        except REFUSALS as error:
            self._known |= {(read, one): _refusal(error) for one in unknown}
        else:
            self._known |= {(read, one): Answer((held[one],) if one in held else ()) for one in unknown}
        return _joined([self._known[read, one] for one in snapshot_ids])

    def _in_bin(self, image_id: str | None) -> Answer:
        recycled = self._recycled
        return recycled if isinstance(recycled, Answer) else Answer(tuple(in_bin(recycled, image_id)))

    @cached_property
    def _recycled(self) -> set[str] | Answer:
        """Which images the Recycle Bin keeps, in one paged read."""
        try:
            return recycled_ids(self._ec2)
        except REFUSALS as error:
            return _refusal(error)

    def _once(self, read: str, found_id: str, ask: Callable[[], list[str]]) -> Answer:
        if (read, found_id) not in self._known:
            try:
                answer = Answer(tuple(ask()))
            except REFUSALS as error:
                answer = _refusal(error)
            self._known[read, found_id] = answer
        return self._known[read, found_id]


def _refusal(error: Exception) -> Answer:
    return Answer(refused=refused(error) or type(error).__name__)


def _joined(answers: Sequence[Answer]) -> Answer:
    """One answer for several snapshots. It is refused if one of them is."""
    return Answer(
        tuple(reason for answer in answers for reason in answer.reasons),
        next((answer.refused for answer in answers if answer.refused), ""),
    )
