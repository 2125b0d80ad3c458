"""What the last update of the running program's stack has left: its outputs, and its resources."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import pulumi

from snapnames.rules.resource_types import TAG

from .account_images import stack_tag

T = TypeVar("T")

_TRIES, _PAUSE_SECONDS = 8, 0.1
_UNREAD = "failed to load checkpoint"


def last_outputs() -> Mapping[str, Any]:
    """Name to value of each stack output, as the last update left it; empty before the first update."""
    # A StackReference would be a resource of the stack, which every refresh after an update shows as changed.
    answer = read_again(lambda: pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", {"name": stack_tag()}).value)
    return dict((answer or {}).get("outputs", {}))


@dataclass(frozen=True)
class RecordedResource:
    """A resource that the state has."""

    urn: str
    outputs: Mapping[str, Any]


def last_resources(kind: str) -> list[RecordedResource]:
    """The resources of a type that the state has, but for those that the next update deletes whatever the program says.

    They are sorted by URN. The engine tells of each only its type and its outputs. The answer has the whole state:
    0.1 s for 100 resources on a busy machine.
    """
    ask = {"stackName": stack_tag()}
    answer = read_again(lambda: pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", ask).value)
    found = ((answer or {}).get("outputs") or {}).items()
    return [RecordedResource(urn, one.get("outputs") or {}) for urn, one in sorted(found) if one.get("type") == kind]


def tagged_names(component: str) -> Mapping[str, str]:
    """Snapshot id to the Name in the state, of the Tags of all components of this type.

    An update that did not come to its end has left no outputs of the stack, but it has left Tags.
    """
    return {
        one.outputs["resourceId"]: one.outputs["value"]
        for one in last_resources(TAG)
        if f"{component}$" in one.urn and one.outputs.get("key") == "Name"
    }


def read_again(read: Callable[[], T], wait: Callable[[float], object] = time.sleep) -> T:
    """What `read` answers, read again when the state can't be loaded just now.

    The engine saves the state while the program runs. A backend of files then writes a small file of attributes beside
    the state, and in that moment a reader finds this file empty.
    """
    for tries_left in reversed(range(_TRIES)):
        try:
            return read()
        except Exception as error:  # Pulumi raises no narrower one
            if not tries_left or _UNREAD not in str(error):
                raise
        wait(_PAUSE_SECONDS)
    raise AssertionError
