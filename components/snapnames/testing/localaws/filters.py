"""EC2's filters: values joined by OR, filters by AND, `*` and `?` as wildcards."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from moto.ec2.responses._base_response import EC2BaseResponse

from .errors import FilterLimitError

Filters = Mapping[str, list[str]]
Resource = TypeVar("Resource")

VALUES_LIMIT = 200
"""docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html: of one filter."""

WILDCARDS = re.compile(r"\\(.)|([*?])|([^*?\\]+|\\$)", re.DOTALL)


class Filter:
    r"""The values that one filter accepts. `\*` and `\?` stand for the characters themselves."""

    def __init__(self, values: Iterable[str]) -> None:
        """Keep plain values in a set, so that hundreds of them cost one look-up."""
        wild = {value for value in values if any(character in value for character in "*?\\")}
        self.exact = set(values) - wild
        self.patterns = [re.compile(_pattern(value), re.DOTALL) for value in wild]

    def accepts(self, values: Iterable[str]) -> bool:
        """Whether any of a resource's values is accepted."""
        return any(value in self.exact or any(p.fullmatch(value) for p in self.patterns) for value in values)


def _pattern(value: str) -> str:
    def translated(match: re.Match[str]) -> str:
        escaped, wildcard, plain = match.groups()
        if wildcard:
            return ".*" if wildcard == "*" else "."
        return re.escape(escaped or plain)

    return WILDCARDS.sub(translated, value)


def select(
    resources: Iterable[Resource], filters: Filters, values_of: Callable[[Resource, str], Iterable[str]]
) -> list[Resource]:
    """Return the resources that pass every filter; `values_of` gives a resource's values under a filter's name."""
    compiled = [(name, Filter(values)) for name, values in filters.items()]
    return [resource for resource in resources if all(f.accepts(values_of(resource, name)) for name, f in compiled)]


def exact_values(filters: Filters, name: str) -> set[str] | None:
    """Return the plain values of a filter; None if it is absent or has a wildcard, so that nothing can be looked up."""
    if name not in filters:
        return None
    one = Filter(filters[name])
    return None if one.patterns else one.exact


def tag_values(tags: Mapping[str, str], name: str) -> Iterable[str] | None:
    """Return the values under `tag:<key>`, `tag-key` or `tag-value`; None if the filter is not one of these."""
    if name.startswith("tag:"):
        key = name.removeprefix("tag:")
        return [tags[key]] if key in tags else []
    if name == "tag-key":
        return tags.keys()
    return tags.values() if name == "tag-value" else None


def text(value: object) -> list[str]:
    """Write a value as filters compare it: booleans in lower case, nothing for None."""
    if value is None:
        return []
    return [str(value).lower() if isinstance(value, bool) else str(value)]


class FilterActions(EC2BaseResponse):
    """The limit on filters, for every action that reads any."""

    def _filters_from_querystring(self) -> dict[str, Any]:
        """Read the filters; raise if one has too many values."""
        filters: dict[str, Any] = super()._filters_from_querystring()
        if any(len(values) > VALUES_LIMIT for values in filters.values()):
            raise FilterLimitError
        return filters
