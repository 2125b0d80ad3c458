"""Config keys, derived from the inputs of a component: `min_size: int` is the key `minSize`, a whole number."""

import re
from collections.abc import Mapping, Sequence
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from pulumi import Output

from .values import PROPERTIES, TEXT, TEXT_MAP, TEXTS, TRUTH, WHOLE, WHOLES

_KINDS = {str: TEXT, int: WHOLE, bool: TRUTH}


def config_key(name: str) -> str:
    """What an input is called in the config.

    >>> config_key("health_check_grace_period")
    'healthCheckGracePeriod'
    """
    return re.sub(r"_([a-z])", lambda found: found[1].upper(), name)


def config_keys(inputs: type, *, without: Sequence[str] = ()) -> dict[str, tuple[str, str]]:
    """Config key to the name of the input and the kind of its value, in the order of the class.

    Left out are those in `without`, and maps with keys of their own, which are read by a function of their own.
    """
    # `Input` of the SDK refers to an output by these two names.
    hints = get_type_hints(inputs, localns={"Output": Output, "T": Any})
    kinds = {name: _kind(hint) for name, hint in hints.items() if name not in without}
    return {config_key(name): (name, kind) for name, kind in kinds.items() if kind}


def _kind(hint: Any) -> str | None:  # noqa: ANN401 -- an annotation
    if hint in _KINDS:
        return _KINDS[hint]
    origin = get_origin(hint)
    if origin in (Union, UnionType):  # an input: the value itself stands first
        return _kind(get_args(hint)[0])
    if origin is Literal:
        return TEXT
    if origin is Sequence:
        return WHOLES if get_args(hint) == (int,) else TEXTS
    if origin is Mapping:
        return TEXT_MAP if get_args(hint)[1] is str else PROPERTIES
    return None
