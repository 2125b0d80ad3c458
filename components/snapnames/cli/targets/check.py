"""`snapnames targets`: can each role be assumed, and is each region enabled? It says so for each target."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from snapnames.aws.targets import TargetSessions
from snapnames.cli.display import Display
from snapnames.cli.errors import CommandError
from snapnames.cli.targets.listed import open_list
from snapnames.cli.targets.reading import side_by_side
from snapnames.cli.targets.report import counted
from snapnames.cli.targets.words import NO_TARGET
from snapnames.errors import InputError
from snapnames.printable import LINE_LIMIT, printable
from snapnames.rules.targets import Account, Share, Target

SHOWN = 50
"""How many targets a terminal lists. If there are more, it lists first those that can't be reached."""

_LOG_WIDTH = 180


@dataclass(frozen=True)
class Checked:
    """A target, and why it can't be reached. The reason is empty if it can."""

    target: Target
    problem: str = ""


@dataclass(frozen=True)
class Checks:
    """The result of `snapnames targets`."""

    share: Share
    found: tuple[Checked, ...]

    @property
    def unreachable(self) -> list[Checked]:
        """The targets that can't be reached."""
        return [one for one in self.found if one.problem]

    @property
    def document(self) -> dict[str, Any]:
        """The same for JSON."""
        return {
            "version": 1,
            "report": "targets",
            "list": self.share.document,
            "targets_reachable": len(self.found) - len(self.unreachable),
            "targets_not_reachable": len(self.unreachable),
            "targets": [
                {
                    "account": one.target.account,
                    "region": one.target.region or None,
                    "role": one.target.role or None,
                    "problem": one.problem or None,
                }
                for one in self.found
            ],
        }


def check_targets(path: Path, shard: str | None, display: Display) -> Checks:
    """Try each account once, and compare its regions. Raises `CommandError` if the file can't be worked with."""
    listed = open_list(path, shard, display)
    roles = [list(several) for _, several in groupby(listed.targets, key=lambda one: (one.account, one.role))]
    with display.counting(len(roles), "accounts") as count:
        found = side_by_side(lambda several: _checked(several, listed.sessions), roles, count)
    return Checks(listed.share, tuple(one for several in found for one in several))


def _checked(targets: Sequence[Target], sessions: TargetSessions) -> list[Checked]:
    """The targets of one account and role."""
    if all(one.problem for one in targets):
        return [Checked(one, one.problem) for one in targets]
    first = next(one for one in targets if not one.problem)
    try:
        enabled = sessions.enabled(Account(first.account, first.role, (), first.external_id, first.config))
    except InputError as error:
        return [Checked(one, one.problem or str(error)) for one in targets]
    closed = "the region is not enabled for the account: enable it, or take it out of the list"
    return [Checked(one, one.problem or ("" if one.region in enabled else closed)) for one in targets]


def print_checks(console: Console, checks: Checks) -> None:
    """A table of the targets, and how many can be reached."""
    if not console.is_terminal:
        console.width = _LOG_WIDTH
    shown = checks.found if len(checks.found) <= SHOWN else checks.unreachable[:SHOWN]
    if shown:
        table = Table("account", "region", "role", "can be reached", box=None, pad_edge=False)
        for one in shown:
            texts = (one.target.account, one.target.region or "-", _name(one.target.role), one.problem or "yes")
            table.add_row(*(Text(printable(text, LINE_LIMIT)) for text in texts))
        console.print(table)
    if len(shown) < len(checks.found):
        console.print(Text(f"{len(shown):,} of {len(checks.found):,} are shown: --json lists all", "dim"))
    if not checks.found:
        console.print(Text(NO_TARGET))
        return
    reached = len(checks.found) - len(checks.unreachable)
    console.print(Text(f"{counted(reached, 'target')} can be reached, {len(checks.unreachable):,} can't"))


def _name(role: str) -> str:
    return role.partition(":role/")[2] or "-"


def write_list(checks: Checks, path: Path) -> str:
    """Write the list as it is now: no organization and no enabled regions are left to be read. Raises `CommandError`.

    A list that leaves out what is not known today would be of other targets.
    """
    unknown = dict.fromkeys(one.target.account for one in checks.found if not one.target.region)
    if unknown:
        raise CommandError(
            f"{path} was not written: the regions of {', '.join(unknown)} are not known: see to these accounts, or "
            "list their regions"
        )
    lines = "".join(f"- {json.dumps(_entry(one.target))}\n" for one in checks.found)
    path.write_text(f"# Written by `snapnames targets --write`.\ntargets:\n{lines}", encoding="utf-8")
    return f"written: {path}"


def _entry(target: Target) -> dict[str, Any]:
    entry = {
        "account": target.account,
        "regions": [target.region],
        "role": target.role,
        "externalId": target.external_id,
        "config": dict(target.config),
    }
    return {key: value for key, value in entry.items() if value}
