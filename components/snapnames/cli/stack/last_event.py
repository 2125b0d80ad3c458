"""The outputs of a stack, as the events of its update tell them. To ask pulumi for them is one more run of it."""

import threading
from collections.abc import Callable, Mapping
from typing import Any

from pulumi.automation.events import EngineEvent

_ROOT = "pulumi:pulumi:Stack"

_SECONDS = 10.0
"""So long after the end of pulumi its last event may be on its way through this process."""


class StackOutputs:
    """Passes each event on, and keeps the outputs that the stack ends with."""

    def __init__(self, on_event: Callable[[EngineEvent], None]) -> None:
        """Pass the events on to `on_event`."""
        self._on_event = on_event
        self._outputs: Mapping[str, Any] | None = None
        self._ended = threading.Event()

    def on_event(self, event: EngineEvent) -> None:
        """Take in one event. The last one of a run is called a cancel event, however the run ended."""
        told = event.res_outputs_event
        if told and told.metadata.type == _ROOT and told.metadata.new:
            self._outputs = told.metadata.new.outputs or {}
        self._on_event(event)
        if event.cancel_event:
            self._ended.set()

    def told(self) -> Mapping[str, Any] | None:
        """The outputs, once the last event of the run is here; None if no event told them."""
        self._ended.wait(_SECONDS)
        return self._outputs
