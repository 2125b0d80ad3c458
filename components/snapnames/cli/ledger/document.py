"""The ledger as JSON for scripts. docs/ledger.schema.json describes each key."""

from collections.abc import Callable
from functools import partial
from typing import Any

from snapnames.cli.ledger.book import Ledger, Line, Region, Row
from snapnames.cli.ledger.findings import KINDS, Finding
from snapnames.cli.ledger.plan_document import plan_document
from snapnames.cli.ledger.prices import Price, Sizes
from snapnames.cli.ledger.sums import Other, Totals
from snapnames.cli.ledger.view import VOLUMES
from snapnames.rules.tools import TOOLS, tool_of

VERSION = 1
"""The version grows if a key is removed or gets another meaning. A new key does not change it."""


def document(ledger: Ledger) -> dict[str, Any]:
    """The whole ledger, made only of JSON types."""
    totals, regions = ledger.totals, ledger.read
    only = regions[0] if len(ledger.regions) == len(regions) == 1 else None
    return {
        "version": VERSION,
        "taken_at": ledger.taken.isoformat(),
        "region": only and only.name,
        "regions": [_region(ledger, region) for region in ledger.regions],
        "account_id": ledger.account_id or None,
        "stack": ledger.stack,
        "scope": "account" if ledger.account else "stack",
        "calls": ledger.calls,
        "price": _price(only.price) if only else None,
        "totals": {**_totals(ledger, totals), "findings": {kind: totals.findings[kind] for kind in KINDS}},
        "plan": ledger.plan and plan_document(ledger.plan, partial(_size, ledger)),
        "findings": [_finding(ledger, finding) for finding in ledger.findings],
        "images": [_row(ledger, row) for row in ledger.rows],
        "other_snapshots": [_other(ledger, other) for other in ledger.others],
    }


def _totals(ledger: Ledger, totals: Totals, region: str = "") -> dict[str, Any]:
    """The sums of one region, or those of all."""

    def size(of: Callable[[Totals], int]) -> dict[str, Any]:
        return _size(ledger, {region: of(totals)} if region else ledger.sizes(of))

    return {
        "images": totals.images,
        "snapshots": totals.snapshots,
        **size(lambda one: one.size),
        "orphans": size(lambda one: one.orphans_size),
        "others": {
            "snapshots": totals.others.total(),
            **size(lambda one: one.other_sizes.total()),
            "by_volume": [
                {"volume": kind, "snapshots": totals.others[kind], **size(_of_volume(kind))} for kind in VOLUMES
            ],
        },
        "tools": [
            {
                "tool": tool,
                "images": totals.tool_images[tool],
                "snapshots": totals.tool_snapshots[tool],
                **size(_of_tool(tool)),
            }
            for tool in TOOLS
            if totals.tool_images[tool] or totals.tool_snapshots[tool]
        ],
        "unused": size(lambda one: one.unused_size),
    }


def _of_volume(kind: str) -> Callable[[Totals], int]:
    return lambda totals: totals.other_sizes[kind]


def _of_tool(tool: str) -> Callable[[Totals], int]:
    return lambda totals: totals.tool_sizes[tool]


def _region(ledger: Ledger, region: Region) -> dict[str, Any]:
    return {
        "region": region.name,
        "not_read": region.unread or None,
        "calls": region.calls,
        "price": _price(region.price),
        "totals": None if region.unread else _totals(ledger, region.totals, region.name),
    }


def _price(price: Price | None) -> dict[str, Any] | None:
    if price is None:
        return None
    return {"usd_per_gb_month": price.usd_per_gb_month, "as_of": price.as_of, "source": price.source}


def _size(ledger: Ledger, sizes: Sizes) -> dict[str, Any]:
    return {"size_gib": sum(sizes.values()), "usd_per_month": ledger.prices.usd(sizes)}


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
        "usd_per_month": None if finding.size is None else ledger.prices.usd({finding.region: finding.size}),
        "region": finding.region,
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
        "tool": tool_of(image.tags),
        "in_state": row.in_state,
        "used_by": [{"kind": use.kind, "name": use.name} for use in row.used_by],
        **_size(ledger, row.sizes),
        "region": row.region,
        "snapshots": [_line(line) for line in row.lines],
    }


def _other(ledger: Ledger, other: Other) -> dict[str, Any]:
    snapshot = other.snapshot
    return {
        "snapshot_id": snapshot.snapshot_id,
        "region": other.region,
        "name": snapshot.name,
        "started": snapshot.started.isoformat(),
        "volume_id": snapshot.volume_id or None,
        "volume": other.volume,
        "tool": other.tool,
        **_size(ledger, {other.region: snapshot.size}),
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
