"""boto3 clients that use the stack's `aws:` config, for reads that have no data source in the provider."""

import difflib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from functools import cache, partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined] # typeshed leaves it out
from weakref import WeakKeyDictionary

import boto3
import pulumi
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import BotoCoreError, ClientError
from botocore.loaders import Loader, create_loader
from botocore.parsers import ResponseParserError
from botocore.utils import validate_region_name
from pulumi import Resource

from snapnames.aws.keys import check_account, core_session, getting_in, read_keys, refuse_to_ask
from snapnames.aws.roles import assumed, assumed_by_web_identity, with_keys
from snapnames.config.provider import provider_settings
from snapnames.errors import InputError

if TYPE_CHECKING:
    from mypy_boto3_autoscaling import AutoScalingClient
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_sts import STSClient


_PATIENCE, _TRIES = 10.0, 3
"""Seconds and calls after which a region counts as one that can't be reached."""


class StackSession:
    """Clients with the region, profile, keys, roles and endpoints of the stack's default provider.

    Raises `InputError` if a setting of the provider has no counterpart here, if a setting is of the wrong kind, if
    there is no region, if there are no keys, if a role can't be assumed, or if the account is not allowed.
    """

    _elsewhere = ""
    _wanted: Config | None = None
    """What the clients have beside the settings."""

    def __init__(self, config: Mapping[str, str] | None = None) -> None:
        """Read the provider's settings and the keys, assume its roles, and check the account if it is limited.

        `config`: the stack's `aws:` config as it stands, without the namespace. Left out: the running program's.
        """
        self._settings = provider_settings(_running_config() if config is None else config)
        self._clients: dict[tuple[str, str], Any] = {}
        with getting_in():
            self._session = _session(self._settings)
        # A client would report a bad region only when it is made, and callers expect no config error there.
        _check_region(self._session.region_name)
        with getting_in():
            self._session = _with_roles(self._session, self._settings)
            if self._settings.get("allowedAccountIds") or self._settings.get("forbiddenAccountIds"):
                check_account(self.account_id(), self._session.region_name, self._settings)

    @property
    def place(self) -> str:
        """The account and the region, for an error. If AWS does not tell the account, it is the region alone."""
        try:
            return f"{self.account_id()} {self.region}"
        except REFUSALS:
            return self.region

    def account_id(self) -> str:
        """The id of the account of the keys: one call. Raises one of `REFUSALS`."""
        sts: STSClient = _client(self._session, self._settings, "sts")
        return sts.get_caller_identity()["Account"]

    @property
    def region(self) -> str:
        """The region of the clients."""
        return self._elsewhere or str(self._session.region_name)

    def elsewhere(self, region: str) -> "StackSession":
        """The same keys, roles and endpoints in another region."""
        there = copy(self)
        there._elsewhere = region  # noqa: SLF001 -- its own class
        return there

    def knows(self, region: str) -> bool:
        """Whether boto3 knows a region of this name."""
        return region in self._regions()

    def nearest(self, region: str) -> str:
        """The region that boto3 knows whose name is spelt most like this."""
        return difflib.get_close_matches(region, self._regions(), n=1, cutoff=0)[0]

    def _regions(self) -> list[str]:
        partitions = self._session.get_available_partitions()
        return [region for partition in partitions for region in self._session.get_available_regions("ec2", partition)]

    def ec2(self) -> "EC2Client":
        """A client of EC2."""
        client: EC2Client = self._kept_client("ec2")
        return client

    def ec2_in_haste(self) -> "EC2Client":
        """A client of EC2 that gives up within a minute, to see whether the region can be reached at all."""
        config = Config(connect_timeout=_PATIENCE, read_timeout=_PATIENCE, retries={"total_max_attempts": _TRIES})
        client: EC2Client = _client(self._session, self._settings, "ec2", config=config, region_name=self.region)
        return client

    def autoscaling(self) -> "AutoScalingClient":
        """A client of Auto Scaling."""
        client: AutoScalingClient = self._kept_client("autoscaling")
        return client

    def kms(self) -> Any:  # noqa: ANN401 -- its types are not among the locked stubs
        """A client of KMS."""
        return self._kept_client("kms")

    def ssm(self) -> Any:  # noqa: ANN401 -- the same
        """A client of Systems Manager."""
        return self._kept_client("ssm")

    def _kept_client(self, service: str) -> Any:  # noqa: ANN401 -- boto3 makes its clients at run time
        """One for each service and region: to make one, boto3 reads some megabytes of JSON."""
        key = (service, self.region)
        if key not in self._clients:
            self._clients[key] = self.client(service, self._wanted, region_name=self.region)
        return self._clients[key]

    def client(self, service: str, config: Config | None = None, **keys: str) -> Any:  # noqa: ANN401 -- made at run time
        """A new client of a service. `config`: what it has beside the settings."""
        return _client(self._session, self._settings, service, config=config, **keys)

    @property
    def most_retries(self) -> int | None:
        """How often `aws:maxRetries` lets a call be tried again. None if it is not set."""
        return self._settings.get("maxRetries")

    def signed_with(self, keys: Credentials, config: Config) -> "StackSession":
        """The same settings, and clients of its own that sign with these keys. `config`: what they have beside."""
        there = copy(self)
        there._session = with_keys(self._session, keys)  # noqa: SLF001 -- its own class
        there._clients, there._wanted = {}, config  # noqa: SLF001
        return there

    def keys(self) -> Credentials:
        """The keys that the clients sign with. Raises `InputError` if there are none."""
        return read_keys(self._session)


_of_programs: WeakKeyDictionary[Resource, StackSession] = WeakKeyDictionary()


def program_session() -> StackSession:
    """The session of the running program: one for all of its reads. Raises `InputError` as `StackSession` does."""
    root = pulumi.runtime.get_root_resource()
    if root is None:
        return StackSession()
    if root not in _of_programs:
        _of_programs[root] = StackSession()
    return _of_programs[root]


REFUSALS = (BotoCoreError, ClientError, ResponseParserError)
"""What boto3 raises when AWS, or the way to it, refuses a call, or the answer can't be understood."""


def refused(error: Exception) -> str:
    """The code of the error that AWS has answered; empty for an error of another kind."""
    return str(error.response["Error"]["Code"]) if isinstance(error, ClientError) else ""


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Raise `InputError` if `what` can't be read, because AWS refuses or can't be reached."""
    try:
        yield
    except REFUSALS as error:
        raise InputError(
            f"{what} can't be read: {error}; see to aws:profile, aws:region and the credentials"
        ) from error


def _running_config() -> dict[str, str]:
    values = pulumi.runtime.config.get_config_env() | pulumi.runtime.config.CONFIG.get()
    return {key.removeprefix("aws:"): value for key, value in values.items() if key.startswith("aws:")}


def _with_roles(session: boto3.Session, settings: Mapping[str, Any]) -> boto3.Session:
    """The session, or one with the keys of the last role that the settings assume."""
    if "assumeRoleWithWebIdentity" in settings:
        session = assumed_by_web_identity(
            session, settings["assumeRoleWithWebIdentity"], partial(_client, session, settings)
        )
    roles = settings.get("assumeRoles", [])
    if not roles:
        read_keys(session)
    for role in roles:
        session = assumed(session, role, partial(_client, session, settings))
    return session


def _check_region(region: str | None) -> None:
    if not region:
        raise InputError(
            "aws:region is not set, and neither is AWS_REGION; images are in one region: run `pulumi config set "
            "aws:region <region>`"
        )
    try:
        validate_region_name(region)
    except BotoCoreError as error:
        raise InputError(
            f"region {region!r} has a character that no region has; it is part of a host's name: correct aws:region"
        ) from error


@cache
def _loader(data_path: str | None) -> Loader:
    """One for all sessions of this process. What EC2 is takes a sixth of a second to read."""
    return create_loader(data_path)


def _session(settings: Mapping[str, Any]) -> boto3.Session:
    core = core_session()
    core.register_component("data_loader", _loader(core.get_config_variable("data_path")))
    for key, variable in (("sharedConfigFiles", "config_file"), ("sharedCredentialsFiles", "credentials_file")):
        files = settings.get(key, [])
        if len(files) > 1:
            raise InputError(
                f"aws:{key} lists {len(files)} files; a source given by tags, a dropped release, or the images that "
                "the account owns are read with one: list one"
            )
        if files:
            core.set_config_variable(variable, files[0])
    session = boto3.Session(
        botocore_session=core,
        aws_access_key_id=settings.get("accessKey"),
        aws_secret_access_key=settings.get("secretKey"),
        aws_session_token=settings.get("token"),
        profile_name=settings.get("profile"),
        # The provider's rule. boto3 alone would use AWS_DEFAULT_REGION or the profile, and could read another region.
        region_name=settings.get("region") or os.environ.get("AWS_REGION"),
    )
    if "accessKey" not in settings:
        refuse_to_ask(core)
    return session


def _client(
    session: boto3.Session, settings: Mapping[str, Any], service: str, *, config: Config | None = None, **keys: str
) -> Any:  # noqa: ANN401 -- boto3 makes its clients at run time
    """A client of a service, through `httpsProxy` unless `noProxy` has its host.

    Where a setting is missing, what the environment says holds, as for the provider. `config`: what a caller wants
    beside the settings.
    """
    options: dict[str, Any] = {
        "endpoint_url": next((entry[service] for entry in settings.get("endpoints", []) if service in entry), None),
        "verify": False if settings.get("insecure") else settings.get("customCaBundle"),
        **keys,
    }
    wanted = Config(
        retries={
            "total_max_attempts": settings.get("maxRetries", 24) + 1,
            "mode": settings.get("retryMode", "standard"),
        },
        use_dualstack_endpoint=settings.get("useDualstackEndpoint"),
        use_fips_endpoint=settings.get("useFipsEndpoint"),
    )
    if config is not None:
        wanted = wanted.merge(config)
    make: Any = session.client  # which client it is depends on the name of the service
    client = make(service, config=wanted, **options)
    # A client with a proxy of its own asks no setting about hosts that are reached without one.
    without = {"no": settings["noProxy"]} if "noProxy" in settings else None
    if "httpsProxy" not in settings or proxy_bypass_environment(urlsplit(client.meta.endpoint_url).netloc, without):
        return client
    return make(service, config=wanted.merge(Config(proxies={"https": settings["httpsProxy"]})), **options)
