"""boto3 clients that reach AWS as the stack's own `aws:` config does, for reads that have no data source."""

import json
import os
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import boto3
import botocore.session
import pulumi
from botocore.config import Config
from botocore.credentials import (
    AssumeRoleCredentialFetcher,
    CredentialProvider,
    CredentialResolver,
    DeferredRefreshableCredentials,
)

from .errors import InputError

if TYPE_CHECKING:
    from mypy_boto3_autoscaling import AutoScalingClient
    from mypy_boto3_ec2 import EC2Client

_MIRRORED = frozenset(
    {
        "accessKey",
        "secretKey",
        "token",
        "profile",
        "region",
        "endpoints",
        "assumeRoles",
        "sharedConfigFiles",
        "sharedCredentialsFiles",
        "customCaBundle",
        "insecure",
        "maxRetries",
        "retryMode",
        "useDualstackEndpoint",
        "useFipsEndpoint",
    }
)
_NO_MATTER = frozenset(
    {
        "defaultTags",
        "ignoreTags",
        "s3UsEast1RegionalEndpoint",
        "s3UsePathStyle",
        "skipCredentialsValidation",
        "skipMetadataApiCheck",
        "skipRegionValidation",
        "skipRequestingAccountId",
        "stsRegion",
        "tagPolicyCompliance",
        "tokenBucketRateLimiterCapacity",
        "userAgents",
    }
)
"""Settings that change nothing for a read of EC2."""

KEYS = tuple(sorted(_MIRRORED))
"""The keys of `aws:` config that a session is made of."""

_ROLE_ARGUMENTS = {
    "roleArn": "RoleArn",
    "sessionName": "RoleSessionName",
    "externalId": "ExternalId",
    "policy": "Policy",
    "sourceIdentity": "SourceIdentity",
    "transitiveTagKeys": "TransitiveTagKeys",
}


class StackSession:
    """Clients with the region, profile, keys, roles and endpoints of the stack's default provider.

    Raises `InputError` for a setting of the provider that has no counterpart here.
    """

    def __init__(self, config: Mapping[str, str] | None = None) -> None:
        """Read the provider's settings, and assume its roles.

        `config`: the stack's `aws:` config as it stands, without the namespace. Left out: the running program's.
        """
        self._settings = _provider_settings(_running_config() if config is None else config)
        self._session = _session(self._settings)
        for role in self._settings.get("assumeRoles", []):
            self._session = _assumed(self._session, role, self._settings)

    def ec2(self) -> "EC2Client":
        """A client of EC2."""
        return self._session.client("ec2", **_client_options("ec2", self._settings))

    def autoscaling(self) -> "AutoScalingClient":
        """A client of Auto Scaling."""
        return self._session.client("autoscaling", **_client_options("autoscaling", self._settings))


def _running_config() -> dict[str, str]:
    values = pulumi.runtime.config.get_config_env() | pulumi.runtime.config.CONFIG.get()
    return {key.removeprefix("aws:"): value for key, value in values.items() if key.startswith("aws:")}


def _provider_settings(config: Mapping[str, str]) -> dict[str, Any]:
    for key in config:
        if key not in _MIRRORED | _NO_MATTER:
            raise InputError(
                f"aws:{key} has no counterpart outside the provider, and a source given by tags, a dropped release, or "
                "the images that the account owns are read outside of it: give the profile or the keys another way"
            )
    texts = {"accessKey", "secretKey", "token", "profile", "region", "customCaBundle", "retryMode"}
    return {key: value if key in texts else _parsed(key, value) for key, value in config.items() if key in _MIRRORED}


def _parsed(key: str, value: str) -> Any:  # noqa: ANN401 -- whatever the provider takes there
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as error:
        # Not the value: it may be a secret.
        where = f" at line {error.lineno}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise InputError(f"aws:{key} is no JSON{where}; the provider takes JSON there: correct it") from error


def _session(settings: Mapping[str, Any]) -> boto3.Session:
    core = botocore.session.Session()
    for key, variable in (("sharedConfigFiles", "config_file"), ("sharedCredentialsFiles", "credentials_file")):
        files = settings.get(key, [])
        if len(files) > 1:
            raise InputError(
                f"aws:{key} lists {len(files)} files; a source given by tags, a dropped release, or the images that "
                "the account owns are read with one: list one"
            )
        if files:
            core.set_config_variable(variable, files[0])
    return boto3.Session(
        botocore_session=core,
        aws_access_key_id=settings.get("accessKey"),
        aws_secret_access_key=settings.get("secretKey"),
        aws_session_token=settings.get("token"),
        profile_name=settings.get("profile"),
        # As the provider has it; boto3 alone would ask AWS_DEFAULT_REGION and the profile, and read another region.
        region_name=settings.get("region") or os.environ.get("AWS_REGION"),
    )


def _client_options(service: Literal["autoscaling", "ec2", "sts"], settings: Mapping[str, Any]) -> dict[str, Any]:
    endpoint = next((entry[service] for entry in settings.get("endpoints", []) if service in entry), None)
    return {
        "endpoint_url": endpoint,
        "verify": False if settings.get("insecure") else settings.get("customCaBundle"),
        "config": Config(
            retries={
                "total_max_attempts": settings.get("maxRetries", 24) + 1,
                "mode": settings.get("retryMode", "standard"),
            },
            use_dualstack_endpoint=settings.get("useDualstackEndpoint"),
            use_fips_endpoint=settings.get("useFipsEndpoint"),
        ),
    }


def _assumed(session: boto3.Session, role: Mapping[str, Any], settings: Mapping[str, Any]) -> boto3.Session:
    arguments: dict[str, Any] = {"RoleSessionName": "snapnames"}
    arguments |= {_ROLE_ARGUMENTS[key]: value for key, value in role.items() if key in _ROLE_ARGUMENTS}
    if "policyArns" in role:
        arguments["PolicyArns"] = [{"arn": arn} for arn in role["policyArns"]]
    if "tags" in role:
        arguments["Tags"] = [{"Key": key, "Value": value} for key, value in role["tags"].items()]
    fetcher = AssumeRoleCredentialFetcher(
        client_creator=partial(session.client, **_client_options("sts", settings)),
        source_credentials=session.get_credentials(),
        role_arn=arguments.pop("RoleArn"),
        extra_args=arguments,
    )
    # A role's keys are good for an hour, and an image may take longer.
    credentials = DeferredRefreshableCredentials(refresh_using=fetcher.fetch_credentials, method=_Assumed.METHOD)
    credentials.get_frozen_credentials()  # says now that the role can't be had
    core = botocore.session.Session()
    core.register_component("credential_provider", CredentialResolver([_Assumed(credentials)]))
    return boto3.Session(botocore_session=core, region_name=session.region_name)


class _Assumed(CredentialProvider):
    """Gives a session the keys of a role."""

    METHOD = "assume-role"

    def __init__(self, credentials: DeferredRefreshableCredentials) -> None:
        """Keep them."""
        super().__init__()
        self._credentials = credentials

    def load(self) -> DeferredRefreshableCredentials:
        """Give them."""
        return self._credentials
