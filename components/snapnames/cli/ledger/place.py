"""One region of the account, as it is read: its clients, and how many calls they made."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from snapnames.aws.row_reads import RowReads
from snapnames.aws.session import REFUSALS, StackSession, refused
from snapnames.aws.snapshots import read_holdings
from snapnames.aws.uses import Template, read_older_versions, read_uses
from snapnames.aws.volumes import existing_volumes
from snapnames.cli.ledger.opened import Opened
from snapnames.cli.ledger.verdicts import judged, judges, without_lent
from snapnames.cli.ledger.view import View
from snapnames.rules.images import Holdings, Use
from snapnames.rules.letting_go import Limits

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
        """Read it. Snapshots come before images: see `read_holdings`."""
        holdings = read_holdings(self.ec2, images_first=False)
        if not self.home:
            opened = opened.elsewhere(holdings, self.region)
        uses = read_uses(self.ec2, self.autoscaling, opened.declared.templates)
        found = self._view(opened, holdings, uses.found, account=account)
        if uses.templates and (found.orphans or any(image.image_id not in found.users for image in found.images)):
            older = read_older_versions(self.ec2, uses.templates)
            found = self._view(opened, holdings, (*uses.found, *dict.fromkeys(older)), account=account)
        if account:
            found = found.knowing(volumes=self._volumes(found))
        found = without_lent(found, self.reads.launchers)
        if account or judges(found):
            own = [Template(template_id, 0, 0) for template_id in sorted(opened.declared.templates)]
            found = found.knowing(past=tuple(read_older_versions(self.ec2, own)))
        return judged(found, self.reads.answers, limits)

    def _volumes(self, view: View) -> frozenset[str] | None:
        """Which volumes exist, of the snapshots behind no image. None if AWS does not say."""
        apart = (one for one in view.holdings.snapshots.values() if one.snapshot_id not in view.images_of)
        wanted = {one.volume_id for one in apart if one.volume_id and not one.copied}
        try:
            return existing_volumes(self.ec2, wanted)
        except REFUSALS:
            return None

    def _view(self, opened: Opened, holdings: Holdings, uses: Iterable[Use], *, account: bool) -> View:
        return View(
            holdings,
            opened.declared,
            tuple(uses),
            account,
            opened.service,
            opened.patterns,
            owns=opened.owns,
            region=self.region,
            home=self.home,
        )


def read_places(places: Sequence[Place], read: Callable[[Place], View]) -> list[tuple[Place, View | str]]:
    """Read the places side by side. What can't be read gives the reason, and does not end the others."""

    def one(place: Place) -> tuple[Place, View | str]:
        try:
            return place, read(place)
        except REFUSALS as error:
            return place, _why(error)

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        return list(pool.map(one, places))


def _why(error: Exception) -> str:
    # https://repost.aws/knowledge-center/iam-validate-access-credentials
    closed = refused(error) in ("AuthFailure", "InvalidClientTokenId", "UnrecognizedClientException")
    advice = (
        "; AWS says so too if the region is not enabled for the account, or does not take the session tokens of the "
        "global endpoint of STS"
    )
    return f"{error}{advice if closed else ''}"
