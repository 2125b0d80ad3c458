"""The history of the stack's fleet, carried from update to update as a stack output."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pulumi
from pulumi import Output

from snapnames.rules.history import Entry, entered, written


def recorded_history(
    entries: Sequence[Entry], live: str, listed: Sequence[str], rollout: "Output[str]"
) -> "Output[list[dict[str, str]]]":
    """The entries, and the release that this update has rolled out.

    An update whose rollout fails records nothing. In a preview it is what ran before.
    """

    def recorded(outcome: str) -> list[dict[str, str]]:
        if pulumi.runtime.is_dry_run():
            return written(entries)
        return written(entered(entries, live, outcome, datetime.now(UTC), listed))

    return rollout.apply(recorded)
