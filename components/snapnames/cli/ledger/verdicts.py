"""Which images and snapshots are judged before a delete is advised: the first of each kind of findings."""

from collections.abc import Callable, Mapping
from itertools import islice

from snapnames.cli.ledger.findings import BY_NAME, CHECKED, Kind
from snapnames.cli.ledger.view import View
from snapnames.rules.candidates import Answer, Candidate, Limits, Verdict
from snapnames.rules.letting_go import judge, known

_ROUNDS = 5

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
    """The same view, which knows of the first unused images whether other accounts can launch them.

    An image that others can launch makes room for the next one, as long as there are not too many to ask for.
    """
    for _ in range(_ROUNDS):
        unused = [str(one.image_id) for one in islice(BY_NAME["unused"].find(view), CHECKED)]
        answers = {one: launchers(one) for one in unused if one not in view.asked}
        lent = {one for one, answer in answers.items() if answer.reasons}
        told = {one for one, answer in answers.items() if not answer.refused}
        view = view.knowing(lent=view.lent | lent, asked=view.asked | told)
        if not lent:
            break
    return view


def verdict(candidate: Candidate, read: Read, limits: Limits) -> Verdict:
    """What the rule of the plan says of one candidate."""
    first = known(candidate, limits)
    return judge(candidate, limits, read(candidate)) if first.safe else first


def _first(view: View, kind: Kind) -> list[Candidate]:
    candidates = (kind.deletes(view, finding) for finding in islice(kind.find(view), CHECKED))
    return [candidate for candidate in candidates if candidate is not None]
