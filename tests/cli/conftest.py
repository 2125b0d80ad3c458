"""Stacks for the command to work on."""

from pathlib import Path

import pytest
from snapnames.testing.localaws.server import LocalAws

import dev.engine as engines

from .service import Service

PENDING_SECONDS = 4.0
"""As long as the provider waits before it first asks for an image, so that it costs a test nothing."""


@pytest.fixture
def service(tmp_path: Path, aws: LocalAws, engine: engines.Engine) -> Service:
    """A service without a release; its images are pending for a while."""
    aws.settings(pending_seconds=PENDING_SECONDS)
    return Service(tmp_path / "stack", aws, engine)
