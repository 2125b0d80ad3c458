"""What the command reads from the engine's events."""

from typing import Any

import pytest
from pulumi.automation.events import EngineEvent
from snapnames.cli.stack.steps import Step, Steps, summary
from snapnames.rules.resource_types import GROUP

URN = f"urn:pulumi:production::web::snapnames:index:Fleet${GROUP}::"


def event(op: str, name: str, old: dict[str, Any] | None, new: dict[str, Any], *differs: str) -> EngineEvent:
    """The engine begins a step on a group."""

    def state(inputs: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": GROUP,
            "urn": URN + name,
            "id": "x",
            "parent": "",
            "provider": "",
            "inputs": inputs,
            "outputs": {},
        }

    metadata = {
        "op": op,
        "urn": URN + name,
        "type": GROUP,
        "provider": "",
        "old": None if old is None else state(old),
        "new": state(new),
        "detailedDiff": {path: {"diffKind": "update", "inputDiff": True} for path in differs},
    }
    return EngineEvent.from_json({"sequence": 1, "timestamp": 1, "resourcePreEvent": {"metadata": metadata}})


def test_a_group_that_is_taken_over_is_not_made_and_has_its_own_name() -> None:
    """The engine calls it an import, under a logical name that no person has given."""
    steps = Steps()

    steps.on_event(event("import", "web-adopted", None, {"name": "web-prod"}))
    steps.on_event(event("update", "web-adopted", {"name": "web-prod"}, {"name": "web-prod"}))

    assert steps.seen == [
        Step("take over", "Auto Scaling group", "web-prod"),
        Step("update", "Auto Scaling group", "web-prod"),
    ]
    assert summary(steps.seen) == "take over 1 Auto Scaling group; update 1 Auto Scaling group"


@pytest.mark.parametrize(("before", "shown"), [(None, []), (False, ["forceDelete"])])
def test_what_only_the_provider_knows_is_shown_when_somebody_changes_it(before: object, shown: list[str]) -> None:
    """After an import, the provider writes its own defaults into the state. AWS has no such settings."""
    steps, old, new = Steps(), {"forceDelete": before, "launchConfiguration": "web"}, {"forceDelete": True}

    steps.on_event(event("update", "web-adopted", old, new, "forceDelete", "launchConfiguration"))

    assert [one.path for one in steps.properties] == [*shown, "launchConfiguration"]
