"""From what a file of targets says to the targets: accounts of the organization, and the regions that are enabled."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

from snapnames.aws.organization import organization_accounts
from snapnames.aws.targets import AT_ONCE, TargetSessions
from snapnames.errors import InputError
from snapnames.rules.partitions import partition_of
from snapnames.rules.targets import Account, Organization, Target, TargetList, ordered


def resolve(wanted: TargetList, sessions: TargetSessions) -> list[Target]:
    """All targets, ordered. Raises `InputError` if the organization can't be read."""
    return targets_of(accounts_of(wanted, sessions), sessions)


def accounts_of(wanted: TargetList, sessions: TargetSessions) -> list[Account]:
    """All accounts. Raises `InputError` if the organization can't be read."""
    listed = {account.account for account in wanted.accounts}
    members = _members(wanted.organization, sessions)
    return [*wanted.accounts, *(one for one in members if one.account not in listed)]


def targets_of(
    accounts: Sequence[Account], sessions: TargetSessions, done: Callable[[], None] = lambda: None
) -> list[Target]:
    """The targets of accounts, ordered. `done` is called after each account whose enabled regions were read.

    An account whose regions can't be read is one target with the reason, and so is a region that boto3 does not know.
    """
    targets = [target for one in accounts if one.regions for target in _known(one, sessions)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for several in pool.map(partial(_enabled, sessions=sessions), (one for one in accounts if not one.regions)):
            targets += several
            done()
    return ordered(targets)


def _members(wanted: Organization | None, sessions: TargetSessions) -> list[Account]:
    if wanted is None:
        return []
    partition = partition_of(*(wanted.regions or [sessions.region]))
    client = sessions.home().client("organizations")
    return [wanted.account(account, partition) for account in organization_accounts(client, wanted)]


def _known(account: Account, sessions: TargetSessions) -> list[Target]:
    unknown = "boto3 knows no region of this name: correct the list, or if the region is new, install a newer boto3"
    return [one if sessions.knows(one.region) else replace(one, problem=unknown) for one in account.targets()]


def _enabled(account: Account, sessions: TargetSessions) -> list[Target]:
    try:
        return account.targets(sessions.enabled(account))
    except InputError as error:
        return account.targets(problem=str(error))
