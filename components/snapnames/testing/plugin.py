"""The pytest plugin: fixtures that give a test a fresh account, the engine and a stack.

pytest loads it wherever the wheel is installed. The engine and the account start when the first test asks for them.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest

from snapnames.testing.engine import EngineError, installed
from snapnames.testing.localaws.server import LocalAws
from snapnames.testing.program import Program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from snapnames.testing.engine import Engine

_EXTRA = ("flask", "flask_cors", "moto")


@pytest.fixture(scope="session")
def snapnames_engine() -> Engine:
    """The Pulumi engine that is installed on this machine. A project with another engine overrides this fixture."""
    try:
        return installed()
    except EngineError as error:
        raise pytest.UsageError(str(error)) from error


@pytest.fixture(scope="session")
def snapnames_server() -> Iterator[LocalAws]:
    """One server for all tests of a process."""
    missing = [module for module in _EXTRA if find_spec(module) is None]
    if missing:
        raise pytest.UsageError(
            f"the local AWS needs {' and '.join(missing)}: install the package with its extra `testing`"
        )
    with LocalAws() as aws:
        yield aws


@pytest.fixture
def snapnames_aws(snapnames_server: LocalAws) -> LocalAws:
    """An account with nothing in it; images are available at once."""
    snapnames_server.reset()
    return snapnames_server


@pytest.fixture
def snapnames_stack(tmp_path: Path, snapnames_aws: LocalAws, snapnames_engine: Engine) -> Callable[..., Program]:
    """Make a stack of the program in a folder, in that account: `snapnames_stack(main, config, project="web")`."""

    def make(main: Path, config: Mapping[str, Any] | None = None, project: str = "test") -> Program:
        return Program(
            tmp_path / f"stack-{project}",
            main.resolve(),
            config or {},
            endpoint=snapnames_aws.url,
            engine=snapnames_engine,
            project=project,
        )

    return make
