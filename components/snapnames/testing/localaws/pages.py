"""Pages of Auto Scaling's answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from .errors import NextTokenInvalidError

if TYPE_CHECKING:
    from collections.abc import Sequence

Item = TypeVar("Item")


def page(items: Sequence[Item], size: int, token: str | None) -> tuple[Sequence[Item], str | None]:
    """Cut one page out, and give the token of the next: the position of its first item.

    >>> page(["a", "b", "c"], 2, None)
    (['a', 'b'], '2')
    >>> page(["a", "b", "c"], 2, "2")
    (['c'], None)
    """
    if token is not None and not token.isdigit():
        raise NextTokenInvalidError(token=token)
    start = int(token or 0)
    return items[start : start + size], str(start + size) if start + size < len(items) else None
