"""`snapnames merge`: one report of the results of all shards. It refuses what does not make one whole."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from snapnames.cli.errors import UsageError
from snapnames.cli.targets.document import KIND, read_document
from snapnames.cli.targets.report import Report, counted
from snapnames.errors import InputError
from snapnames.printable import printable
from snapnames.rules.targets import Shard, Share

NAMES = "names of targets"
"""What the merged document of the lines of `snapnames name-owned --targets` says that it is."""

_FOREIGN = (
    "no result of targets; `snapnames ledger --targets` and `snapnames name-owned --targets` write them with --json: "
    "give their files"
)
_SHOWN = 5
Line = Mapping[str, Any]


@dataclass(frozen=True)
class Lines:
    """The lines of JSON that a command wrote, one for each target."""

    share: Share
    lines: tuple[Line, ...]

    @property
    def failed(self) -> list[Line]:
        """Those of targets that failed."""
        return [line for line in self.lines if line["error"]]

    @property
    def totals(self) -> Counter[str]:
        """Each number of the lines, added up. A list counts as how long it is."""
        found = Counter[str]()
        for line in self.lines:
            for key, value in line.items():
                if isinstance(value, int | float) and not isinstance(value, bool):
                    found[key] += value  # type: ignore[assignment] # a counter of numbers
                elif isinstance(value, list | dict) and key != "list":
                    found[key] += len(value)
        return found

    @property
    def document(self) -> dict[str, Any]:
        """All of it, made only of JSON types."""
        return {
            "version": 1,
            "report": NAMES,
            "list": self.share.document,
            "targets_done": len(self.lines) - len(self.failed),
            "targets_failed": len(self.failed),
            "totals": dict(self.totals),
            "targets": [{key: value for key, value in line.items() if key != "list"} for line in self.lines],
        }


@dataclass(frozen=True)
class _Part:
    """What one file has."""

    file: str
    share: Share
    places: tuple[tuple[str, str], ...]
    report: Report | None = None
    lines: tuple[Line, ...] = ()


def merge(paths: Sequence[Path]) -> Report | Lines:
    """One result of all files. Raises `UsageError` if they are not all shards of one run, each once."""
    read = [part for path in paths if (part := _part(path)) is not None]
    if not read:
        raise UsageError(
            "the files have no result; `snapnames ledger --targets FILE --json` writes one: give its files"
        )
    _check(read)
    whole = replace(read[0].share, shard=Shard())
    reports = [part.report for part in read if part.report is not None]
    if not reports:
        lines = (line for part in read for line in part.lines)
        return Lines(whole, tuple(sorted(lines, key=_place)))
    rows = sorted((row for one in reports for row in one.rows), key=lambda row: (row.account, row.region))
    first = min(reports, key=lambda one: one.taken)
    return replace(first, share=whole, rows=tuple(rows))


def _part(path: Path) -> _Part | None:
    """What a file has. None for an empty one: a shard without a target writes no line."""
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} can't be read: {error}: give the JSON that the shards wrote") from error
    try:
        return (_report(path.name, text) or _lines(path.name, text)) if text else None
    except InputError as error:
        raise UsageError(f"{path.name} can't be merged: {error}") from error


def _report(file: str, text: str) -> _Part | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(found, dict) and "exit_code" in found:
        raise InputError(f"its command had no result, but an error: {found.get('error')}: run the shard again")
    if not isinstance(found, dict) or (Share.read(found.get("list")) and "account" in found):
        return None
    if found.get("report") != KIND:
        raise InputError(f"it is {_FOREIGN}")
    report = read_document(found)
    return _Part(file, report.share, tuple((row.account, row.region) for row in report.rows), report)


def _lines(file: str, text: str) -> _Part:
    """The lines of a file. A run that went on wrote a target again, and its last line counts."""
    found: dict[tuple[str, str], Line] = {}
    shares = set[Share]()
    for number, raw in enumerate(text.splitlines(), 1):
        try:
            line = json.loads(raw) if raw.strip() else None
        except (ValueError, RecursionError) as error:
            raise InputError(
                f"line {number} is no JSON; each line is one target, and a run that was killed can leave half a line: "
                "remove the line, and run the shard again"
            ) from error
        if line is None:
            continue
        share = Share.read(line.get("list")) if isinstance(line, dict) else None
        if share is None or not isinstance(line.get("account"), str) or "error" not in line:
            raise InputError(f"line {number} is {_FOREIGN}")
        shares.add(share)
        found[_place(line)] = line
    if len(shares) > 1:
        raise InputError(
            f"its lines are of {len(shares)} lists or shards; a file has one: keep one file for each shard"
        )
    return _Part(file, shares.pop(), tuple(found), lines=tuple(found.values()))


def _place(line: Line) -> tuple[str, str]:
    return str(line["account"]), str(line.get("region") or "")


def _check(parts: Sequence[_Part]) -> None:
    first = parts[0]
    for part in parts[1:]:
        if (part.report is None) != (first.report is None):
            raise UsageError(
                f"{first.file} and {part.file} are of different commands; a report is of one: merge them apart"
            )
        if (part.share.fingerprint, part.share.targets) != (first.share.fingerprint, first.share.targets):
            raise UsageError(
                f"{part.file} is of another list of targets than {first.file}; the shards of one run have the same "
                "accounts and regions: write the list once with `snapnames targets FILE --write LIST`, and run all "
                "shards with LIST"
            )
        if part.share.shard.count != first.share.shard.count:
            raise UsageError(
                f"{part.file} is shard {part.share.shard}, and {first.file} is shard {first.share.shard}; the shards "
                "of one run have the same N: run them again with one N"
            )
        if part.report and first.report and _limits(part.report) != _limits(first.report):
            raise UsageError(
                f"{part.file} and {first.file} were made with another --keep or --older-than; their plans can't be "
                "added up: run the shards again with the same options"
            )
    _check_shards(parts)
    _check_places(parts)


def _limits(report: Report) -> tuple[int, int]:
    return report.keep, report.older_than_days


def _check_shards(parts: Sequence[_Part]) -> None:
    files: dict[int, str] = {}
    for part in parts:
        shard = part.share.shard
        if shard.index in files:
            raise UsageError(
                f"{files[shard.index]} and {part.file} are both shard {shard}; each shard counts once: leave out one"
            )
        files[shard.index] = part.file
    share = parts[0].share
    every = (replace(share, shard=Shard(index, share.shard.count)) for index in range(1, share.shard.count + 1))
    missing = [str(one.shard) for one in every if one.shard.index not in files and one.size]
    if missing:
        raise UsageError(
            f"{counted(len(missing), 'shard')} of {share.shard.count} {_is(missing)} missing: {_some(missing)}; a "
            "report without them would not be of all targets: give their files too, or run them"
        )


def _check_places(parts: Sequence[_Part]) -> None:
    seen: dict[tuple[str, str], str] = {}
    for part in parts:
        for place in part.places:
            if place in seen:
                raise UsageError(
                    f"{' '.join(place).strip()} is in {seen[place]} and in {part.file}; a target is in one shard: run "
                    "the shards again with one list"
                )
            seen[place] = part.file
        if len(part.places) != part.share.size:
            raise UsageError(
                f"{part.file} has {len(part.places)} of the {counted(part.share.size, 'target')} of shard "
                f"{part.share.shard}; the run was stopped: run the shard again"
            )


def _some(texts: Iterable[str]) -> str:
    every = list(texts)
    more = f" and {len(every) - _SHOWN} more" if len(every) > _SHOWN else ""
    return ", ".join(every[:_SHOWN]) + more


def _is(texts: Sequence[object]) -> str:
    return "is" if len(texts) == 1 else "are"


def sentences(found: Lines) -> list[str]:
    """The merged lines for a person."""
    done, totals = len(found.lines) - len(found.failed), found.totals
    numbers = ", ".join(f"{key} {value:,}" for key, value in sorted(totals.items()))
    lines = [f"{counted(len(found.lines), 'target')}: {done:,} done, {len(found.failed):,} failed"]
    lines += [f"in all: {numbers}"] if numbers else []
    for line in found.failed[:_SHOWN]:
        lines.append(f"  - {' '.join(_place(line)).strip()}: {printable(str(line['error']), 1000)}")
    return lines
