"""The AWS keys of the stack: they are there before anything else happens, or one error says the way out."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NoReturn

import boto3
import botocore.session
from botocore.credentials import Credentials
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from snapnames.errors import InputError

_UNREADABLE = (
    BotoCoreError,
    ClientError,
    ResponseParserError,
    OSError,
    ValueError,
    AttributeError,
    TypeError,
    KeyError,
)
"""What botocore raises when a source of keys fails, also one whose answer (a process, a file) is not as it expects."""


@contextmanager
def getting_in() -> Iterator[None]:
    """Raise `InputError`, in one line, if the config, the files or AWS give no keys."""
    try:
        yield
    except _UNREADABLE as error:
        said = " ".join(str(error).split()) or type(error).__name__
        raise InputError(f"the AWS keys can't be read: {said}; {_way_out(said)}") from error


def _way_out(said: str) -> str:
    if "SSO" in said:
        return "run `aws sso login` with the profile of aws:profile or AWS_PROFILE, and the same command again"
    if "Expired" in said or "expired" in said:
        return "the keys or the token are no longer valid: log in again"
    if "custom-process" in said or "JSON" in said or "Expecting value" in said:
        return "run the credential_process of the profile by hand, and correct what it prints"
    return "see to aws:profile, AWS_PROFILE and the keys, or log in"


def refuse_to_ask(core: botocore.session.Session) -> None:
    """Let a profile with `mfa_serial` end in an error, where botocore would ask the terminal for a code.

    The provider can't ask for a code either, so an update with such a profile fails in any case.
    """
    provider = core.get_component("credential_provider").get_provider("assume-role")
    provider._prompter = _no_code  # noqa: SLF001 -- botocore has no other way to set it


def _no_code(*_: object) -> NoReturn:
    raise InputError(
        "the profile has mfa_serial, so its role wants a code at each login, and neither the provider nor snapnames "
        "can ask for one: get the keys of a session first (`aws sts get-session-token` or `aws sts assume-role`, and "
        "set them as AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN), or use a profile with `aws sso "
        "login` or credential_process"
    )


def read_keys(session: boto3.Session) -> Credentials:
    """Read the keys now, and give them. Raises `InputError` if there are none."""
    found = session.get_credentials()
    if found is None:
        raise InputError("no AWS keys were found; every read needs them: set aws:profile, or log in")
    found.get_frozen_credentials()
    return found


def check_account(account: str, region: str, settings: Mapping[str, Any]) -> None:
    """Raise `InputError` if the config allows no work in this account.

    >>> check_account("111122223333", "us-east-1", {"allowedAccountIds": ["111122223333"]})
    """
    allowed, forbidden = settings.get("allowedAccountIds", []), settings.get("forbiddenAccountIds", [])
    rule = ""
    if allowed and account not in allowed:
        rule = f"aws:allowedAccountIds allows only {', '.join(allowed)}"
    elif account in forbidden:
        rule = f"aws:forbiddenAccountIds forbids {account}"
    if rule:
        raise InputError(
            f"the AWS keys are of account {account}, region {region}, and {rule}: use the keys or the aws:profile of "
            "the right account"
        )
