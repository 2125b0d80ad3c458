"""Compares the settings of a launch template that have settings in them: interfaces, volumes, metadata options."""

from collections.abc import Mapping
from typing import Any

Values = Mapping[str, Any]


def further_differences(given: Values, data: Values) -> list[str]:
    """The names of the properties in which the data of a launch template is not as an update gave them.

    `given`: by the names of pulumi-aws, as the state has them. `data`: by those of the API. What one side alone has is
    a difference, but for what EC2 fills in with nothing: no number, no text, false.
    """
    if not given and not data:
        return []
    # Only a template with such settings needs the classes of pulumi-aws, which take long to import.
    from snapnames.config.api_properties import ApiProperties  # noqa: PLC0415
    from snapnames.config.fleet_properties import TEMPLATE, classes  # noqa: PLC0415

    there = ApiProperties(data, classes(TEMPLATE))
    differing = {key for key in {*given, *there.given} if not _same(given.get(key), there.given.get(key))}
    return sorted({*differing, *there.lost})


def _same(given: Any, there: Any) -> bool:  # noqa: ANN401 -- whatever the state and AWS have
    if isinstance(given, Mapping) or isinstance(there, Mapping):
        one, other = given or {}, there or {}
        if not isinstance(one, Mapping) or not isinstance(other, Mapping) or "ciphertext" in one:
            return False  # what is still encrypted can't be compared
        keys = {*one, *other} - {"__defaults"}
        return all(_same(one.get(key), other.get(key)) for key in keys)
    if isinstance(given, list) or isinstance(there, list):
        one, other = given or [], there or []
        return len(one) == len(other) and all(map(_same, one, other))
    return _plain(given) == _plain(there)


def _plain(value: object) -> object:
    """In one form: the state has whole numbers as fractions, and some truths as text."""
    if value in (None, "", 0, False, "false"):
        return None
    return str(value).lower() if isinstance(value, bool | str) else value
