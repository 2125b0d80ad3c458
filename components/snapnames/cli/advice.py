"""The next step for errors of AWS and Pulumi that do not say it themselves."""

from collections.abc import Iterator
from contextlib import contextmanager

from snapnames.aws.session import REFUSALS, refused
from snapnames.cli.errors import CommandError, UsageError

_ADVICE = {
    "Launch Configuration creation operation is not available in your account": (
        "this account was made on or after 2024-10-01, and AWS gives such accounts no launch configurations: set "
        "snapnames:fleet.launch to template"
    ),
    "passphrase must be set": "the stack's secrets have a passphrase: set PULUMI_CONFIG_PASSPHRASE",
    "incorrect passphrase": "PULUMI_CONFIG_PASSPHRASE is not this stack's: set the right one",
    "ExpiredToken": "the session of the AWS keys is over: log in again",
    "No valid credential sources found": "no AWS keys were found: set aws:profile, or log in",
    "UnauthorizedOperation": "the AWS keys may not do this: give their role the action, or use another aws:profile",
    "api error AccessDenied": "the AWS keys may not do this: give their role the action, or use another aws:profile",
    "no resource plugin 'pulumi-resource-aws'": "Pulumi has no aws plugin: run `pulumi plugin install resource aws`",
    "no previous deployment": "the stack was never deployed: run `snapnames deploy`",
}

_NOBODY = frozenset(
    {"AuthFailure", "ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "RequestExpired"}
    | {"SignatureDoesNotMatch", "UnrecognizedClientException"}
)
"""AWS's codes for keys that are nobody's, or nobody's any more."""


def with_advice(message: str) -> str:
    """The message, with a line for the next step if the cause is known and the message does not say it yet."""
    lines = [advice for symptom, advice in _ADVICE.items() if symptom in message and advice not in message]
    return "\n".join([message, *lines])


@contextmanager
def aws_errors(doing: str) -> Iterator[None]:
    """Turn an error of AWS into a `CommandError`. Its message begins with `doing`.

    It is a `UsageError` in one line if AWS knows nobody with these keys.
    """
    try:
        yield
    except REFUSALS as error:
        if refused(error) in _NOBODY:
            raise UsageError(
                f"{doing}: {error}; AWS does not take the keys: set aws:profile, or log in again"
            ) from error
        raise CommandError(with_advice(f"{doing}: {error}")) from error
