"""The keys of a stack's config that the command reads and writes."""

from collections.abc import Mapping
from typing import NamedTuple

from snapnames.rules.services import namespace_of

_LISTS = (":releases", ":live")


class Keys(NamedTuple):
    """Those of one service."""

    releases: str = "snapnames:releases"
    live: str = "snapnames:live"
    taken_in: str = "snapnames:takenIn"

    @classmethod
    def of(cls, service: str) -> "Keys":
        """Those of a service that has its config under its own name; with an empty text, of snapnames' own program.

        >>> Keys.of("front").live
        'front:live'
        """
        namespace = namespace_of(service)
        return cls(f"{namespace}releases", f"{namespace}live", f"{namespace}takenIn")


def changed_lists(before: Mapping[str, object], now: Mapping[str, object]) -> list[str]:
    """The lists of releases, of any service, that differ between two contents of `config:`.

    >>> changed_lists({"front:releases": ["1"], "a:b": 1}, {"front:releases": ["1"], "back:releases": ["2"]})
    ['back:releases']
    """
    return sorted(key for key in {*before, *now} if key.endswith(_LISTS) and before.get(key) != now.get(key))
