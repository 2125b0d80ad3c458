"""Clones that leave nothing running."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from .clone import Clone


@pytest.fixture
def clone(tmp_path: Path) -> Iterator[Callable[[Mapping[str, str]], Clone]]:
    """Make a clone for a caller with these variables set; its local AWS is stopped at the end."""
    with ExitStack() as at_end:

        def make(environment: Mapping[str, str]) -> Clone:
            made = Clone.at(tmp_path / "clone", environment)
            at_end.callback(made.make, "down")
            return made

        yield make
