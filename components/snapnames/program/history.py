"""The history of the stack's fleet, carried from update to update as a stack output."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pulumi
from pulumi import Output

from snapnames.resources.account_images import stack_tag
from snapnames.rules.history import HISTORY_OUTPUT, entered, read_history, written


def history(live: str, listed: Sequence[str], rollout: "Output[str]") -> "Output[list[dict[str, str]]]":
    """What ran before, by the stack's last outputs, and the release that this update has rolled out.

    An update whose rollout fails records nothing. In a preview it is what ran before.
    """
    # A StackReference would be a resource of the stack, which every refresh after an update shows as changed.
    last = pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", {"name": stack_tag()})
    entries = read_history((last.value or {}).get("outputs", {}).get(HISTORY_OUTPUT))

    def recorded(outcome: str) -> list[dict[str, str]]:
        if pulumi.runtime.is_dry_run():
            return written(entries)
        return written(entered(entries, live, outcome, datetime.now(UTC), listed))

    return rollout.apply(recorded)
