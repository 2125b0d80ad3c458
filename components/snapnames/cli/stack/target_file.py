"""The config file of a target's stack. It leads the stack to its account and region, and to no other."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from snapnames.cli.errors import UsageError
from snapnames.cli.stack.stack_file import StackFile, write_whole

_PLACE = ("aws:region", "aws:allowedAccountIds")
"""What no stack may change: its state is of resources there."""


def write_target_file(path: Path, wanted: Mapping[str, str]) -> StackFile:
    """Let the file say what is wanted, and keep all else that it says. Gives the file.

    `wanted`: config as `pulumi config` has it. A file that says it already stays byte for byte. Raises `UsageError` if
    the file is one of a stack in another account or region.
    """
    content: dict[str, Any] = {}
    if path.exists():
        StackFile.read(path)  # says what is wrong with it
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    config = content.get("config") or {}
    values = {key: _value(text) for key, text in wanted.items()}
    for key in _PLACE:
        if key in config and _value(config[key]) != values[key]:
            raise UsageError(
                f"{path.name} says {key}: {json.dumps(config[key])}, and the target is {json.dumps(values[key])}; a "
                "stack stays in its account and region: remove the file if no stack needs it, or correct it"
            )
    if any(key not in config or _value(config[key]) != value for key, value in values.items()):
        text = yaml.safe_dump({**content, "config": {**config, **values}}, sort_keys=False, width=120)
        write_whole(path, text.encode())
    return StackFile.read(path)


def _value(text: object) -> object:
    """A list or a map as such, and any other value as the text that pulumi has of it.

    >>> _value('["111122223333"]'), _value("111122223333"), _value(True)
    (['111122223333'], '111122223333', 'true')
    """
    if not isinstance(text, str):
        return text if isinstance(text, list | dict) else json.dumps(text)
    if text[:1] not in ("[", "{"):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
