"""The way into many accounts: each role is assumed once, and all accounts share one client for each region.

A client takes 20 ms and some megabytes. So it belongs to a region, and not to an account: for each call it signs with
the keys of the account that the current thread works on.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.credentials import Credentials, RefreshableCredentials

from snapnames.aws.regions import enabled_regions
from snapnames.aws.role_advice import advice
from snapnames.aws.roles import role_arguments
from snapnames.aws.session import REFUSALS, StackSession
from snapnames.errors import InputError
from snapnames.rules.targets import Account, Target

if TYPE_CHECKING:
    from botocore.credentials import ReadOnlyCredentials
    from mypy_boto3_autoscaling import AutoScalingClient
    from mypy_boto3_ec2 import EC2Client

AT_ONCE = 32
"""How many targets are worked on at a time. EC2 counts the calls of each account and region by themselves."""

_RETRIES = 7
_CONNECT_SECONDS = 10

CONFUSED = (LookupError, TypeError, ValueError, AttributeError)
"""What the readers raise at an answer that has another shape than AWS documents."""


class Clients:
    """What one target is read with. All accounts share the clients of a region, which are made when they are needed."""

    def __init__(self, way: "_Way", region: str) -> None:
        """Nothing is read yet."""
        self._way, self.region = way, region
        self.calls = 0

    @property
    def ec2(self) -> "EC2Client":
        """A client of EC2."""
        client: EC2Client = self._way.shared("ec2", self.region)
        return client

    @property
    def autoscaling(self) -> "AutoScalingClient":
        """A client of Auto Scaling."""
        client: AutoScalingClient = self._way.shared("autoscaling", self.region)
        return client


@dataclass(frozen=True)
class _Signing:
    """Whose keys the current thread signs with, and what counts its calls."""

    keys: Credentials
    clients: Clients


_SIGNING: ContextVar[_Signing] = ContextVar("_SIGNING")


class _KeysOfTheTarget(Credentials):
    """The keys of the account that the current thread works on. Outside of a target there are none."""

    def __init__(self) -> None:
        super().__init__("", "", method="assume-role")

    def get_frozen_credentials(self) -> "ReadOnlyCredentials":
        return _SIGNING.get().keys.get_frozen_credentials()


def _count(**_: Any) -> None:  # noqa: ANN401 -- botocore tells what is sent
    _SIGNING.get().clients.calls += 1


class _Way:
    """One way to AWS: the keys that assume roles, and the clients."""

    def __init__(self, config: Mapping[str, str]) -> None:
        self.home = StackSession(config)
        most = self.home.most_retries
        # The other retry modes have a budget for each client: a throttled account would use up that of all others.
        wanted = Config(
            retries={"mode": "legacy", "total_max_attempts": 1 + (_RETRIES if most is None else most)},
            connect_timeout=_CONNECT_SECONDS,
            max_pool_connections=AT_ONCE,
        )
        self.sts = self.home.client("sts", wanted)
        self._signed = self.home.signed_with(_KeysOfTheTarget(), wanted)
        self._known = set[tuple[str, str]]()
        self._lock = Lock()

    def shared(self, service: str, region: str) -> Any:  # noqa: ANN401 -- boto3 makes its clients at run time
        """The one client of a service in a region."""
        with self._lock:
            there = self._signed.elsewhere(region)
            client = there.ec2() if service == "ec2" else there.autoscaling()
            if (service, region) not in self._known:
                self._known.add((service, region))
                client.meta.events.register("before-send", _count)
            return client


class _Once:
    """The keys of an account: one thread gets them, the others wait, and a refusal is remembered."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._found: Credentials | None = None
        self._refused = ""

    def keys(self, way: _Way, target: Target) -> Credentials:
        with self._lock:
            if self._found is None and not self._refused:
                try:
                    self._found = _keys(way, target)
                except InputError as error:
                    self._refused = str(error)
            if self._found is None:
                raise InputError(self._refused)
            return self._found


class TargetSessions:
    """Clients for targets. Safe for threads. It asks STS once for each account."""

    def __init__(self, region: str) -> None:
        """Nothing is read yet. `region`: where roles are assumed."""
        self.region = region
        # botocore warns, with a stack trace, of keys that can't be made anew. The target says it.
        logging.getLogger("botocore.credentials").setLevel(logging.ERROR)
        self._ways: dict[str, _Way] = {}
        self._accounts: dict[tuple[str, str, str, str], _Once] = {}
        self._lock = Lock()

    @contextmanager
    def of(self, target: Target) -> Iterator[Clients]:
        """While this lasts, calls of the current thread are made in this target.

        Raises `InputError` if its role can't be assumed, or leads to another account.
        """
        way = self._way(target.config)
        signing = _Signing(self._keys(way, target), Clients(way, target.region or self.region))
        token = _SIGNING.set(signing)
        try:
            yield signing.clients
        finally:
            _SIGNING.reset(token)

    def reach(self, target: Target) -> None:
        """Get the keys of the target, and make no client. Raises `InputError` as `of` does."""
        self._keys(self._way(target.config), target)

    def enabled(self, account: Account) -> list[str]:
        """The regions that are enabled for an account. Raises `InputError` if they can't be read."""
        [target] = account.targets([""])
        with self.of(target) as clients:
            try:
                return enabled_regions(clients.ec2)
            except (*REFUSALS, *CONFUSED) as error:
                raise InputError(f"the regions of the account can't be read: {why(error)}") from error

    def knows(self, region: str) -> bool:
        """Whether boto3 knows a region of this name."""
        return self.home().knows(region)

    def home(self) -> StackSession:
        """The way in of the command itself: its own keys, without a role. Raises `InputError`."""
        return self._way({}).home

    def _keys(self, way: _Way, target: Target) -> Credentials:
        account = (target.account, target.role, target.external_id, _way_key(target.config))
        with self._lock:
            once = self._accounts.setdefault(account, _Once())
        return once.keys(way, target)

    def _way(self, config: Mapping[str, str]) -> _Way:
        with self._lock:
            key = _way_key(config)
            if key not in self._ways:
                self._ways[key] = _Way({"region": self.region, **_aws(config)})
            return self._ways[key]


def why(error: Exception) -> str:
    """What an error says, in one line. One of another shape than AWS documents says little by itself."""
    said = " ".join(str(error).split())
    if isinstance(error, REFUSALS):
        return said
    return f"the answer has another shape than AWS documents ({type(error).__name__}: {said})"


def _aws(config: Mapping[str, str]) -> dict[str, str]:
    return {key.removeprefix("aws:"): text for key, text in config.items() if key.startswith("aws:")}


def _way_key(config: Mapping[str, str]) -> str:
    return repr(sorted(_aws(config).items()))


def _keys(way: _Way, target: Target) -> Credentials:
    """The keys for a target, which are known to be of its account. Raises `InputError`."""
    if not target.role:
        return _own_keys(way, target)
    arguments = role_arguments(
        {"roleArn": target.role, **({"externalId": target.external_id} if target.external_id else {})}
    )

    def fetch() -> dict[str, str]:
        # It runs again in the middle of a read, when the keys end. So it says itself what went wrong.
        try:
            answer = way.sts.assume_role(**arguments)
            account, keys = answer["AssumedRoleUser"]["Arn"].split(":")[4], answer["Credentials"]
            found = {
                "access_key": keys["AccessKeyId"],
                "secret_key": keys["SecretAccessKey"],
                "token": keys["SessionToken"],
                "expiry_time": keys["Expiration"].isoformat(),
            }
        except (*REFUSALS, *CONFUSED) as error:
            raise InputError(f"the role {target.role} can't be assumed: {why(error)}; {advice(error)}") from error
        _check(account, target)
        return found

    # The keys are valid for an hour, and the work may take longer, so they refresh themselves.
    return RefreshableCredentials.create_from_metadata(fetch(), refresh_using=fetch, method="assume-role")


def _own_keys(way: _Way, target: Target) -> Credentials:
    try:
        _check(way.home.account_id(), target)
    except (*REFUSALS, *CONFUSED) as error:
        raise InputError(f"the account of the AWS keys can't be read: {why(error)}") from error
    return way.home.keys()


def _check(account: str, target: Target) -> None:
    if account != target.account:
        role = f"the role {target.role} is" if target.role else "without a role, the AWS keys are"
        raise InputError(f"{role} of account {account}, and the target is account {target.account}: correct the list")
