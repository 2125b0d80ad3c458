"""The next step for errors of AWS and Pulumi that do not say it themselves."""

from collections.abc import Iterator
from contextlib import contextmanager

from snapnames.aws.keys import KEYS_LOST, way_out
from snapnames.aws.session import REFUSALS, refused
from snapnames.cli.errors import CommandError, UsageError

_SSO = way_out("SSO")
_ADVICE = {
    "Launch Configuration creation operation is not available in your account": (
        "this account was made on or after 2024-10-01, and AWS gives such accounts no launch configurations: set "
        "snapnames:fleet.launch to template"
    ),
    "passphrase must be set": "the stack's secrets have a passphrase: set PULUMI_CONFIG_PASSPHRASE",
    "incorrect passphrase": "PULUMI_CONFIG_PASSPHRASE is not this stack's: set the right one",
    "ExpiredToken": "the session of the AWS keys is over: log in again",
    "SSO token": _SSO,
    "SSO session has expired": _SSO,
    "No valid credential sources found": "no AWS keys were found: set aws:profile, or log in",
    "UnauthorizedOperation": "the AWS keys may not do this: give their role the action, or use another aws:profile",
    "api error AccessDenied": "the AWS keys may not do this: give their role the action, or use another aws:profile",
    "no resource plugin 'pulumi-resource-aws'": "Pulumi has no aws plugin: run `pulumi plugin install resource aws`",
    "no previous deployment": "the stack was never deployed: run `snapnames deploy`",
}

_UNKNOWN = frozenset({"AuthFailure", "InvalidClientTokenId", "UnrecognizedClientException"})
"""AWS's codes for keys that are nobody's. A region that the account has not enabled knows no key of it.

docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
"""

_NOBODY = _UNKNOWN | {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "SignatureDoesNotMatch"}
"""The same, and those for keys that are nobody's any more."""


def with_advice(message: str) -> str:
    """The message, with a line for the next step if the cause is known and the message does not say it yet."""
    lines = [advice for symptom, advice in _ADVICE.items() if symptom in message and advice not in message]
    return "\n".join([message, *dict.fromkeys(lines)])


@contextmanager
def aws_errors(doing: str) -> Iterator[None]:
    """Turn an error of AWS into a `CommandError`. Its message begins with `doing`.

    It is a `UsageError` in one line if AWS knows nobody with these keys, or if their source gives no more of them.
    """
    try:
        yield
    except KEYS_LOST as error:
        said = " ".join(str(error).split())
        raise UsageError(f"{doing}: {said}; {way_out(said)}") from error
    except REFUSALS as error:
        if refused(error) in _NOBODY:
            region = ", or enable the region if the account has not done so" if refused(error) in _UNKNOWN else ""
            raise UsageError(
                f"{doing}: {error}; AWS does not take the keys there: set aws:profile, or log in again{region}"
            ) from error
        raise CommandError(with_advice(f"{doing}: {error}")) from error
