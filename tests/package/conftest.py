"""What is built and installed once, for all tests of the package that run in one process."""

from pathlib import Path

import pytest

from tests.program import ROOT

from .installation import UV, Installation, locked, run


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source distribution, and the wheel that is built from it."""
    folder = tmp_path_factory.mktemp("dist")
    run(UV, "build", "--quiet", "--out-dir", folder, ROOT, cwd=folder)
    return folder


@pytest.fixture(scope="session")
def wheel(built: Path) -> Path:
    """The wheel."""
    (found,) = built.glob("*.whl")
    return found


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The wheel with all extras, and everything else in the locked version."""
    return Installation.of(tmp_path_factory.mktemp("locked") / "venv", wheel, "cli,testing", locked())
