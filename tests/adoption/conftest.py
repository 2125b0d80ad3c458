"""These tests compare all that the account says of a group before a run and after it, times included."""

import pytest


@pytest.fixture(scope="session")
def shared() -> None:
    """Each run is done, since a run that is shared brings the times of the first test."""
