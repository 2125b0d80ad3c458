"""Whom a stack shares its images with: accounts, organizations, and units of an organization."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from snapnames.errors import InputError

MAX_RECIPIENTS = 1000
"""Of one image in one region: docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-quotas.html."""

_ARN = r"arn:aws[a-z-]*:organizations::[0-9]{12}"
_ACCOUNT = re.compile(r"[0-9]{12}")
_ORGANIZATION = re.compile(rf"{_ARN}:organization/o-[a-z0-9]{{10,32}}")
_UNIT = re.compile(rf"{_ARN}:ou/o-[a-z0-9]{{10,32}}/ou-[0-9a-z]{{4,32}}-[0-9a-z]{{8,32}}")
"""docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html, and API_OrganizationalUnit.html."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """One account, organization or unit that may launch the images."""

    kind: str
    """The input of `aws.ec2.AmiLaunchPermission` that names it: `accountId`, for example."""

    value: str
    """The id of the account, or the ARN."""

    @property
    def short(self) -> str:
        """The id by which people know it.

        >>> Recipient("organizationArn", "arn:aws:organizations::111122223333:organization/o-abcdefghij").short
        'o-abcdefghij'
        """
        return self.value.rpartition("/")[2]

    def __str__(self) -> str:
        return f"{_TITLES[self.kind]} {self.short}"


_TITLES = {
    "accountId": "account",
    "organizationArn": "organization",
    "organizationalUnitArn": "organizational unit",
}

KINDS = {
    "accounts": ("accountId", _ACCOUNT, "the id of an account has 12 digits, as 111122223333"),
    "organizations": (
        "organizationArn",
        _ORGANIZATION,
        "an organization is given by its ARN, as arn:aws:organizations::111122223333:organization/o-abcdefghij",
    ),
    "organizationalUnits": (
        "organizationalUnitArn",
        _UNIT,
        (
            "an organizational unit is given by its ARN, as "
            "arn:aws:organizations::111122223333:ou/o-abcdefghij/ou-abcd-12345678"
        ),
    ),
}
"""Key of `snapnames:shareWith` to the kind of its recipients, how one is written, and the rule in words."""


def recipient(key: str, value: str, setting: str) -> Recipient:
    """The recipient that stands under a key of `KINDS`. Raises `InputError` if it is written otherwise."""
    kind, pattern, rule = KINDS[key]
    if not pattern.fullmatch(value):
        raise InputError(f"{setting} is {value!r}; {rule}: correct it")
    return Recipient(kind, value)


def check_recipients(recipients: Iterable[Recipient], setting: str) -> None:
    """Raise `InputError` for one that is given twice, and for more than EC2 takes."""
    seen: set[Recipient] = set()
    for one in recipients:
        if one in seen:
            raise InputError(f"{setting} has {one} twice: list it once")
        seen.add(one)
    if len(seen) > MAX_RECIPIENTS:
        raise InputError(
            f"{setting} has {len(seen)} entries; EC2 shares an image with at most {MAX_RECIPIENTS}: share with an "
            "organization or an organizational unit in place of its accounts"
        )


def check_not_own(recipients: Iterable[Recipient], account: str, setting: str) -> None:
    """Raise `InputError` for the account that owns the images.

    >>> check_not_own([Recipient("accountId", "111122223333")], "444455556666", "snapnames:shareWith.accounts")
    """
    if account and Recipient("accountId", account) in set(recipients):
        raise InputError(
            f"{setting} has {account}, which is the account of this stack; it owns the images and needs no permission: "
            "take it out"
        )


def left_out(policy: str, recipients: Iterable[Recipient]) -> list[Recipient]:
    """Those whom the policy of a key does not name at all. A statement for everybody may name them by a condition.

    Grants of the key can let others use it too, so this is a reason for a look, and no proof.

    >>> own = '{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}}]}'
    >>> [str(one) for one in left_out(own, [Recipient("accountId", "111122223333"), Recipient("accountId", "4" * 12)])]
    ['account 444444444444']
    >>> left_out('{"Statement": {"Effect": "Allow", "Principal": "*"}}', [Recipient("accountId", "4" * 12)])
    []
    """
    try:
        read = json.loads(policy)
    except ValueError:
        return []
    if any("*" in _principals(one) for one in _statements(read)):
        return []
    return [one for one in recipients if one.short not in policy]


def _statements(policy: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 -- JSON of AWS
    given = policy.get("Statement", []) if isinstance(policy, dict) else []
    for one in given if isinstance(given, list) else [given]:
        if isinstance(one, dict) and one.get("Effect") == "Allow":
            yield one


def _principals(statement: dict[str, Any]) -> list[Any]:
    given = statement.get("Principal", [])
    named = given.get("AWS", []) if isinstance(given, dict) else given
    return named if isinstance(named, list) else [named]
