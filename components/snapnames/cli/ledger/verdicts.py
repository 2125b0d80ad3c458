"""Which images and snapshots are judged before a delete is advised: the first of each kind of findings."""

from collections.abc import Callable, Mapping
from itertools import islice

from snapnames.cli.ledger.findings import BY_NAME, CHECKED, Kind
from snapnames.cli.ledger.view import View
from snapnames.rules.letting_go import Answer, Candidate, Limits, Verdict, judge, known

Read = Callable[[Candidate], Mapping[str, Answer]]
"""Makes the reads for one candidate alone."""


def judged(view: View, read: Read, limits: Limits) -> View:
    """The same view with the verdicts. Only what the reads in bulk find free is read for."""
    verdicts = {}
    for kind in BY_NAME.values():
        for candidate in _first(view, kind):
            verdicts[candidate.found_id] = verdict(candidate, read, limits)
    return view.knowing(verdicts=verdicts)


def judges(view: View) -> bool:
    """Whether there is anything to judge."""
    return any(_first(view, kind) for kind in BY_NAME.values())


def without_lent(view: View, launchers: Callable[[str], Answer]) -> View:
    """The same view, which knows of the first unused images whether other accounts can launch them."""
    unused = [str(one.image_id) for one in islice(BY_NAME["unused"].find(view), CHECKED)]
    return view.knowing(lent=frozenset(one for one in unused if launchers(one).reasons))


def verdict(candidate: Candidate, read: Read, limits: Limits) -> Verdict:
    """What the rule of the plan says of one candidate."""
    first = known(candidate, limits)
    return judge(candidate, limits, read(candidate)) if first.safe else first


def _first(view: View, kind: Kind) -> list[Candidate]:
    candidates = (kind.deletes(view, finding) for finding in islice(kind.find(view), CHECKED))
    return [candidate for candidate in candidates if candidate is not None]
