"""Properties of pulumi-aws's resources under the names that pulumi-aws gives them, checked by the types of its classes.

The classes are those of the public arguments, as `pulumi_aws.autoscaling.GroupArgs`; their types say what they take.
"""

import difflib
import inspect
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, NamedTuple, Union, get_args, get_origin, get_type_hints

from pulumi import Output

from snapnames.printable import printable

from .derived import config_key
from .values import TEXT, TRUTH, WHOLE

NUMBER, LIST, MAP = "a number", "a list", "a map"
SECRETS = ("userData", "userDataBase64")
"""Properties whose value no message may show."""

_SCALARS: Mapping[type, tuple[str, tuple[type, ...]]] = {
    str: (TEXT, (str,)),
    int: (WHOLE, (int,)),
    float: (NUMBER, (int, float)),
    bool: (TRUTH, (bool,)),
}
"""A type to what a message calls it, and to the types that pass for it. In Python a truth is a whole number too."""


class Property(NamedTuple):
    """One property of a class."""

    hint: Any
    """The type, without the forms that an input may have beside it."""

    required: bool


@cache
def properties(inputs: type) -> dict[str, Property]:
    """The properties of a class of arguments, by the names that config and other languages know.

    >>> import pulumi_aws
    >>> properties(pulumi_aws.autoscaling.GroupWarmPoolArgs)["poolState"]
    Property(hint=<class 'str'>, required=False)
    """
    # `Input` of the SDK refers to an output by these two names.
    hints = get_type_hints(inputs.__init__, localns={"Output": Output, "T": Any})  # type: ignore[misc] # of the class itself
    return {
        config_key(name): Property(bare(hints[name]), parameter.default is inspect.Parameter.empty)
        for name, parameter in inspect.signature(inputs).parameters.items()
    }


def property_faults(given: Mapping[str, Any], inputs: type, path: str) -> Iterator[str]:
    """What is wrong with a map of properties: a message for each fault, whose paths begin with `path`.

    What the class requires is not missed at this level, since a component may set it.
    """
    yield from _map_faults(given, inputs, path, needs_all=False)


def with_whole_numbers(given: Mapping[str, Any], inputs: type) -> dict[str, Any]:
    """The same properties, with whole numbers as such: other languages have one kind of number, a fraction."""
    known = properties(inputs)
    return {key: _plain(value, known[key].hint) for key, value in given.items()}


def is_later(value: object) -> bool:
    """Whether the value is known only later: an output, or something to wait for."""
    return isinstance(value, Output | Awaitable)


def bare(hint: Any) -> Any:  # noqa: ANN401 -- an annotation
    """The type itself, of a union with None, outputs and awaitables; text where any text will do beside a few words."""
    if get_origin(hint) not in (Union, UnionType):
        return hint
    found = [one for one in get_args(hint) if one is not NoneType and get_origin(one) not in (Awaitable, Output)]
    found = [one for one in found if one is not Output]
    return str if str in found else found[0]


def _plain(value: Any, hint: Any) -> Any:  # noqa: ANN401 -- whatever the user wrote
    if is_later(value):
        return value
    if isinstance(value, Mapping) and inspect.isclass(hint) and get_origin(hint) is None and hint not in _SCALARS:
        return with_whole_numbers(value, hint)
    if isinstance(value, Sequence) and get_origin(hint) is Sequence:
        return [_plain(item, bare(get_args(hint)[0])) for item in value]
    if hint is int and isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _map_faults(given: Mapping[str, Any], inputs: type, path: str, *, needs_all: bool) -> Iterator[str]:
    known = properties(inputs)
    for key, value in given.items():
        if key in known:
            yield from _value_faults(value, known[key].hint, f"{path}.{key}", secret=key in SECRETS)
        else:
            near = difflib.get_close_matches(str(key), known, n=1, cutoff=0)[0]
            yield (
                f"{path}.{printable(str(key))} is not a property that pulumi-aws has there; the nearest is "
                f"{path}.{near}: rename it, or remove it"
            )
    missing = [key for key, one in known.items() if needs_all and one.required and key not in given]
    if missing:
        yield f"{path} has no {' and no '.join(missing)}, which pulumi-aws requires there: add {' and '.join(missing)}"


def _value_faults(value: Any, hint: Any, path: str, *, secret: bool = False) -> Iterator[str]:  # noqa: ANN401
    """The faults of one value. What no class, list or map describes passes: then the types do not tell."""
    origin = get_origin(hint)
    if is_later(value):
        return
    if hint in _SCALARS:
        kind, types = _SCALARS[hint]
        plain = _plain(value, hint)
        if not isinstance(plain, types) or isinstance(plain, bool) is not (hint is bool):
            yield _wrong(path, value, kind, secret=secret)
    elif origin is Sequence:
        yield from _list_faults(value, bare(get_args(hint)[0]), path)
    elif origin is Mapping:
        yield from _text_map_faults(value, bare(get_args(hint)[1]), path)
    elif inspect.isclass(hint) and issubclass(hint, Enum):
        yield from _choice_faults(value, [one.value for one in hint], path)
    elif inspect.isclass(hint):
        if isinstance(value, Mapping):
            yield from _map_faults(value, hint, path, needs_all=True)
        else:
            yield _wrong(path, value, MAP)


def _list_faults(value: object, hint: Any, path: str) -> Iterator[str]:  # noqa: ANN401 -- an annotation
    if isinstance(value, str) or not isinstance(value, Sequence):
        yield _wrong(path, value, LIST)
        return
    for index, item in enumerate(value):
        yield from _value_faults(item, hint, f"{path}[{index}]")


def _text_map_faults(value: object, hint: Any, path: str) -> Iterator[str]:  # noqa: ANN401 -- an annotation
    if not isinstance(value, Mapping):
        yield _wrong(path, value, MAP)
        return
    for key, item in value.items():
        yield from _value_faults(item, hint, f"{path}.{printable(str(key))}")


def _choice_faults(value: object, choices: Sequence[str], path: str) -> Iterator[str]:
    if value not in choices:
        near = difflib.get_close_matches(str(value), choices, n=1, cutoff=0)[0]
        yield f"{path} is {value!r}; it is one of {len(choices)} words, of which the nearest is {near}: set one of them"


def _wrong(path: str, value: object, kind: str, *, secret: bool = False) -> str:
    shown = "a secret" if secret else repr(value)
    return f"{path} is {shown}; it wants {kind}: write it so, numbers and dates in quotes where text is wanted"
