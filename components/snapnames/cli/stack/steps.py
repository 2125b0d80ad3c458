"""What the engine is about to do and has done, out of its event stream."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from pulumi.automation.events import EngineEvent, StepEventMetadata

from snapnames.cli.stack.open_stack import plain
from snapnames.rules import resource_types

IMAGE = "image"
_KINDS = {
    resource_types.IMAGE: IMAGE,
    resource_types.TAG: "snapshot tag",
    resource_types.CONFIGURATION: "launch configuration",
    resource_types.TEMPLATE: "launch template",
    resource_types.GROUP: "Auto Scaling group",
    resource_types.GROUP_TAG: "group tag",
}
_VERBS = {
    "create": "create",
    "create-replacement": "create",
    # In an update alone: what the preview took for a create was there already.
    "import": "create",
    "update": "update",
    "delete": "delete",
    "delete-replaced": "delete",
}
"""Of the engine's operations those that change something; `replace` itself is the sum of two others."""

_LOGGED = re.compile(r"^sdk-v2/\S+ sdk\.helper_schema: |: provider=aws@\S+$")
"""What the provider's log puts around an error."""

_CANCELLING = "^C received; cancelling"
_NO_NEWS = ("an unhandled error occurred: program exited", "update failed", "preview failed")
"""What the engine says beneath an error that says more."""


class Step(NamedTuple):
    """One change of one resource."""

    verb: str
    kind: str
    name: str

    def __str__(self) -> str:
        """Read as a line of a log."""
        return f"{self.verb} {self.kind} {self.name}"


class Steps:
    """The steps of one preview or update, and the errors that it met."""

    def __init__(
        self,
        begun: Callable[[Step], None] = lambda _: None,
        ended: Callable[[Step], None] = lambda _: None,
        cancelled: Callable[[], None] = lambda: None,
        planned: Iterable[Step] = (),
    ) -> None:
        """Call `begun` and `ended` around each step, `cancelled` when the engine has heard ^C.

        `planned`: what a preview has found.
        """
        self._begun, self._ended, self._cancelled = begun, ended, cancelled
        self._open = Counter(planned)
        self.seen: list[Step] = []
        self.errors: list[str] = []
        self.warnings: list[str] = []

    @property
    def failure(self) -> str:
        """The errors, without those that only wrap another one; empty if there is none."""
        wrapping = (error for error in self.errors if any(other in error for other in self.errors if other != error))
        wrapped = set(wrapping)
        return "\n".join(error for error in self.errors if error not in wrapped)

    @property
    def open(self) -> list[Step]:
        """What was planned and is not done yet, in the order of the plan."""
        return list(self._open.elements())

    def on_event(self, event: EngineEvent) -> None:
        """Take in one event of the engine."""
        if event.resource_pre_event and (step := _step(event.resource_pre_event.metadata)):
            self.seen.append(step)
            self._begun(step)
        ended = event.res_outputs_event or event.res_op_failed_event
        if ended and (step := _step(ended.metadata)):
            self._open.subtract([step])
            self._open = +self._open
            self._ended(step)
        if event.stdout_event and _CANCELLING in event.stdout_event.message:
            self._cancelled()
        diagnostic = event.diagnostic_event
        if diagnostic and diagnostic.severity in ("error", "warning"):
            kept = self.errors if diagnostic.severity == "error" else self.warnings
            text = _LOGGED.sub("", plain(diagnostic.message)).removeprefix("error: ")
            if text and text not in kept and not text.startswith(_NO_NEWS):
                kept.append(text)


def summary(steps: Iterable[Step]) -> str:
    """How many resources of each kind come, change and go.

    >>> summary([Step("create", "image", "web-3"), Step("delete", "image", "web-2"), Step("delete", "image", "web-1")])
    'create 1 image; delete 2 images'
    """
    counted = Counter((step.verb, step.kind) for step in steps)
    verbs = {
        verb: [f"{n} {kind}{'s' * (n > 1)}" for (of, kind), n in counted.items() if of == verb] for verb, _ in counted
    }
    return "; ".join(f"{verb} {', '.join(kinds)}" for verb, kinds in verbs.items()) or "no changes"


def changes(steps: Iterable[Step]) -> dict[str, int]:
    """Verb and kind to a number, for scripts."""
    return dict(Counter(f"{step.verb} {step.kind}" for step in steps))


def _step(metadata: StepEventMetadata) -> Step | None:
    verb = _VERBS.get(metadata.op)
    if verb is None or not metadata.type.startswith("aws:"):
        return None
    kind = _KINDS.get(metadata.type, metadata.type.rpartition(":")[2])
    return Step(verb, kind, resource_types.logical_name(metadata.urn))
