"""What is built and installed once, for all tests of the package that run in one process."""

import os
import sys
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


@pytest.fixture
def runner(tmp_path: Path) -> dict[str, str]:
    """What a runner sets, and a `snapnames` on PATH that writes down its arguments and ends as it is told."""
    program = tmp_path / "bin" / "snapnames"
    program.parent.mkdir()
    program.write_text(
        f"#!{sys.executable}\n"
        "import json, os, sys\n"
        f"open({str(tmp_path / 'calls')!r}, 'a').write(json.dumps(sys.argv[1:]) + '\\n')\n"
        "properties = [{'resource': 'template web', 'property': 'userData', 'old': 'hidden', 'new': 'secret'}]\n"
        "told = {'release': '7', 'image': 'web-7', 'live': '7\\n\\nimage=other', 'properties': properties}\n"
        "print(json.dumps(told))\n"
        "sys.exit(int(os.environ.get('CODE_OF_' + sys.argv[1], '0')))\n",
        encoding="utf-8",
    )
    program.chmod(0o755)
    return {
        "PATH": f"{program.parent}:{os.environ['PATH']}",
        "INPUT_STACK": "production",
        "INPUT_FILE": str(tmp_path / "preview" / "preview.json"),
        "GITHUB_RUN_ID": "7",
        "GITHUB_RUN_ATTEMPT": "1",
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
    }
