"""What a list of targets may say: the id of an account, a region, a role, and the partition of AWS that they are in."""

import re
from collections.abc import Sequence

from snapnames.errors import InputError

from .partitions import partition_of
from .targets import ENABLED

_ACCOUNT = re.compile(r"\d{12}")
_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d{1,2}")
_ROLE = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)
_PATH = re.compile(r"(/[\x21-\x2e\x30-\x7e]+)*/", re.ASCII)
_ARN = re.compile(r"arn:(?P<partition>aws(-[a-z]+)*):iam::(?P<account>\d{12}):role(?P<path>/.*)")


def check_account_id(account: str, setting: str) -> None:
    """Raise `InputError` unless it is the id of an account."""
    if not _ACCOUNT.fullmatch(account):
        raise InputError(
            f"{setting} is {account!r}; the id of an account has 12 digits: write all of them, also zeros in front"
        )


def check_region(region: str, setting: str) -> None:
    """Raise `InputError` unless it looks like the name of a region."""
    if not _REGION.fullmatch(region):
        raise InputError(
            f"{setting} has {region!r}; the name of a region is as eu-west-1: correct it, or write `{ENABLED}` in "
            "place of the list"
        )


def check_partition(regions: Sequence[str], role: str, path: str) -> None:
    """Raise `InputError` if the regions are of several partitions of AWS, or the role is of another one than they.

    An account is in one partition, and keys of one partition are no keys in another:
    https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
    """
    found = dict[str, str]()
    for region in regions:
        found.setdefault(partition_of(region), region)
    if len(found) > 1:
        places = " and ".join(f"{region} of {partition}" for partition, region in found.items())
        raise InputError(
            f"{path}.regions has {places}; an account is in one partition of AWS: give each partition an account of "
            "its own"
        )
    arn = _ARN.fullmatch(role)
    if arn and found and arn["partition"] not in found:
        [(partition, region)] = found.items()
        raise InputError(
            f"{path}.role is {role!r} of the partition {arn['partition']}, and {region} is in the partition "
            f"{partition}: begin the ARN with arn:{partition}:, or give the name of the role alone"
        )


def check_role(role: str, account: str, setting: str) -> None:
    """Raise `InputError` unless it is the name or the ARN of a role in this account. An empty account fits all.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    """
    found = _ARN.fullmatch(role)
    path, _, name = (found["path"] if found else f"/{role.lstrip('/')}").rpartition("/")
    if (role.startswith("arn:") and not found) or not _ROLE.fullmatch(name) or not _PATH.fullmatch(f"{path}/"):
        raise InputError(
            f"{setting} is {role!r}; it is the name of a role, or an ARN as arn:aws:iam::111122223333:role/name: "
            "correct it"
        )
    if found and account and found["account"] != account:
        raise InputError(
            f"{setting} is {role!r}, which is in account {found['account']}, and the target is account {account}: give "
            "a role of the target's own account"
        )
