"""The part of the provider's `aws:` config that a boto3 session needs."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from snapnames.config.values import TEXT, TEXT_MAP, TEXTS, TRUTH, WHOLE, is_kind
from snapnames.errors import InputError

_MIRRORED = frozenset(
    {
        "accessKey",
        "secretKey",
        "token",
        "profile",
        "region",
        "endpoints",
        "allowedAccountIds",
        "assumeRoles",
        "assumeRoleWithWebIdentity",
        "forbiddenAccountIds",
        "sharedConfigFiles",
        "sharedCredentialsFiles",
        "customCaBundle",
        "httpsProxy",
        "insecure",
        "maxRetries",
        "noProxy",
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
"""Settings that make no difference for a read of EC2."""

_HOST = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*\.?")
"""The name of a host: RFC 1123, section 2.1."""

KEYS = tuple(sorted(_MIRRORED))
"""The keys of `aws:` config that a session is made of."""

_TEXTS = frozenset(
    {
        "accessKey",
        "secretKey",
        "token",
        "profile",
        "region",
        "customCaBundle",
        "httpsProxy",
        "noProxy",
        "retryMode",
    }
)
_KINDS = {
    "allowedAccountIds": TEXTS,
    "forbiddenAccountIds": TEXTS,
    "sharedConfigFiles": TEXTS,
    "sharedCredentialsFiles": TEXTS,
    "maxRetries": WHOLE,
    "insecure": TRUTH,
    "useDualstackEndpoint": TRUTH,
    "useFipsEndpoint": TRUTH,
}
_ROLE_KINDS = {
    "roleArn": TEXT,
    "sessionName": TEXT,
    "externalId": TEXT,
    "policy": TEXT,
    "policyArns": TEXTS,
    "sourceIdentity": TEXT,
    "tags": TEXT_MAP,
    "transitiveTagKeys": TEXTS,
}
_WEB_KINDS = {
    "roleArn": TEXT,
    "sessionName": TEXT,
    "webIdentityToken": TEXT,
    "webIdentityTokenFile": TEXT,
    "duration": TEXT,
    "policy": TEXT,
    "policyArns": TEXTS,
}


def provider_settings(config: Mapping[str, str]) -> dict[str, Any]:
    """The settings for a session, parsed, and checked to be of the right kind. Raises `InputError`.

    `config`: the raw text values of the stack's `aws:` config, by key without the namespace.
    """
    for key in config:
        if key not in _MIRRORED | _NO_MATTER:
            raise InputError(
                f"aws:{key} has no counterpart outside the provider, and a source given by tags, a dropped release, or "
                "the images that the account owns are read outside of it: give the profile or the keys another way"
            )
    settings: dict[str, Any] = {
        key: value if key in _TEXTS else _parsed(key, value) for key, value in config.items() if key in _MIRRORED
    }
    _check_kinds("", settings, _KINDS)
    if settings.get("maxRetries", 0) < 0:
        raise InputError(f"aws:maxRetries is {settings['maxRetries']}; it is a number of calls: set 0 or more")
    if settings.get("retryMode", "standard") not in ("standard", "adaptive"):
        raise InputError(f"aws:retryMode is {settings['retryMode']!r}; it is standard or adaptive: set one of them")
    for path, role in _entries(settings, "assumeRoles"):
        if "roleArn" not in role:
            raise InputError(f"aws:{path} has no roleArn; each entry is a role to assume: give its ARN, or remove it")
        _check_kinds(f"{path}.", role, _ROLE_KINDS)
    web = settings.get("assumeRoleWithWebIdentity", {})
    if not isinstance(web, dict):
        raise InputError("aws:assumeRoleWithWebIdentity is no map; the provider takes a map there: write it so")
    _check_kinds("assumeRoleWithWebIdentity.", web, _WEB_KINDS)
    for path, endpoints in _entries(settings, "endpoints"):
        _check_endpoints(path, endpoints)
    return settings


def _entries(settings: Mapping[str, Any], key: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each map of a list of maps, with the path to it."""
    entries = settings.get(key, [])
    if not isinstance(entries, list):
        raise InputError(f"aws:{key} is no list; the provider takes a list of maps there: write it so")
    for index, entry in enumerate(entries):
        if not isinstance(entry, dict):
            raise InputError(f"aws:{key}[{index}] is no map; the provider takes a list of maps there: write it so")
        yield f"{key}[{index}]", entry


def _check_kinds(path: str, values: Mapping[str, Any], kinds: Mapping[str, str]) -> None:
    """Raise `InputError` for a value of another kind. The error does not show the value, because it may be a secret."""
    for key in values.keys() & kinds.keys():
        if not is_kind(values[key], kinds[key]):
            raise InputError(
                f"aws:{path}{key} is of another kind; it wants {kinds[key]}: write it so, numbers in quotes where text "
                "is wanted"
            )


def _check_endpoints(path: str, endpoints: Mapping[str, Any]) -> None:
    _check_kinds(f"{path}.", endpoints, dict.fromkeys(endpoints, TEXT))
    for service, url in endpoints.items():
        if not _is_url(url):
            raise InputError(f"aws:{path}.{service} is {url!r}; it is a URL as https://example.com: write it so")


def _is_url(text: str) -> bool:
    """Whether a text is the address of a service: http or https, and the name of a host.

    >>> [_is_url(text) for text in ("http://127.0.0.1:5055", "https://ec2.example.com", "example.com", "http://a b")]
    [True, True, False, False]
    """
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        _ = parts.port  # raises for one that is no number
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and (_HOST.fullmatch(host) is not None or ":" in host)


def _parsed(key: str, value: str) -> Any:  # noqa: ANN401 -- whatever the provider takes there
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as error:
        # The error does not show the value, because it may be a secret.
        where = f" at line {error.lineno}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise InputError(f"aws:{key} is no JSON{where}; the provider takes JSON there: correct it") from error
