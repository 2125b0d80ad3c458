"""The settings of a config, as the engine passes it to a program."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from snapnames.config.settings import Settings, read_settings
from snapnames.errors import InputError

GOOD: dict[str, Any] = {"service": "front-web", "releases": ["2", "1"], "source": "i-0123456789abcdef0"}
FLEET: dict[str, Any] = {"instanceType": "t3.small", "zones": ["ap-northeast-2a"]}
WRITE_SO = "write it so, numbers and dates in quotes where text is wanted"
RELEASES_EMPTY = (
    "snapnames:releases is empty; it lists the releases to keep, newest first: add one, e.g. '20180307231207'"
)


def read(config: Mapping[str, Any]) -> Settings:
    """The settings; each value gets to the program as text. A key without a namespace is one of snapnames."""
    texts = {
        key if ":" in key else f"snapnames:{key}": value if isinstance(value, str) else json.dumps(value)
        for key, value in config.items()
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PULUMI_CONFIG", json.dumps(texts))
        return read_settings()


def faults(config: Mapping[str, Any]) -> list[str]:
    """The lines of the error that a config gives, or none."""
    try:
        read(config)
    except InputError as refused:
        return str(refused).split("\n")
    return []
