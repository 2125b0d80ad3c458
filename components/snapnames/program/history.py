"""The history of the stack's fleet, carried from update to update as a stack output."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pulumi
from pulumi import Output, StackReference

from snapnames.resources.account_images import stack_tag
from snapnames.rules.history import HISTORY_OUTPUT, entered, read_history, written


def history(live: str, listed: Sequence[str], rollout: "Output[str]") -> "Output[list[dict[str, str]]]":
    """What ran before, by the stack's last outputs, and the release that this update has rolled out.

    An update whose rollout fails records nothing. In a preview it is what ran before.
    """
    last = StackReference("history", stack_name=stack_tag()).get_output(HISTORY_OUTPUT)

    def recorded(known: list[object]) -> list[dict[str, str]]:
        entries = read_history(known[0])
        if pulumi.runtime.is_dry_run():
            return written(entries)
        return written(entered(entries, live, str(known[1]), datetime.now(UTC), listed))

    return Output.all(last, rollout).apply(recorded)
