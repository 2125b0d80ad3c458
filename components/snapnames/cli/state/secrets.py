"""Values of a state that the engine has encrypted. Plain functions over resources of a state."""

import json
from collections.abc import Mapping
from typing import Any

from snapnames.rules.tags import SECRET_MARK

from .exported import Resource, inputs_of


def has_secrets(resource: Resource) -> bool:
    """Whether an input of the resource is a secret."""
    return any(_is_secret(value) for value in inputs_of(resource).values())


def decrypted_inputs(resource: Resource) -> dict[str, Any]:
    """The inputs of a resource out of a state that was exported with its secrets.

    >>> decrypted_inputs({"inputs": {"name": "web", "userData": {SECRET_MARK: "...", "plaintext": '"echo"'}}})
    {'name': 'web', 'userData': 'echo'}
    """
    return {
        key: json.loads(value["plaintext"]) if _is_secret(value) and "plaintext" in value else value
        for key, value in inputs_of(resource).items()
    }


def _is_secret(value: object) -> bool:
    return isinstance(value, Mapping) and SECRET_MARK in value
