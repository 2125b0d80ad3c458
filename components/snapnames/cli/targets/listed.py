"""The file of targets, opened: all targets, and the shard that a command works on."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from snapnames.aws.session import REFUSALS
from snapnames.aws.target_list import accounts_of, targets_of
from snapnames.aws.targets import TargetSessions
from snapnames.cli.display import Display
from snapnames.cli.errors import CommandError, UsageError
from snapnames.config.targets import read_targets
from snapnames.errors import InputError
from snapnames.rules.partitions import partition_of
from snapnames.rules.targets import Account, Shard, Share, Target, TargetList, twice

_HOME = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
"""Where roles are assumed if the environment names no region."""


@dataclass(frozen=True)
class Listed:
    """What a command works on."""

    targets: tuple[Target, ...]
    """Those of the shard."""

    share: Share
    sessions: TargetSessions


def open_list(path: Path, shard: str | None, display: Display) -> Listed:
    """Read the file, and the organization and the enabled regions that it asks for. Raises `CommandError`."""
    try:
        part = Shard.of(shard) if shard else Shard()
        wanted = read_targets(_text(path), path.name, _own_region())
    except InputError as error:
        raise UsageError(str(error)) from error
    sessions = TargetSessions(_own_region() or _home(wanted))
    try:
        targets = _targets(accounts_of(wanted, sessions), sessions, display)
    except InputError as error:
        raise CommandError(str(error)) from error
    except REFUSALS as error:
        raise CommandError(f"the targets can't be read: {error}") from error
    if again := twice(targets):
        raise UsageError(f"{again[0].place} is there twice in {path.name}; a place is one target: remove one of them")
    if not targets:
        raise UsageError(
            f"{path.name} leads to no target: the organization has no active account in these units with these tags "
            "that is not excluded: correct the list"
        )
    share = Share.of(targets, part)
    return Listed(tuple(part.part(targets)), share, sessions)


def _targets(accounts: Sequence[Account], sessions: TargetSessions, display: Display) -> list[Target]:
    """The targets of the accounts, with progress if there are regions to be read."""
    unread = sum(not account.regions for account in accounts)
    if not unread:
        return targets_of(accounts, sessions)
    with display.counting(unread, "accounts whose regions are read") as count:
        return targets_of(accounts, sessions, count)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} can't be read: {error}; it is a file of targets in YAML: give its path") from error


def _own_region() -> str:
    """The region that the environment names. Empty if it names none."""
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or ""


def _home(wanted: TargetList) -> str:
    regions = [region for account in wanted.accounts for region in account.regions]
    regions += wanted.organization.regions if wanted.organization else ()
    return _HOME.get(partition_of(*regions), next(iter(regions), "us-east-1"))
