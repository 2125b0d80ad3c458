"""The keys of the roles that the stack's `aws:` config assumes, one role after another, as the provider does."""

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import boto3
from botocore.credentials import (
    AssumeRoleCredentialFetcher,
    AssumeRoleWithWebIdentityCredentialFetcher,
    CredentialProvider,
    CredentialResolver,
    Credentials,
    DeferredRefreshableCredentials,
)

from snapnames.aws.keys import core_session, read_keys, refreshing
from snapnames.errors import InputError
from snapnames.rules.time_spans import seconds_of

_ROLE_ARGUMENTS = {
    "roleArn": "RoleArn",
    "sessionName": "RoleSessionName",
    "externalId": "ExternalId",
    "policy": "Policy",
    "sourceIdentity": "SourceIdentity",
    "transitiveTagKeys": "TransitiveTagKeys",
}
_WEB_ARGUMENTS = {"sessionName": "RoleSessionName", "policy": "Policy"}


def assumed(session: boto3.Session, role: Mapping[str, Any], client: Callable[..., Any]) -> boto3.Session:
    """A session with the keys of an entry of `aws:assumeRoles`. `client`: makes a client of a service."""
    arguments = role_arguments(role)
    if session.get_credentials() is None:
        raise InputError(
            f"no AWS keys were found to assume {arguments['RoleArn']} with; aws:assumeRoles takes keys of its own: set "
            "aws:profile, or log in"
        )
    fetcher = AssumeRoleCredentialFetcher(
        client_creator=client,
        source_credentials=read_keys(session),
        role_arn=arguments.pop("RoleArn"),
        extra_args=arguments,
    )
    return _with_keys(session, fetcher.fetch_credentials, "assume-role")


def role_arguments(role: Mapping[str, Any]) -> dict[str, Any]:
    """What AssumeRole is called with for an entry of `aws:assumeRoles`."""
    arguments = _arguments(role, _ROLE_ARGUMENTS)
    if "tags" in role:
        arguments["Tags"] = [{"Key": key, "Value": value} for key, value in role["tags"].items()]
    return arguments


def assumed_by_web_identity(
    session: boto3.Session, role: Mapping[str, Any], client: Callable[..., Any]
) -> boto3.Session:
    """A session with the keys of `aws:assumeRoleWithWebIdentity`. It needs no keys of its own, only the token.

    `client`: makes a client of a service. What the config leaves out is read from AWS_ROLE_ARN and
    AWS_WEB_IDENTITY_TOKEN_FILE. Raises `InputError` if it is in neither.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
    """
    arn = role.get("roleArn") or os.environ.get("AWS_ROLE_ARN")
    if not arn:
        raise InputError("aws:assumeRoleWithWebIdentity has no roleArn; it is the role to assume: give its ARN")
    arguments = _arguments(role, _WEB_ARGUMENTS)
    if "duration" in role:
        arguments["DurationSeconds"] = seconds(role["duration"])
    fetcher = AssumeRoleWithWebIdentityCredentialFetcher(
        client_creator=client, web_identity_token_loader=_token(role), role_arn=arn, extra_args=arguments
    )
    return _with_keys(session, fetcher.fetch_credentials, "assume-role-with-web-identity")


def seconds(duration: str) -> int:
    """The seconds of a duration as the provider takes it. Raises `InputError`.

    >>> seconds("1h30m")
    5400
    """
    if not re.fullmatch(r"(\d+h)?(\d+m)?(\d+s)?", duration) or not duration:
        raise InputError(
            f"aws:assumeRoleWithWebIdentity.duration is {duration!r}; it is a time as 15m or 1h30m: write it so"
        )
    return int(seconds_of(duration))


def _token(role: Mapping[str, Any]) -> Callable[[], str]:
    file = role.get("webIdentityTokenFile") or os.environ.get("AWS_WEB_IDENTITY_TOKEN_FILE")
    if "webIdentityToken" in role:
        return lambda: str(role["webIdentityToken"])
    if not file:
        raise InputError(
            "aws:assumeRoleWithWebIdentity has no token; the role is assumed with one: give webIdentityToken or "
            "webIdentityTokenFile"
        )
    # The file is read for each refresh, because its writer replaces the token before it expires.
    return lambda: Path(file).expanduser().read_text(encoding="utf-8").strip()


def _arguments(role: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    arguments: dict[str, Any] = {"RoleSessionName": "snapnames"}
    arguments |= {names[key]: value for key, value in role.items() if key in names}
    if "policyArns" in role:
        arguments["PolicyArns"] = [{"arn": arn} for arn in role["policyArns"]]
    return arguments


def _with_keys(session: boto3.Session, fetch: Callable[[], dict[str, Any]], method: str) -> boto3.Session:
    # A role's keys are valid for an hour, and an image may take longer, so the keys have to refresh.
    credentials = DeferredRefreshableCredentials(refresh_using=refreshing(fetch, method), method=method)
    credentials.get_frozen_credentials()  # raises now if the role can't be assumed
    return with_keys(session, credentials)


def with_keys(session: boto3.Session, keys: Credentials) -> boto3.Session:
    """A session of its own in the same region, with these keys, and with all else that the profile says.

    The profile may name the certificates of a proxy, or the address of a service.
    """
    core = core_session()
    given = session._session  # noqa: SLF001 -- boto3 shows no more than the profile's name
    for variable in ("profile", "config_file", "credentials_file"):
        if value := given.get_config_variable(variable):
            core.set_config_variable(variable, value)
    core.register_component("credential_provider", CredentialResolver([_Given(keys)]))
    return boto3.Session(botocore_session=core, region_name=session.region_name)


class _Given(CredentialProvider):
    """Gives a session the keys that it is to have."""

    METHOD = "assume-role"

    def __init__(self, keys: Credentials) -> None:
        """Keep them."""
        super().__init__()
        self._keys = keys

    def load(self) -> Credentials:
        """Give them."""
        return self._keys
