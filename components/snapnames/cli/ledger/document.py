"""The ledger as JSON for scripts. docs/ledger.schema.json describes each key."""

from functools import partial
from typing import Any

from snapnames.cli.ledger.book import Ledger, Line, Row
from snapnames.cli.ledger.findings import KINDS, Finding
from snapnames.cli.ledger.plan_document import plan_document

VERSION = 1
"""The version grows if a key is removed or gets another meaning. A new key does not change it."""


def document(ledger: Ledger) -> dict[str, Any]:
    """The whole ledger, made only of JSON types."""
    totals, price = ledger.totals, ledger.price
    return {
        "version": VERSION,
        "taken_at": ledger.taken.isoformat(),
        "region": ledger.region,
        "account_id": ledger.account_id or None,
        "stack": ledger.stack,
        "scope": "account" if ledger.account else "stack",
        "calls": ledger.calls,
        "price": price and {"usd_per_gb_month": price.usd_per_gb_month, "as_of": price.as_of, "source": price.source},
        "totals": {
            "images": totals.images,
            "snapshots": totals.snapshots,
            **_size(ledger, totals.size),
            "orphans": _size(ledger, totals.orphans_size),
            "others": {"snapshots": totals.others, **_size(ledger, totals.others_size)},
            "unused": _size(ledger, totals.unused_size),
            "findings": {kind: totals.findings[kind] for kind in KINDS},
        },
        "plan": ledger.plan and plan_document(ledger.plan, partial(_size, ledger)),
        "findings": [_finding(ledger, finding) for finding in ledger.findings],
        "images": [_row(ledger, row) for row in ledger.rows],
    }


def _size(ledger: Ledger, size: int) -> dict[str, Any]:
    return {"size_gib": size, "usd_per_month": ledger.usd(size)}


def _finding(ledger: Ledger, finding: Finding) -> dict[str, Any]:
    return {
        "kind": finding.kind,
        "text": finding.text,
        "next_step": finding.step,
        "image_id": finding.image_id,
        "image": finding.image_name,
        "snapshot_ids": list(finding.snapshot_ids),
        "declared_name": finding.declared,
        "live_name": finding.live,
        "size_gib": finding.size,
        "usd_per_month": None if finding.size is None else ledger.usd(finding.size),
    }


def _row(ledger: Ledger, row: Row) -> dict[str, Any]:
    image = row.image
    return {
        "image_id": image.image_id,
        "image": image.name,
        "release": row.release,
        "live": row.live,
        "state": image.state,
        "created": image.created.isoformat(),
        "age_seconds": int(ledger.age(row).total_seconds()),
        "deprecated_at": image.deprecated and image.deprecated.isoformat(),
        "built_by": image.builder,
        "in_state": row.in_state,
        "used_by": [{"kind": use.kind, "name": use.name} for use in row.used_by],
        **_size(ledger, row.size),
        "snapshots": [_line(line) for line in row.lines],
    }


def _line(line: Line) -> dict[str, Any]:
    snapshot = line.snapshot
    return {
        "snapshot_id": line.snapshot_id,
        "device": line.device or None,
        "name": line.name,
        "declared_name": line.declared,
        "owned": snapshot is not None,
        "state": snapshot and snapshot.state,
        "started": snapshot and snapshot.started.isoformat(),
        "size_gib": snapshot and snapshot.size,
        "archived": bool(snapshot and snapshot.archived),
        "shared_with": list(line.shared_with),
    }
