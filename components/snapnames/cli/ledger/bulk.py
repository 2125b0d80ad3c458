"""What a ledger reads in bulk: pages of everything in one region, with any clients."""

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from snapnames.aws.session import REFUSALS, refused
from snapnames.aws.snapshots import read_holdings
from snapnames.aws.uses import read_older_versions, read_uses
from snapnames.aws.volumes import existing_volumes
from snapnames.cli.ledger.opened import Opened
from snapnames.cli.ledger.view import View

if TYPE_CHECKING:
    from mypy_boto3_autoscaling import AutoScalingClient
    from mypy_boto3_ec2 import EC2Client


class Clients(Protocol):
    """What a region is read with."""

    @property
    def ec2(self) -> "EC2Client":
        """A client of EC2."""

    @property
    def autoscaling(self) -> "AutoScalingClient":
        """A client of Auto Scaling."""


def bulk_view(
    clients: Clients, opened: Opened, *, home: bool = True, account: bool = True, uses_of_nothing: bool = True
) -> View:
    """Read the region of the clients. Snapshots come before images: see `read_holdings`.

    `uses_of_nothing`: whether instances and templates are read where there is neither an image nor a snapshot.
    """
    ec2 = clients.ec2
    holdings = read_holdings(ec2, images_first=False)
    if not home:
        opened = opened.elsewhere(holdings, ec2.meta.region_name)
    plain = View(
        holdings,
        opened.declared,
        account=account,
        service=opened.service,
        patterns=opened.patterns,
        owns=opened.owns,
        region=ec2.meta.region_name,
        home=home,
    )
    if not (uses_of_nothing or holdings.images or holdings.snapshots):
        return plain.knowing(volumes=frozenset())
    uses = read_uses(ec2, clients.autoscaling, opened.declared.templates)
    found = replace(plain, uses=tuple(uses.found))
    if uses.templates and (found.orphans or any(image.image_id not in found.users for image in found.images)):
        older = dict.fromkeys(read_older_versions(ec2, uses.templates))
        found = replace(plain, uses=(*uses.found, *older))
    return found.knowing(volumes=_volumes(ec2, found)) if account else found


def _volumes(ec2: "EC2Client", view: View) -> frozenset[str] | None:
    """Which volumes exist, of the snapshots behind no image. None if AWS does not say."""
    apart = (one for one in view.holdings.snapshots.values() if one.snapshot_id not in view.images_of)
    wanted = {one.volume_id for one in apart if one.volume_id and not one.copied}
    try:
        return existing_volumes(ec2, wanted)
    except REFUSALS:
        return None


def reason(error: Exception) -> str:
    """Why a region could not be read."""
    # https://repost.aws/knowledge-center/iam-validate-access-credentials
    closed = refused(error) in ("AuthFailure", "InvalidClientTokenId", "UnrecognizedClientException")
    advice = (
        "; AWS says so too if the region is not enabled for the account, or does not take the session tokens of the "
        "global endpoint of STS"
    )
    return f"{error}{advice if closed else ''}"
