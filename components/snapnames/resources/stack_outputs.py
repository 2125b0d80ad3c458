"""What the last update of the running program's stack has left: the outputs of the stack, and of its resources."""

import time
from collections.abc import Callable, Mapping
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


def tagged_names(component: str) -> Mapping[str, str]:
    """Snapshot id to the Name in the state, of the Tags of all components of this type. It reads the whole state.

    An update that did not come to its end has left no outputs of the stack, but it has left Tags.
    """
    asked = {"stackName": stack_tag()}
    answer = read_again(lambda: pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", asked).value)
    found = ((urn, one["outputs"]) for urn, one in (answer or {}).get("outputs", {}).items() if one.get("type") == TAG)
    return {
        outputs["resourceId"]: outputs["value"]
        for urn, outputs in found
        if f"{component}$" in urn and outputs.get("key") == "Name"
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
