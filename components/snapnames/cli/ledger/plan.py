"""The plan: what of the account can be let go, the largest first. Plain functions over what was read."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from snapnames.cli.ledger.view import View
from snapnames.rules.images import Image, Snapshot
from snapnames.rules.letting_go import CHECKS, Answer, Candidate, Check, Limits, Verdict, judge, known, service_of

SHOWN = 10
"""How many rows are read one by one and shown, unless all are asked for."""

KEEP, OLDER_THAN_DAYS = 5, 90
"""What the plan keeps unless the command is told otherwise."""

_OWNERS = ("owner", "team", "contact", "createdby", "creator")


@dataclass(frozen=True)
class PlanRow:
    """One image with its snapshots, or one snapshot."""

    candidate: Candidate
    verdict: Verdict

    @property
    def owner(self) -> str:
        """Who is said to own it: the value of a tag such as Owner or Team. Empty if there is none."""
        one = self.candidate.image or self.candidate.snapshots[0]
        tags = {key.lower().replace("-", "").replace("_", ""): value for key, value in one.tags.items()}
        return next((tags[key] for key in _OWNERS if tags.get(key)), "")


@dataclass(frozen=True)
class Plan:
    """What can be let go."""

    limits: Limits
    rows: tuple[PlanRow, ...] = ()
    """What every check has found free, the largest first."""

    held: tuple[PlanRow, ...] = ()
    """What the reads in bulk found free, and a read of its own did not."""

    unread: tuple[Candidate, ...] = ()
    """What the reads in bulk found free, and nothing else was read for. It is not known to be safe."""

    kept: Counter[str] = field(default_factory=Counter)
    """How many images and orphan snapshots the reads in bulk keep, by check."""

    @property
    def size(self) -> int:
        """GiB of the rows."""
        return sum(row.candidate.size for row in self.rows)

    @property
    def unread_size(self) -> int:
        """GiB of what was not read."""
        return sum(candidate.size for candidate in self.unread)

    @property
    def services(self) -> dict[str, tuple[int, int]]:
        """Service to the number and the GiB of its rows, the largest first."""
        sizes = Counter[str]()
        for row in self.rows:
            sizes[row.candidate.service] += row.candidate.size
        counts = Counter(row.candidate.service for row in self.rows)
        return {service: (counts[service], size) for service, size in sizes.most_common()}


def plan(
    view: View,
    limits: Limits,
    read: Callable[[Candidate], Mapping[str, Answer]],
    *,
    shown: int | None = SHOWN,
    checks: Mapping[str, Check] = CHECKS,
) -> Plan:
    """Choose by what was read in bulk, sort by size, and `read` the first `shown` one by one. None reads all."""
    free, kept = [], Counter[str]()
    for candidate in candidates(view):
        verdict = known(candidate, limits, checks)
        if verdict.safe:
            free.append(candidate)
        else:
            kept[next(iter(verdict.held))] += 1
    free.sort(key=lambda one: (-one.size, one.made, one.found_id))
    asked = free if shown is None else free[:shown]
    rows = [PlanRow(candidate, judge(candidate, limits, read(candidate), checks)) for candidate in asked]
    return Plan(
        limits,
        rows=tuple(row for row in rows if row.verdict.safe),
        held=tuple(row for row in rows if not row.verdict.safe),
        unread=tuple(free[len(asked) :]),
        kept=kept,
    )


def candidates(view: View) -> Iterator[Candidate]:
    """Every image of the account, and every snapshot of which EC2 says that its image is gone."""
    newer = _newer(view)
    for image in view.holdings.images.values():
        yield _of_image(view, image, newer[image.image_id])
    for snapshot in view.holdings.snapshots.values():
        gone = snapshot.image_id is not None and snapshot.image_id not in view.holdings.images
        if gone and snapshot.snapshot_id not in view.images_of:
            yield _of_snapshot(view, snapshot)


def _of_image(view: View, image: Image, newer: int) -> Candidate:
    behind = view.behind[image.image_id]
    owned = [view.holdings.snapshots[one] for one in behind if one in view.holdings.snapshots]
    alone = [one for one in owned if len(view.images_of[one.snapshot_id]) == 1 and one.made_for == image.image_id]
    return Candidate(
        image=image,
        snapshots=tuple(alone),
        service=service_of(image),
        newer=newer,
        uses=_uses(view, image.image_id, *behind),
        owned=_owned(view, image.image_id, *behind),
        others=tuple(one for one in owned if one not in alone),
    )


def _of_snapshot(view: View, snapshot: Snapshot) -> Candidate:
    return Candidate(
        image=None,
        snapshots=(snapshot,),
        service="(image is gone)",
        uses=_uses(view, snapshot.snapshot_id),
        owned=_owned(view, str(snapshot.image_id), snapshot.snapshot_id),
    )


def _newer(view: View) -> dict[str, int]:
    """Image id to the number of available images of its service that are newer."""
    seen, newer = Counter[str](), {}
    for image in reversed([*view.holdings.images.values()]):
        service = service_of(image)
        newer[image.image_id] = seen[service]
        seen[service] += image.state == "available"
    return newer


def _uses(view: View, *ids: str) -> tuple[str, ...]:
    found = (str(use) for one in ids for use in (*view.users.get(one, ()), *view.could_use.get(one, ())))
    return tuple(dict.fromkeys(found))


def _owned(view: View, image_id: str, *snapshot_ids: str) -> str:
    """Why the state that was read needs it. The names under `snapnames:ownedImages` are only names."""
    state = view.declared
    if image_id in state.images or image_id in state.leaving or any(one in state.names for one in snapshot_ids):
        return f"the state of the stack {state.stack} has it: drop it there"
    return ""
