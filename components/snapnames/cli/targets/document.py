"""The ledger of many targets as JSON, and read from it again. docs/targets-ledger.schema.json describes each key."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from snapnames.aws.targets import CONFUSED
from snapnames.cli.ledger.findings import KINDS
from snapnames.cli.targets.report import Report, total
from snapnames.cli.targets.rows import AMOUNTS, Amount, Cost, Row, Sums
from snapnames.errors import InputError
from snapnames.rules.targets import Share

VERSION = 1
"""The version grows if a key is removed or gets another meaning. A new key does not change it."""

KIND = "ledger of targets"

_FOREIGN = "it is no report of this version of snapnames: run `snapnames ledger --targets FILE --json` again"


def document(report: Report) -> dict[str, Any]:
    """The whole report, made only of JSON types."""
    return {
        "version": VERSION,
        "report": KIND,
        "taken_at": report.taken.isoformat(),
        "list": report.share.document,
        "keep": report.keep,
        "older_than_days": report.older_than_days,
        "calls": report.calls,
        "targets_read": len(report.read),
        "targets_not_read": len(report.not_read),
        "totals": _sums(report.rows),
        "accounts": [{"account": rows[0].account, **_sums(rows)} for rows in report.accounts],
        "targets": [_row(row) for row in report.rows],
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "account": row.account,
        "region": row.region or None,
        "not_read": row.not_read or None,
        "calls": row.calls,
        "usd_per_gb_month": row.price,
        **(_nothing() if row.not_read else _sums([row])),
    }


def _nothing() -> dict[str, None]:
    return dict.fromkeys(("images", *AMOUNTS, "findings"))


def _sums(rows: Iterable[Row]) -> dict[str, Any]:
    rows = tuple(rows)
    sums = total(rows)
    return {
        "images": sums.images,
        **{name: _amount(rows, name) for name in AMOUNTS},
        "findings": {kind: sums.findings[kind] for kind in KINDS if sums.findings[kind]},
    }


def _amount(rows: Iterable[Row], name: str) -> dict[str, Any]:
    whole, cost = Amount(), Cost()
    for row in rows:
        one: Amount = getattr(row.sums, name)
        whole, cost = whole + one, cost + Cost.of(one.gib, row.price)
    return {"count": whole.count, "size_gib": whole.gib, "usd_per_month": cost.known}


def read_document(found: Mapping[str, Any]) -> Report:
    """The report that a document has. All sums are made anew of its targets. Raises `InputError`."""
    share = Share.read(found.get("list"))
    if found.get("version") != VERSION or share is None:
        raise InputError(_FOREIGN)
    try:
        return Report(
            datetime.fromisoformat(found["taken_at"]),
            share,
            int(found["keep"]),
            int(found["older_than_days"]),
            tuple(_read(one) for one in found["targets"]),
        )
    except CONFUSED as error:
        raise InputError(f"{_FOREIGN} ({type(error).__name__}: {error})") from error


def _read(one: Mapping[str, Any]) -> Row:
    price = one["usd_per_gb_month"]
    account, region, not_read = str(one["account"]), str(one["region"] or ""), str(one["not_read"] or "")
    if not_read:
        return Row(account, region, not_read, int(one["calls"]))
    amounts = {name: Amount(int(one[name]["count"]), int(one[name]["size_gib"])) for name in AMOUNTS}
    findings = Counter({str(kind): int(number) for kind, number in one["findings"].items()})
    sums = Sums(images=int(one["images"]), findings=findings, **amounts)
    return Row(account, region, "", int(one["calls"]), None if price is None else float(price), sums)
