"""The environment of everything that runs for the dev stack or a test: it can't reach a real account.

Built from nothing but the names in `KEPT`, so that what the caller has set (AWS_* keys, profiles, proxies, a Pulumi
access token) is not seen.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

REGION = "ap-northeast-2"
KEPT = ("PATH", "HOME", "USER", "LANG", "LC_ALL", "TERM", "TMPDIR", "COLUMNS", "NO_COLOR", "PYTHONDONTWRITEBYTECODE")
FORGOTTEN = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_ENDPOINT_URL_EC2",
    "AWS_ENDPOINT_URL_AUTO_SCALING",
    "AWS_ENDPOINT_URL_KMS",
    "AWS_ENDPOINT_URL_SSM",
    "AWS_ENDPOINT_URL_STS",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "PULUMI_ACCESS_TOKEN",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "ALL_PROXY",
    "all_proxy",
)
"""What a shell that takes over this environment must unset, since it keeps what it has; `foreign` finds the rest."""

_SETTING = re.compile(r"(AWS|PULUMI)_\w+|(ALL|HTTPS?|NO)_PROXY", re.ASCII | re.IGNORECASE)

NOWHERE = "http://127.0.0.1:9"
"""A proxy that does not answer: port 9 is `discard`, and Linux has nothing there."""


def sealed(
    caller: Mapping[str, str], *, path: list[Path], pulumi_home: Path, backend: Path, endpoint: str
) -> dict[str, str]:
    """What is set, and nothing else. `path` comes first on PATH; `endpoint` is the local AWS."""
    kept = {name: caller[name] for name in KEPT if name in caller}
    return {
        **kept,
        "PATH": os.pathsep.join([*map(str, path), caller.get("PATH", os.defpath)]),
        **pulumi_variables(pulumi_home, backend),
        **aws_variables(endpoint),
    }


def foreign(caller: Mapping[str, str], variables: Mapping[str, str]) -> list[str]:
    """The names of the caller's settings of AWS, Pulumi and proxies that `variables` do not replace.

    >>> foreign({"AWS_ENDPOINT_URL_S3": "https://s3.example.com", "AWS_REGION": "us-east-1"}, {"AWS_REGION": REGION})
    ['AWS_ENDPOINT_URL_S3']
    """
    return sorted(name for name in caller if _SETTING.fullmatch(name) and name not in variables)


def pulumi_variables(home: Path, backend: Path) -> dict[str, str]:
    """Pulumi with its state in the folder `backend`, and no word to anyone."""
    return {
        "PULUMI_HOME": str(home),
        "PULUMI_BACKEND_URL": f"file://{backend}",
        # Opens the secrets of stacks on the local AWS, of which none is worth keeping.
        "PULUMI_CONFIG_PASSPHRASE": "local",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    }


def aws_variables(endpoint: str) -> dict[str, str]:
    """AWS clients with dummy keys, no profile, and every service on the local AWS or nowhere."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "HTTP_PROXY": NOWHERE,
        "HTTPS_PROXY": NOWHERE,
        "NO_PROXY": "127.0.0.1,localhost",
    }
