"""A state that has lost even the stack itself: an update makes the stack and its provider, and nothing else."""

from typing import TYPE_CHECKING, Any

import yaml

from snapnames.cli.errors import CommandError
from snapnames.cli.stack.open_stack import OpenStack, State
from snapnames.cli.state.exported import Exported
from snapnames.rules.services import NAMESPACE, namespace_of, services_in

if TYPE_CHECKING:
    from collections.abc import Mapping


def rooted(stack: OpenStack, config: str, lost: str) -> State:
    """The state, after an update has made what an image depends on. Raises `CommandError`.

    `lost`: what the state has lost too, in words.
    """
    try:
        stack.up_root(at_home(config))
    except CommandError as error:  # the program may declare what is missing; only the state afterwards counts
        state = stack.state()
        if Exported(state["deployment"]).roots:
            return state
        raise CommandError(
            f"{error}\nthe state has lost {lost} and the stack itself, which an update has to make first, and that "
            "failed: mend what it says, and run the same command again",
            error.code,
        ) from error
    return stack.state()


def at_home(config: str) -> str:
    """The text of a config file without copies and parameters, or the same text if it has none.

    The program refuses, before it declares anything, copies and a parameter that the state does not have.

    >>> print(at_home("config: {snapnames:copies: {us-west-2: {}}, snapnames:service: web}"), end="")
    config:
      snapnames:service: web
      snapnames:copies: '{}'
    """
    parsed = yaml.safe_load(config) or {}
    given: Mapping[str, Any] = parsed.get("config") or {}
    spaces = [NAMESPACE, *map(namespace_of, services_in(given))]
    copies = [f"{space}copies" for space in spaces if f"{space}copies" in given]
    parameters = [f"{space}parameter" for space in spaces if f"{space}parameter" in given]
    if not copies and not parameters:
        return config
    kept = {key: value for key, value in given.items() if key not in {*copies, *parameters}}
    return yaml.safe_dump({**parsed, "config": {**kept, **dict.fromkeys(copies, "{}")}}, sort_keys=False)
