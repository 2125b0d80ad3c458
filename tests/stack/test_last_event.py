"""The outputs of a stack, out of the events of its update."""

import pytest
from pulumi.automation.events import EngineEvent
from snapnames.cli.stack.last_event import StackOutputs


def _outputs(kind: str, outputs: dict[str, object]) -> EngineEvent:
    urn = f"urn:pulumi:test::front::{kind}::front"
    state = {"type": kind, "urn": urn, "id": "", "parent": "", "inputs": {}, "outputs": outputs, "provider": ""}
    metadata = {"op": "same", "urn": urn, "type": kind, "old": None, "new": state, "provider": ""}
    return EngineEvent.from_json({"sequence": 1, "timestamp": 1, "resOutputsEvent": {"metadata": metadata}})


LAST = EngineEvent.from_json({"sequence": 9, "timestamp": 1, "cancelEvent": {}})


def test_the_outputs_are_those_of_the_stack_itself_and_each_event_is_passed_on() -> None:
    """A component has outputs too."""
    passed: list[EngineEvent] = []
    events = [
        _outputs("pulumi:pulumi:Stack", {"ownedImages": {"names": {}}}),
        _outputs("snapnames:index:OwnedImages", {"names": {"snap-1": "x"}}),
        LAST,
    ]
    outputs = StackOutputs(passed.append)

    for event in events:
        outputs.on_event(event)

    assert outputs.told() == {"ownedImages": {"names": {}}}
    assert passed == events


@pytest.mark.parametrize("events", [[LAST], [_outputs("snapnames:index:OwnedImages", {"names": {}}), LAST]])
def test_without_an_event_of_the_stack_there_are_none(events: list[EngineEvent]) -> None:
    """Then pulumi is asked."""
    outputs = StackOutputs(lambda _: None)

    for event in events:
        outputs.on_event(event)

    assert outputs.told() is None
