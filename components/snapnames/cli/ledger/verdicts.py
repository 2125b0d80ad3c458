"""Which images and snapshots are judged before a delete is advised: the first of each kind of findings."""

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from snapnames.cli.ledger.findings import BY_NAME, CHECKED, Kind, findings
from snapnames.cli.ledger.view import View
from snapnames.rules.letting_go import Candidate, Limits, Verdict, judge, known

if TYPE_CHECKING:
    from snapnames.aws.row_reads import RowReads


def judged(view: View, reads: "RowReads", limits: Limits) -> View:
    """The same view with the verdicts. Only what the reads in bulk find free is read for."""
    verdicts = {}
    for kind in BY_NAME.values():
        for candidate in _first(view, kind):
            verdicts[candidate.found_id] = verdict(candidate, reads, limits)
    return replace(view, verdicts=verdicts)


def judges(view: View) -> bool:
    """Whether there is anything to judge."""
    return any(_first(view, kind) for kind in BY_NAME.values())


def without_lent(view: View, reads: "RowReads") -> View:
    """The same view, which knows of the first unused images whether other accounts can launch them."""
    unused = [str(one.image_id) for one in findings(view) if one.kind == "unused"]
    return replace(view, lent=frozenset(one for one in unused[:CHECKED] if reads.launchers(one).reasons))


def verdict(candidate: Candidate, reads: "RowReads", limits: Limits) -> Verdict:
    """What the rule of the plan says of one candidate."""
    first = known(candidate, limits)
    return judge(candidate, limits, reads.answers(candidate)) if first.safe else first


def _first(view: View, kind: Kind) -> list[Candidate]:
    candidates = (kind.deletes(view, finding) for finding in islice(kind.find(view), CHECKED))
    return [candidate for candidate in candidates if candidate is not None]
