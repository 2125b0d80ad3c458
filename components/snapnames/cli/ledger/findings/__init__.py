"""Finds what is wrong or may be deleted, with the next step for each. One file for each kind, which change nothing."""

from dataclasses import replace

from snapnames.cli.ledger.findings import (
    drift,
    duplicates,
    failed,
    missing,
    orphans,
    shared,
    unnamed,
    untracked,
    unused,
)
from snapnames.cli.ledger.findings.advice import CHECKED
from snapnames.cli.ledger.findings.finding import Finding, Kind
from snapnames.cli.ledger.view import View

__all__ = ["BY_NAME", "CHECKED", "KINDS", "Finding", "Kind", "findings"]

BY_NAME: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        failed.KIND,
        missing.KIND,
        untracked.KIND,
        drift.KIND,
        unnamed.KIND,
        orphans.KIND,
        duplicates.KIND,
        shared.KIND,
        unused.KIND,
    )
}
"""Every kind of findings. The most urgent come first."""

KINDS = tuple(BY_NAME)


def findings(view: View) -> list[Finding]:
    """Every finding, in the order of `KINDS`."""
    return [replace(found, region=view.region) for kind in BY_NAME.values() for found in kind.find(view)]
