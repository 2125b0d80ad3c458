"""The one reader of AWS Organizations: the accounts of units, with all tags that are asked for."""

from collections.abc import Iterator
from typing import Any

from snapnames.aws.session import REFUSALS
from snapnames.errors import InputError
from snapnames.rules.targets import Organization


def organization_accounts(client: Any, wanted: Organization) -> list[str]:  # noqa: ANN401 -- a client of Organizations
    """The ids of the active accounts that are wanted. Raises `InputError` if they can't be read.

    Only the management account and a delegated administrator may call this:
    https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html
    """
    try:
        accounts = dict.fromkeys(
            account["Id"]
            for account in _accounts(client, wanted)
            if _active(account) and not _excluded(account, wanted)
        )
        return [account for account in accounts if not wanted.tags or wanted.takes(_tags(client, account))]
    except REFUSALS as error:
        raise InputError(
            f"the accounts of the organization can't be read: {error}; see to the units, and that the keys are of the "
            "management account or a delegated administrator with organizations:List*"
        ) from error


def _accounts(client: Any, wanted: Organization) -> Iterator[Any]:  # noqa: ANN401
    if not wanted.units:
        for page in client.get_paginator("list_accounts").paginate():
            yield from page["Accounts"]
    units, seen = [*wanted.units], set[str]()
    while units:
        unit = units.pop()
        if unit in seen:
            continue
        seen.add(unit)
        for page in client.get_paginator("list_accounts_for_parent").paginate(ParentId=unit):
            yield from page["Accounts"]
        for page in client.get_paginator("list_organizational_units_for_parent").paginate(ParentId=unit):
            units += [one["Id"] for one in page["OrganizationalUnits"]]


def _active(account: Any) -> bool:  # noqa: ANN401
    """Whether the account is open. AWS retires `Status` in favour of `State`.

    https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html
    """
    return bool(account.get("State", account.get("Status")) == "ACTIVE")


def _excluded(account: Any, wanted: Organization) -> bool:  # noqa: ANN401
    return account["Id"] in wanted.exclude


def _tags(client: Any, account: str) -> dict[str, str]:  # noqa: ANN401
    pages = client.get_paginator("list_tags_for_resource").paginate(ResourceId=account)
    return {tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]}
