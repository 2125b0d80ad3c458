"""One region of the account, as it is read: its clients, and how many calls they made."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from snapnames.aws.row_reads import RowReads
from snapnames.aws.session import REFUSALS, StackSession
from snapnames.aws.uses import Template, read_older_versions
from snapnames.cli.ledger.bulk import bulk_view, reason
from snapnames.cli.ledger.opened import Opened
from snapnames.cli.ledger.verdicts import judged, judges, without_lent
from snapnames.cli.ledger.view import View
from snapnames.rules.candidates import Limits

SIDE_BY_SIDE = 8
"""How many regions are read at a time. EC2 counts the calls of each region by themselves."""


class Place:
    """One region."""

    def __init__(self, session: StackSession, region: str | None = None) -> None:
        """Make the clients. Nothing is read yet."""
        there = session if region is None else session.elsewhere(region)
        self.ec2, self.autoscaling = there.ec2(), there.autoscaling()
        self.region = self.ec2.meta.region_name
        self.home = self.region == session.region
        self.calls = 0
        for client in (self.ec2, self.autoscaling):
            client.meta.events.register("before-send", self._count)
        self.reads = RowReads(self.ec2)

    def _count(self, **_: Any) -> None:  # noqa: ANN401 -- botocore tells what is sent
        self.calls += 1

    def view(self, opened: Opened, limits: Limits, *, account: bool) -> View:
        """Read it."""
        found = bulk_view(self, opened, home=self.home, account=account)
        found = without_lent(found, self.reads.launchers)
        if account or judges(found):
            own = [Template(template_id, 0, 0) for template_id in sorted(opened.declared.templates)]
            found = found.knowing(past=tuple(read_older_versions(self.ec2, own)))
        return judged(found, self.reads.answers, limits)


def read_places(places: Sequence[Place], read: Callable[[Place], View]) -> list[tuple[Place, View | str]]:
    """Read the places side by side. What can't be read gives the reason, and does not end the others."""

    def one(place: Place) -> tuple[Place, View | str]:
        try:
            return place, read(place)
        except REFUSALS as error:
            return place, reason(error)

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        return list(pool.map(one, places))
