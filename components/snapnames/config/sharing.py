"""`snapnames:shareWith` and `snapnames:parameter` of the config."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from snapnames.errors import InputError
from snapnames.rules.parameters import check_parameter_name
from snapnames.rules.partitions import check_arn
from snapnames.rules.services import NAMESPACE, namespace_of, services_in
from snapnames.rules.sharing import KINDS, Recipient, check_not_own, check_recipients, recipient

from .values import ConfigValues

SHARE_WITH, PARAMETER = "shareWith", "parameter"

_ROLE = re.compile(r"arn:aws[a-z-]*:iam::([0-9]{12}):role/.+")


def read_share_with(values: ConfigValues, provider: Mapping[str, Any], home: str) -> tuple[Recipient, ...]:
    """Whom the images are shared with; nobody without the key. Faults are kept in `values`.

    `provider`: the `aws:` config, which may tell the stack's own account. `home`: the region of the stack; empty if the
    config does not say it.
    """
    given = values.json(SHARE_WITH, {})
    if not isinstance(given, dict):
        values.fault(
            f"{NAMESPACE}{SHARE_WITH} is {given!r}; it is a map with the keys {', '.join(KINDS)}, each with a list: "
            "write one"
        )
        return ()
    values.refuse_unknown(tuple(KINDS), given, f"{SHARE_WITH}.")
    found = tuple(one for key in KINDS if key in given for one in _listed(values, key, given[key], home))
    setting = f"{NAMESPACE}{SHARE_WITH}"
    values.check(check_recipients, found, setting)
    if own := _own_account(provider):
        values.check(lambda shared, where: check_not_own(shared, own, where), found, setting)
    return found


def read_parameter(values: ConfigValues, stack: Mapping[str, Any]) -> str:
    """The name of the parameter; empty without one. Faults are kept in `values`.

    `stack`: the whole config of the stack, in which each of several services has its own.
    """
    name = values.text(PARAMETER, "")
    if values.has(PARAMETER):
        values.check(check_parameter_name, name, f"{NAMESPACE}{PARAMETER}")
    services = services_in(stack)
    if len(bearers := [one for one in services if name and stack.get(f"{namespace_of(one)}{PARAMETER}") == name]) > 1:
        values.fault(
            f"{NAMESPACE}{PARAMETER} is {name!r}, as for each of the services {', '.join(bearers)}; a parameter has "
            "the image of one service: give each its own"
        )
    return name


def _listed(values: ConfigValues, key: str, given: object, home: str) -> Iterator[Recipient]:
    if not isinstance(given, list) or not given:
        values.fault(
            f"{NAMESPACE}{SHARE_WITH}.{key} is {given!r}; it is a list with one entry or more: write one, or take the "
            "key out"
        )
        return
    for index, one in enumerate(given):
        # `pulumi config set --path` makes a number of an account's id, unless it begins with a zero.
        text = str(one) if isinstance(one, int) and not isinstance(one, bool) else one
        path = f"{SHARE_WITH}.{key}[{index}]"
        if not isinstance(text, str):
            values.fault(f"{NAMESPACE}{path} is {one!r}; {KINDS[key][2]}: correct it")
            continue
        try:
            found = recipient(key, text, f"{NAMESPACE}{path}")
            if found.value.startswith("arn:"):
                check_arn(found.value, home, f"{NAMESPACE}{path}")
            yield found
        except InputError as error:
            values.fault(str(error))


def _own_account(provider: Mapping[str, Any]) -> str:
    """The account that the provider works in, if its config alone tells it; else an empty text.

    It is that of the last role, or else the only one that is allowed.

    >>> _own_account({"aws:assumeRoles": '[{"roleArn": "arn:aws:iam::111122223333:role/deploy"}]'})
    '111122223333'
    >>> _own_account({"aws:allowedAccountIds": '["444455556666"]'})
    '444455556666'
    """
    roles, allowed = (_parsed_list(provider.get(f"aws:{key}")) for key in ("assumeRoles", "allowedAccountIds"))
    last = roles[-1].get("roleArn") if roles and isinstance(roles[-1], dict) else None
    if role := _ROLE.fullmatch(str(last)):
        return role[1]
    return str(allowed[0]) if len(allowed) == 1 else ""


def _parsed_list(given: object) -> list[Any]:
    try:
        found = json.loads(given) if isinstance(given, str) else given
    except (ValueError, RecursionError):
        return []  # the session says what is wrong with it
    return found if isinstance(found, list) else []
