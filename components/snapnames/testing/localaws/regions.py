"""The regions of an account: some are enabled in every account, and the others only after an opt-in."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from moto.ec2.responses._base_response import EC2BaseResponse

from . import settings
from .errors import RegionNamesInvalidError
from .filters import select
from .wire import BulkResult

if TYPE_CHECKING:
    from moto.core.responses import ActionResult

ENABLED_BY_DEFAULT = frozenset(
    {
        *("ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2"),
        *("ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1"),
        *("us-east-1", "us-east-2", "us-west-1", "us-west-2"),
    }
)
"""docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html: every later region needs an opt-in."""


def closed(region: str) -> bool:
    """Whether the account has not enabled the region."""
    return _status(region) == "not-opted-in"


def _status(region: str) -> str:
    if region in ENABLED_BY_DEFAULT:
        return "opt-in-not-required"
    return "opted-in" if region in settings.CURRENT.ec2.opted_in else "not-opted-in"


@cache
def _names() -> tuple[str, ...]:
    """Every region of the partition, as the API knows no other."""
    return tuple(boto3.Session().get_available_regions("ec2"))


class RegionActions(EC2BaseResponse):
    """The call about regions."""

    def describe_regions(self) -> ActionResult:
        """What is enabled; with AllRegions, or by name, also what is not.

        docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRegions.html
        """
        self.error_on_dryrun()
        named: list[str] = self._get_param("RegionNames", [])
        if unknown := [name for name in named if name not in _names()]:
            raise RegionNamesInvalidError(names=", ".join(unknown))
        everything = bool(named) or bool(self._get_param("AllRegions"))
        filters: Any = self._filters_from_querystring()
        shown = [_described(name) for name in named or _names() if everything or not closed(name)]
        return BulkResult({"Regions": select(shown, filters, lambda region, name: [region[_FILTERS[name]]])})


def _described(name: str) -> dict[str, Any]:
    return {"RegionName": name, "Endpoint": f"ec2.{name}.amazonaws.com", "OptInStatus": _status(name)}


_FILTERS = {"region-name": "RegionName", "endpoint": "Endpoint", "opt-in-status": "OptInStatus"}
