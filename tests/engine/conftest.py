"""A bare machine for each test."""

from pathlib import Path

import pytest

from tests.engine.machine import Machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """No pulumi, no go, an empty cache and home, and no way to the official releases."""
    (tmp_path / "home").mkdir()
    return Machine(tmp_path)
