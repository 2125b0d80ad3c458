"""The plan as JSON for scripts. docs/ledger.schema.json describes each key."""

from collections.abc import Callable
from typing import Any

from snapnames.cli.ledger.plan import Plan, PlanRow
from snapnames.cli.ledger.prices import Sizes
from snapnames.rules.candidates import Candidate
from snapnames.rules.letting_go import UNSEEN

Size = Callable[[Sizes], dict[str, Any]]
"""Makes the keys for a number of GiB."""


def plan_document(plan: Plan, size: Size) -> dict[str, Any]:
    """The whole plan, made only of JSON types."""
    return {
        "keep": plan.limits.keep,
        "older_than_days": plan.limits.older_than.days,
        **size(plan.sizes),
        "services": [
            {"service": service, "rows": rows, **size(sizes)} for service, (rows, sizes) in plan.services.items()
        ],
        "safe": [_row(plan, row, size) for row in plan.rows],
        "held": [_row(plan, row, size) for row in plan.held],
        "not_read": {"rows": len(plan.unread), **size(plan.unread_sizes)},
        "kept": dict(plan.kept),
        "not_looked_at": UNSEEN,
    }


def _row(plan: Plan, row: PlanRow, size: Size) -> dict[str, Any]:
    one = row.candidate
    return {
        **_ids(one),
        "region": one.region,
        "name": one.name,
        "service": one.service,
        "made": one.made.isoformat(),
        "age_days": max((plan.limits.now - one.made).days, 0),
        "last_launched": one.image.launched.isoformat() if one.image and one.image.launched else None,
        "owner": row.owner or None,
        "tool": one.tool,
        "volume": one.volume or None,
        **size({one.region: one.size}),
        "why_safe": list(row.verdict.passed) if row.verdict.safe else [],
        "why_kept": list(row.verdict.reasons),
    }


def _ids(one: Candidate) -> dict[str, Any]:
    return {
        "image_id": one.image.image_id if one.image else one.snapshots[0].image_id,
        "image_is_gone": one.image is None,
        "snapshot_ids": [snapshot.snapshot_id for snapshot in one.snapshots],
        "snapshots_that_stay": [snapshot.snapshot_id for snapshot in one.others],
    }
