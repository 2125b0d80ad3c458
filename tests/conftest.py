"""What tests on the real engine share: the engine, an account, and stacks in it."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import engine as engines
from localaws.server import LocalAws

from .program import Program

type_of_stack = Callable[..., Program]


@pytest.fixture(scope="session")
def engine() -> engines.Engine:
    """The engine of this machine; `make test` has made sure of one."""
    return engines.ensure()


@pytest.fixture(scope="session")
def _server() -> Iterator[LocalAws]:
    with LocalAws() as aws:
        yield aws


@pytest.fixture
def aws(_server: LocalAws) -> LocalAws:
    """An account with nothing in it; images are available at once."""
    _server.reset()
    return _server


@pytest.fixture
def program(tmp_path: Path, aws: LocalAws, engine: engines.Engine) -> Callable[[Mapping[str, Any]], Program]:
    """Make a stack of the program with this config."""

    def make(config: Mapping[str, Any]) -> Program:
        return Program(tmp_path / "stack", aws, engine, config)

    return make
