"""Targets: the accounts and regions that one command works on. Plain values and rules; nothing here asks AWS."""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from snapnames.errors import InputError

ENABLED = "enabled"
"""In place of a list of regions: all regions that are enabled for the account."""

DECIDED = ("aws:region", "aws:assumeRoles", "aws:allowedAccountIds")
"""The config that the target itself decides."""

_SHARD = re.compile(r"(?P<index>\d{1,6})/(?P<count>\d{1,6})", re.ASCII)


@dataclass(frozen=True)
class Target:
    """One account and one region."""

    account: str
    region: str
    """Empty if it is not known which regions the account has; `problem` then says why."""

    role: str = ""
    """The ARN of the role to assume. Empty for the keys that the command has already."""

    external_id: str = ""
    config: Mapping[str, str] = field(default_factory=dict)
    """Config of the target's stack, by whole keys such as `snapnames:namePattern`, as `pulumi config` has it."""

    problem: str = ""
    """Why nothing can be done with this target. Empty if it can be tried."""

    @property
    def name(self) -> str:
        """A name that tells the target from all others; also for a stack.

        >>> Target("111122223333", "eu-west-1").name
        '111122223333-eu-west-1'
        """
        return f"{self.account}-{self.region}" if self.region else self.account

    @property
    def place(self) -> str:
        """The account and the region, for a sentence."""
        return f"{self.account} {self.region}".strip()

    @property
    def stack_config(self) -> dict[str, str]:
        """The config of a stack that works on this target: its own, and the `aws:` config that leads there.

        >>> Target("111122223333", "eu-west-1").stack_config
        {'aws:region': 'eu-west-1', 'aws:allowedAccountIds': '["111122223333"]'}
        """
        decided = {"aws:region": self.region, "aws:allowedAccountIds": json.dumps([self.account])}
        if self.role:
            role = {"roleArn": self.role, "sessionName": "snapnames"}
            role |= {"externalId": self.external_id} if self.external_id else {}
            decided["aws:assumeRoles"] = json.dumps([role])
        return {**self.config, **decided}


@dataclass(frozen=True)
class Account:
    """An account of the list, before it is known which regions it has."""

    account: str
    role: str = ""
    """The ARN of the role. Empty for the keys that the command has already."""

    regions: tuple[str, ...] = ()
    """Empty for the regions that are enabled."""

    external_id: str = ""
    config: Mapping[str, str] = field(default_factory=dict)

    def targets(self, regions: Iterable[str] = (), problem: str = "") -> list[Target]:
        """A target for each region. `problem`: why the regions are not known; it makes one target without a region."""
        return [
            Target(self.account, region, self.role, self.external_id, self.config, problem)
            for region in ("",) * bool(problem) or self.regions or regions
        ]


@dataclass(frozen=True)
class Organization:
    """Accounts that AWS Organizations lists."""

    units: tuple[str, ...] = ()
    """Ids of organizational units or of the root; the accounts in units beneath them count too. Empty for all."""

    tags: Mapping[str, str] = field(default_factory=dict)
    """An account has to have all of these tags."""

    exclude: tuple[str, ...] = ()
    """Ids of accounts that are left out."""

    role: str = ""
    """The name of the role, with its path, that each account has."""

    regions: tuple[str, ...] = ()
    external_id: str = ""
    config: Mapping[str, str] = field(default_factory=dict)

    def account(self, account: str, partition: str = "aws") -> Account:
        """The entry of one of its accounts."""
        arn = role_arn(self.role, account, partition)
        return Account(account, arn, self.regions, self.external_id, self.config)

    def takes(self, tags: Mapping[str, str]) -> bool:
        """Whether an account with these tags is one of the targets.

        >>> Organization(tags={"stage": "prod"}).takes({"stage": "prod", "team": "web"})
        True
        """
        return all(tags.get(key) == value for key, value in self.tags.items())


@dataclass(frozen=True)
class TargetList:
    """What a file of targets says."""

    accounts: tuple[Account, ...] = ()
    organization: Organization | None = None
    """Accounts that are listed by themselves count as they are listed there."""


@dataclass(frozen=True)
class Shard:
    """One of several equal parts of the targets, counted from 1."""

    index: int = 1
    count: int = 1

    @classmethod
    def of(cls, text: str) -> "Shard":
        """The shard that a text names. Raises `InputError`.

        >>> Shard.of("2/4")
        Shard(index=2, count=4)
        """
        found = _SHARD.fullmatch(text)
        shard = cls(int(found["index"]), int(found["count"])) if found else cls(0, 0)
        if not 1 <= shard.index <= shard.count:
            raise InputError(
                f"--shard is {text!r}; it is I/N, the part I of N equal parts, counted from 1: give for example 1/4"
            )
        return shard

    def __str__(self) -> str:
        return f"{self.index}/{self.count}"

    def part(self, targets: Iterable[Target]) -> list[Target]:
        """Its part of the targets: of the ordered list, a piece in one go, so that an account's regions stay together.

        >>> regions = [Target("111122223333", f"eu-west-{number}") for number in (3, 1, 2)]
        >>> [[one.region for one in Shard(index, 2).part(regions)] for index in (1, 2)]
        [['eu-west-1'], ['eu-west-2', 'eu-west-3']]
        """
        every = ordered(targets)
        begin, end = self.piece(len(every))
        return every[begin:end]

    def piece(self, targets: int) -> tuple[int, int]:
        """Where its part begins and ends in an ordered list of so many targets."""
        return (targets * (self.index - 1)) // self.count, (targets * self.index) // self.count


@dataclass(frozen=True)
class Share:
    """What a result says of the list that it is of, so that the results of all shards can be put together."""

    fingerprint: str
    """Of the whole list: two lists with the same accounts and regions have the same."""

    targets: int
    """How many targets the whole list has."""

    shard: Shard = Shard()

    @classmethod
    def of(cls, targets: Collection[Target], shard: Shard = Shard()) -> "Share":
        """The share of a shard of the whole list."""
        lines = "".join(f"{one.account} {one.region}\n" for one in ordered(targets))
        return cls(sha256(lines.encode()).hexdigest()[:16], len(targets), shard)

    @property
    def size(self) -> int:
        """How many targets the shard has.

        >>> [Share("e3b0", 10, Shard(index, 4)).size for index in (1, 2, 3, 4)]
        [2, 3, 2, 3]
        """
        begin, end = self.shard.piece(self.targets)
        return end - begin

    def line(self, target: Target, error: str = "", **facts: object) -> dict[str, object]:
        """A line of JSON about one target, as `snapnames merge` reads it. Numbers among `facts` are added up there."""
        place = {"account": target.account, "region": target.region or None, "error": error or None}
        return {**place, **facts, "list": self.document}

    @property
    def document(self) -> dict[str, object]:
        """The same for JSON."""
        return {"fingerprint": self.fingerprint, "targets": self.targets, "shard": str(self.shard)}

    @classmethod
    def read(cls, document: object) -> "Share | None":
        """The share that JSON has. None if it is none.

        >>> Share.read(Share("e3b0", 4, Shard(2, 4)).document)
        Share(fingerprint='e3b0', targets=4, shard=Shard(index=2, count=4))
        """
        match document:
            case {"fingerprint": str(fingerprint), "targets": int(targets), "shard": str(shard)}:
                try:
                    return cls(fingerprint, targets, Shard.of(shard))
                except InputError:
                    return None
        return None


def ordered(targets: Iterable[Target]) -> list[Target]:
    """The targets in the one order that does not depend on the file: by account, then by region."""
    return sorted(targets, key=lambda one: (one.account, one.region))


def twice(targets: Iterable[Target]) -> list[Target]:
    """The targets that are there for a second time: two of one place would work against each other."""
    seen = set[tuple[str, str]]()
    found = []
    for one in targets:
        if (one.account, one.region) in seen:
            found.append(one)
        seen.add((one.account, one.region))
    return found


def role_arn(role: str, account: str, partition: str = "aws") -> str:
    """The ARN of a role that is given by its name, with or without a path. An ARN stays. Nothing stays nothing.

    >>> role_arn("ops/reader", "111122223333")
    'arn:aws:iam::111122223333:role/ops/reader'
    """
    return role if not role or role.startswith("arn:") else f"arn:{partition}:iam::{account}:role/{role.lstrip('/')}"
