"""The AWS keys of the stack: they are there before anything else happens, or one error says the way out."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NoReturn

import boto3
import botocore.exceptions
import botocore.session
from botocore.credentials import Credentials
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoAuthTokenError,
    NoCredentialsError,
    PartialCredentialsError,
    RefreshWithMFAUnsupportedError,
    SSOError,
    TokenRetrievalError,
)
from botocore.parsers import ResponseParserError
from botocore.utils import parse_timestamp

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

KEYS_LOST: tuple[type[BotoCoreError], ...] = (
    CredentialRetrievalError,
    NoAuthTokenError,
    NoCredentialsError,
    PartialCredentialsError,
    RefreshWithMFAUnsupportedError,
    SSOError,
    TokenRetrievalError,
    # Of `aws login`, which the oldest boto3 does not know.
    *(getattr(botocore.exceptions, name) for name in ("LoginError",) if hasattr(botocore.exceptions, name)),
)
"""What a call raises when the keys have run out since they were read, and their source gives no others."""

_PROFILE_VARIABLES = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")
"""In the order of the provider. boto3 alone would look at them the other way round, and take an empty one for a name.

https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
"""


def core_session() -> botocore.session.Session:
    """A session of botocore that finds its profile in the environment as the provider does."""
    named = next((os.environ[name] for name in _PROFILE_VARIABLES if os.environ.get(name)), None)
    # As a default, and not as a profile that somebody asked for: keys in the environment come before such a default.
    return botocore.session.Session(session_vars={"profile": (None, None, named, None)})


@contextmanager
def getting_in() -> Iterator[None]:
    """Raise `InputError`, in one line, if the config, the files or AWS give no keys."""
    try:
        yield
    except _UNREADABLE as error:
        said = " ".join(str(error).split()) or type(error).__name__
        raise InputError(f"the AWS keys can't be read: {said}; {way_out(said)}") from error


def way_out(said: str) -> str:
    """What to do about keys that can't be read. `said`: what botocore says of it.

    >>> way_out("Error when retrieving token from sso: Token has expired and refresh failed")
    'run `aws sso login` with the profile of aws:profile or AWS_PROFILE, and the same command again'
    """
    if "SSO" in said or "from sso" in said:
        return "run `aws sso login` with the profile of aws:profile or AWS_PROFILE, and the same command again"
    if "custom-process" not in said and ("Expired" in said or "expired" in said):
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
    refresh = getattr(found, "_refresh_using", None)
    if refresh is not None:
        found._refresh_using = refreshing(refresh, found.method)  # type: ignore[attr-defined] # noqa: SLF001
    found.get_frozen_credentials()
    return found


def refreshing(refresh: Callable[[], Any], source: str) -> Callable[[], Any]:
    """The same way to new keys, which ends in an error of botocore whatever is wrong with them.

    Keys run out in the middle of a command. A process may then print no JSON, or keys that it has kept for too long.
    """

    def refreshed() -> Any:  # noqa: ANN401 -- whatever botocore makes of it
        try:
            made = refresh()
            expires = parse_timestamp(made["expiry_time"])
            over = expires <= datetime.now(UTC)  # raises for a time without a zone
        except (BotoCoreError, ClientError, InputError):
            raise
        except _UNREADABLE as error:
            said = " ".join(str(error).split()) or type(error).__name__
            raise CredentialRetrievalError(provider=source, error_msg=said) from error
        if over:
            raise CredentialRetrievalError(provider=source, error_msg=f"it gave keys that have expired at {expires}")
        return made

    return refreshed


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
