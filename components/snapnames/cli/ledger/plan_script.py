"""The plan as a shell script, which checks each row again and deletes only with `--really`.

The commands have ids only. Names from AWS stand in comments alone, and only their plain characters. Tags are compared
by their checksum.
"""

import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from textwrap import wrap

from snapnames.cli.ledger.plan import Plan, PlanRow
from snapnames.rules.images import Snapshot
from snapnames.rules.letting_go import UNSEEN

_ID = re.compile(r"(ami|snap)-[0-9a-f]+")
_ACCOUNT = re.compile(r"\d{12}")
_REGION = re.compile(r"[a-z0-9-]+")
_POLYNOMIAL, _BITS = 0x04C11DB7, 0xFFFFFFFF
_COMMENT = _WIDTH = 120


def script(plan: Plan, account: str) -> str:
    """The whole script, the rows of a region together. Raises `ValueError` for an id that is not one."""
    limits = plan.limits
    regions = list(dict.fromkeys(_plain(_REGION, row.candidate.region) for row in plan.rows))
    body = files(__package__).joinpath("letting_go.sh").read_text(encoding="utf-8")
    lines = [
        "#!/bin/sh",
        f"# What can be let go of account {account} in {', '.join(regions)}",
        f"# Made by snapnames ledger, {limits.now:%Y-%m-%d %H:%M} UTC",
        f"# Older than {limits.older_than.days} days, and not one of the {limits.keep} newest images of a service.",
        *wrap(f"Not read, and not checked here: {UNSEEN}.", _WIDTH, initial_indent="# ", subsequent_indent="# "),
        "# Without --really, this script only says what it would delete. It needs the aws command.",
        "set -u",
        "set -f",
        f"account={_plain(_ACCOUNT, account)}",
        f"region={regions[0]}",
        f"since={limits.since:%Y%m%d}",
        "",
        body,
        *(line for region in regions for line in ("", f"in_region {region}", *_rows_in(plan, region))),
        "",
        "finish",
    ]
    return "\n".join(lines) + "\n"


def _rows_in(plan: Plan, region: str) -> Iterator[str]:
    for row in plan.rows:
        if row.candidate.region == region:
            yield ""
            yield from _lines(row, plan.limits.keep)


def checksum(tags: Mapping[str, str]) -> str:
    """What `cksum` says of the tags as the aws command prints them: sorted by key, a line for each.

    https://pubs.opengroup.org/onlinepubs/9699919799/utilities/cksum.html

    >>> checksum({})
    '4294967295 0'
    >>> checksum({"b": "2", "Name": "web"})
    '2316325016 12'
    """
    text = "\n".join(f"{key}\t{value}" for key, value in sorted(tags.items())).rstrip("\n").encode()
    length = len(text)
    crc = 0
    for byte in (*text, *length.to_bytes((length.bit_length() + 7) // 8, "little")):
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1) ^ _POLYNOMIAL if crc & 0x80000000 else crc << 1
        crc &= _BITS
    return f"{crc ^ _BITS} {length}"


def _lines(row: PlanRow, keep: int) -> Iterator[str]:
    one = row.candidate
    yield f"# {_comment(one.name)}, {one.size} GiB, made {one.made:%Y-%m-%d}"
    if one.image is None:
        [only] = one.snapshots
        yield f"snapshot {_snapshot(only)} {_plain(_ID, str(only.image_id))}"
        return
    behind = ",".join(sorted(_plain(_ID, snapshot_id) for snapshot_id in {*one.image.snapshots.values()}))
    newest = ",".join(_plain(_ID, one_id) for one_id in ([] if one.failed else one.newest[:keep]))
    parts = [
        f"image {_plain(_ID, one.image.image_id)} {one.image.state} '{behind}' '{checksum(one.image.tags)}' '{newest}'"
    ]
    yield " \\\n    ".join([*parts, *(_snapshot(snapshot) for snapshot in one.snapshots)])


def _snapshot(snapshot: Snapshot) -> str:
    return f"{_plain(_ID, snapshot.snapshot_id)} {snapshot.state} '{checksum(snapshot.tags)}'"


def _plain(pattern: re.Pattern[str], text: str) -> str:
    """The text, if it is what it has to be: then a shell reads it as one word."""
    if not pattern.fullmatch(text):
        raise ValueError(f"{text!r} is not what AWS gives: nothing was written")
    return text


def _comment(name: str) -> str:
    """The plain characters of a name."""
    return re.sub(r"[^A-Za-z0-9 ._()/:@=+-]", "?", name)[:_COMMENT] or "no name"
