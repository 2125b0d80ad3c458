"""Which releases ran, from when, and what became of each.

A stack output, which the next update and the commands read.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

HISTORY_OUTPUT = "history"


def history_output(service: str = "") -> str:
    """The stack output with the history of a service; the one of snapnames' own program is called with an empty text.

    >>> history_output(), history_output("front")
    ('history', 'front:history')
    """
    return f"{service}:{HISTORY_OUTPUT}" if service else HISTORY_OUTPUT


LONGEST = 50
"""Entries that are kept: the oldest go."""

ROLLED_OUT = "rolled out"
"""The update waited until its instances ran it."""

LAUNCHED = "launched"
"""The group was told to launch it. Nothing waited for its instances, or some, or all, still run something else."""

FAILED = "failed"
"""Nothing waited for its instances, and its instance refresh has failed since."""

LEFT = "left"
"""An update went from it back to a release that had run before."""


@dataclass(frozen=True)
class Entry:
    """One time for which a release was what the fleet launches."""

    release: str
    since: str
    """When its update ended: ISO 8601 in UTC."""

    outcome: str
    """`rolled out`, `launched`, `failed` or `left`."""


def read_history(output: object) -> list[Entry]:
    """The entries of a stack output, the oldest first; what is not understood is left out."""
    found = output if isinstance(output, Sequence) and not isinstance(output, str) else ()
    return [
        Entry(str(one["release"]), str(one.get("since", "")), str(one.get("outcome", LAUNCHED)))
        for one in found
        if isinstance(one, Mapping) and "release" in one
    ]


def written(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """The entries as a stack output."""
    return [asdict(entry) for entry in entries]


def entered(
    entries: Sequence[Entry], live: str, outcome: str, now: datetime, listed: Sequence[str] = ()
) -> list[Entry]:
    """The history with the release that the fleet launches from now on; the same when it launched that before.

    `listed`: the releases of the config, newest first. A release that is left for one that ran before, or for one that
    is listed as older, is marked as left: a rollback does not go back to it. An image that was taken in has run before
    the history began. Going forth again to a newer one leaves nothing.

    >>> from datetime import UTC
    >>> noon = datetime(2018, 3, 7, 12, tzinfo=UTC)
    >>> runs = []
    >>> for release in ("b", "c", "b"):
    ...     runs = entered(runs, release, ROLLED_OUT, noon)
    >>> [(entry.release, entry.outcome) for entry in runs]
    [('b', 'rolled out'), ('c', 'left'), ('b', 'rolled out')]
    >>> runs = entered(runs, "c", ROLLED_OUT, noon, ["c", "b"])
    >>> [(entry.release, entry.outcome) for entry in runs[2:]]
    [('b', 'rolled out'), ('c', 'rolled out')]
    """
    if entries and entries[-1].release == live:
        last = entries[-1]
        better = last.outcome == LAUNCHED or (last.outcome, outcome) == (FAILED, ROLLED_OUT)
        kept = Entry(live, last.since, outcome if better else last.outcome)
        return [*entries[:-1], kept]
    before = list(entries)
    ran = any(entry.release == live for entry in before) and not _newer(live, before[-1].release, listed)
    if ran or (before and _newer(before[-1].release, live, listed)):
        before[-1] = Entry(before[-1].release, before[-1].since, LEFT)
    return [*before, Entry(live, now.isoformat(timespec="seconds"), outcome)][-LONGEST:]


def _newer(release: str, than: str, listed: Sequence[str]) -> bool:
    return release in listed and than in listed and listed.index(release) < listed.index(than)


def ended(entries: Sequence[Entry], outcome: str) -> list[Entry]:
    """The entries once AWS has told how the rollout ended that nothing had waited for.

    >>> [entry.outcome for entry in ended([Entry("a", "", LAUNCHED), Entry("b", "", LAUNCHED)], FAILED)]
    ['launched', 'failed']
    """
    if not entries or entries[-1].outcome not in (LAUNCHED, FAILED):
        return [*entries]
    return [*entries[:-1], Entry(entries[-1].release, entries[-1].since, outcome)]


def left(entries: Iterable[Entry]) -> set[str]:
    """The releases that were left, or whose rollout had failed, when they last ran."""
    last = {entry.release: entry.outcome for entry in entries}
    return {release for release, outcome in last.items() if outcome in (LEFT, FAILED)}


def going_back(entries: Sequence[Entry], listed: Sequence[str], live: str) -> str | None:
    """The release to go back to: the last one that ran before the live one, is listed, and was not left.

    Where the history does not tell, the first that is listed behind the live one and was not left.

    >>> ran = [("b", ROLLED_OUT), ("c", LEFT), ("b", ROLLED_OUT), ("d", ROLLED_OUT)]
    >>> runs = [Entry(release, "", outcome) for release, outcome in ran]
    >>> going_back(runs, ["d", "c", "b"], "d")
    'b'
    >>> going_back([], ["d", "c", "b"], "d")
    'c'
    """
    bad = left(entries)
    for release in reversed(_ran_before(entries, listed, live)):
        if release != live and release in listed and release not in bad:
            return release
    behind = listed[listed.index(live) + 1 :] if live in listed else listed
    return next((release for release in behind if release not in bad), None)


def _ran_before(entries: Sequence[Entry], listed: Sequence[str], live: str) -> list[str]:
    """The releases that ran before the live one, in order.

    A rollout that has failed is not among the entries. If its release is new, or is newer than the last entry, all
    entries ran before it: also where a release of that name ran once, and was dropped.
    """
    ran = [entry.release for entry in entries]
    if live not in ran or (ran[-1] != live and (live not in listed or _newer(live, ran[-1], listed))):
        return ran
    return ran[: len(ran) - 1 - ran[::-1].index(live)]


def retained(entries: Sequence[Entry], listed: Sequence[str], live: str, keep: int) -> list[str]:
    """The releases that stay of a list, newest first, when `keep` of them do.

    The live one stays, then the one to go back to, then those that were not left, the newest first.

    >>> ran = [("b", ROLLED_OUT), ("c", LEFT), ("b", ROLLED_OUT), ("d", ROLLED_OUT)]
    >>> runs = [Entry(release, "", outcome) for release, outcome in ran]
    >>> retained(runs, ["d", "c", "b", "a"], "d", 2)
    ['d', 'b']
    """
    bad, back = left(entries), going_back(entries, listed, live)
    order = sorted(listed, key=lambda one: (one != live, one != back, one in bad, listed.index(one)))
    kept = set(order[:keep])
    return [release for release in listed if release in kept]
