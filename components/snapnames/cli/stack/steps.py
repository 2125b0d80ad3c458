"""Reads from the engine's event stream what the engine is going to do and has done."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from pulumi.automation.events import EngineEvent, StepEventMetadata

from snapnames.cli.stack.engine_text import plain
from snapnames.rules import resource_types
from snapnames.rules.groups import ADOPTED
from snapnames.rules.images import TAKEN_IN_TAG
from snapnames.rules.tags import SECRET_MARK

IMAGE, COPY, GROUP = "image", "copied image", "Auto Scaling group"
_KINDS = {
    resource_types.IMAGE: IMAGE,
    resource_types.COPY: COPY,
    resource_types.LAUNCH_PERMISSION: "launch permission",
    resource_types.SSM_PARAMETER: "parameter",
    resource_types.TAG: "snapshot tag",
    resource_types.CONFIGURATION: "launch configuration",
    resource_types.TEMPLATE: "launch template",
    resource_types.GROUP: GROUP,
    resource_types.GROUP_TAG: "group tag",
}
_VERBS = {
    "create": "create",
    "create-replacement": "create",
    # Only in an update: the preview showed a create, but the tag is there already.
    "import": "create",
    "update": "update",
    "delete": "delete",
    "delete-replaced": "delete",
}
"""The engine's operations that change something. `replace` is missing, because it is the sum of two others."""

_LOGGED = re.compile(r"^sdk-v2/\S+ sdk\.helper_schema: |: provider=aws@\S+$")
"""The text that the provider's log adds around an error."""

_TAKE_OVER = "take over"
"""What an import of a group is: the group is there, and nothing of it is made."""

_OF_THE_PROVIDER = frozenset(
    {"forceDelete", "forceDeleteWarmPool", "ignoreFailedScalingActivities", "waitForCapacityTimeout"}
)
"""Inputs of a group that the provider alone knows. They appear in the state when a group is taken over."""

_FLEET = (resource_types.CONFIGURATION, resource_types.TEMPLATE, resource_types.GROUP)
FLEET_KINDS = tuple(_KINDS[kind] for kind in _FLEET)
"""What a fleet is made of, as a `Step` calls it."""
_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What stands for a value that a preview does not know: sdk/v3/go/common/resource/plugin of the same."""

_CANCELLING = "^C received; cancelling"
_NO_NEWS = ("an unhandled error occurred: program exited", "update failed", "preview failed")
"""Messages of the engine that say less than the error before them."""


class Step(NamedTuple):
    """One change of one resource."""

    verb: str
    kind: str
    name: str

    def __str__(self) -> str:
        """Read as a line of a log."""
        return f"{self.verb} {self.kind} {self.name}"


class Property(NamedTuple):
    """One property that an update changes in place, or by which a resource is replaced."""

    resource: str
    """Kind and name."""

    path: str
    before: str
    """JSON, or `[secret]`; empty where there is none."""

    after: str

    def __str__(self) -> str:
        """Read as a line of a preview."""
        return f"{self.resource}: {self.path} {self.before or 'nothing'} -> {self.after or 'nothing'}"


class Steps:
    """The steps of one preview or update, and the errors that it met."""

    def __init__(
        self,
        begun: Callable[[Step], None] = lambda _: None,
        ended: Callable[[Step], None] = lambda _: None,
        cancelled: Callable[[], None] = lambda: None,
        planned: Iterable[Step] = (),
        noted: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Call `begun` and `ended` around each step, `cancelled` when the engine has heard ^C.

        `planned`: what a preview has found. `noted` is called with what the program says of its own accord.
        """
        self._noted = noted
        self._begun, self._ended, self._cancelled = begun, ended, cancelled
        self._open = Counter(planned)
        self.seen: list[Step] = []
        self.names: dict[str, str] = {}
        """Resource to the Name that a snapshot gets, of each snapshot that is named or renamed."""
        self.properties: list[Property] = []
        """What changes of launch settings and groups."""
        self.notes: list[str] = []
        """What the program says of its own accord."""
        self.errors: list[str] = []
        self.warnings: list[str] = []
        self._kept = {"error": self.errors, "warning": self.warnings, "info": self.notes}

    @property
    def failure(self) -> str:
        """The errors, without those that only wrap another one. Empty if there is none."""
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
            self._look_into(event.resource_pre_event.metadata, step)
            self._begun(step)
        ended = event.res_outputs_event or event.res_op_failed_event
        if ended and (step := _step(ended.metadata)):
            self._open.subtract([step])
            self._open = +self._open
            self._ended(step)
        if event.stdout_event and _CANCELLING in event.stdout_event.message:
            self._cancelled()
        diagnostic = event.diagnostic_event
        kept = self._kept.get(diagnostic.severity) if diagnostic else None
        if diagnostic and kept is not None and not diagnostic.ephemeral:
            text = _LOGGED.sub("", plain(diagnostic.message)).removeprefix("error: ")
            if text and text not in kept and not text.startswith(_NO_NEWS):
                kept.append(text)
                if diagnostic.severity == "info":
                    self._noted(text)

    def _look_into(self, metadata: StepEventMetadata, step: Step) -> None:
        """Keep the Name of a snapshot, and the properties that change of what a fleet is made of."""
        new = (metadata.new.inputs or {}) if metadata.new else {}
        if metadata.type == resource_types.TAG and new.get("key") == "Name" and step.verb != "delete":
            self.names[step.name] = str(new.get("value"))
        if metadata.type not in _FLEET or step.verb == "delete" or metadata.op == "create":
            return
        old = (metadata.old.inputs or {}) if metadata.old else {}
        paths = {re.split(r"[.\[]", path)[0] for path in (metadata.detailed_diff or {})}
        for path in sorted(path for path in paths if path not in _OF_THE_PROVIDER or old.get(path) is not None):
            shown = Property(f"{step.kind} {step.name}", path, _shown(old.get(path)), _shown(new.get(path)))
            if shown not in self.properties:
                self.properties.append(shown)


def _shown(value: object) -> str:
    """A value of a resource as JSON; a secret in it, or what is not known yet, is not shown."""
    if value is None:
        return ""
    if isinstance(value, str) and value == _UNKNOWN:
        return "[known after the update]"
    text = json.dumps(_plain(value))
    return "[secret]" if SECRET_MARK in text else text.replace(f'"{_UNKNOWN}"', "[known after the update]")


def _plain(value: object) -> object:
    """The value without what the engine notes in it."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items() if key != "__defaults"}
    return [_plain(one) for one in value] if isinstance(value, list) else value


def source_name(step: Step) -> str:
    """The name of the image that a copy is of.

    >>> source_name(Step("delete", COPY, "front-web-1:us-west-2"))
    'front-web-1'
    """
    return step.name.rpartition(":")[0] or step.name


def summary(steps: Iterable[Step]) -> str:
    """How many resources of each kind are created, taken over, updated and deleted.

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
    if (metadata.op, metadata.type) == ("import", resource_types.GROUP):
        verb = _TAKE_OVER
    kind = _KINDS.get(metadata.type, metadata.type.rpartition(":")[2])
    name = resource_types.logical_name(metadata.urn)
    state = metadata.new or metadata.old
    if metadata.type == resource_types.GROUP and name.endswith(ADOPTED) and state:
        name = (state.inputs or {}).get("name") or name
    if metadata.type == resource_types.TAG and name.endswith(f":{TAKEN_IN_TAG}"):
        kind = "image tag"
    return Step(verb, kind, name)
