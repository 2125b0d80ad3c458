"""The keys that are to encrypt copies, read before a copy begins.

EC2 takes every key of the copy's region, and finds out while it copies whether it can use the key. The copy fails then,
when the release is in service at home.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pulumi

from snapnames.aws.encryption import UNREADABLE, why_unusable
from snapnames.aws.session import REFUSALS
from snapnames.errors import InputError

if TYPE_CHECKING:
    from snapnames.aws.session import StackSession


def check_keys(keys: Mapping[str, str], setting: str, session: "StackSession") -> None:
    """Raise `InputError` for a key that can't encrypt a copy; warn of one that can't be read. One read for each key.

    `keys`: region to the ARN of a key. `setting`: the setting that has the regions.
    """
    for region, key in keys.items():
        where = f"{setting}.{region}.kmsKeyId"
        try:
            why = why_unusable(session.elsewhere(region).kms(), key)
        except REFUSALS as error:
            why = f"{UNREADABLE} ({error})"
        if why.startswith(UNREADABLE):
            pulumi.log.warn(
                f"{where} is {key!r}, and {why}. EC2 needs kms:DescribeKey of the same role to encrypt with the key: "
                "if that is what is missing, each copy there fails"
            )
        elif why:
            raise InputError(
                f"{where} is {key!r}, and {why}; each copy there would fail while EC2 makes it: mend the key, or give "
                "another one"
            )
