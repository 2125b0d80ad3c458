"""The plan: what of the account can be let go, the largest first. Plain functions over what was read."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain

from snapnames.cli.ledger.candidates import candidates
from snapnames.cli.ledger.prices import Sizes
from snapnames.cli.ledger.view import View
from snapnames.rules.candidates import Answer, Candidate, Limits, Verdict
from snapnames.rules.letting_go import CHECKS, Check, judge, known

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
    def sizes(self) -> Sizes:
        """GiB of the rows, by region."""
        return sizes_of(row.candidate for row in self.rows)

    @property
    def unread_sizes(self) -> Sizes:
        """GiB of what was not read, by region."""
        return sizes_of(self.unread)

    @property
    def services(self) -> dict[str, tuple[int, Sizes]]:
        """Service to the number and the GiB of its rows, the largest first."""
        found: dict[str, list[Candidate]] = {}
        for row in self.rows:
            found.setdefault(row.candidate.service, []).append(row.candidate)
        ordered = sorted(found.items(), key=lambda item: -sum(one.size for one in item[1]))
        return {service: (len(ones), sizes_of(ones)) for service, ones in ordered}


def sizes_of(ones: Iterable[Candidate]) -> Sizes:
    """GiB by region."""
    sizes = Counter[str]()
    for one in ones:
        sizes[one.region] += one.size
    return sizes


def plan(
    views: Iterable[View],
    limits: Limits,
    read: Callable[[Candidate], Mapping[str, Answer]],
    *,
    shown: int | None = SHOWN,
    checks: Mapping[str, Check] = CHECKS,
) -> Plan:
    """Choose by what was read in bulk, sort by size, and `read` the first `shown` one by one. None reads all.

    `views`: what was read, for each region. The newest images of a service are kept in each of them.
    """
    free, kept = [], Counter[str]()
    for candidate in chain.from_iterable(map(candidates, views)):
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
