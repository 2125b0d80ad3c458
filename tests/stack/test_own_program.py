"""Which programs the command runs in its own process: snapnames' own, where Pulumi would do the very same."""

import sys
from pathlib import Path

import pytest
import yaml
from snapnames.cli.stack.own_program import own_program

from tests.program import ROOT

OWN = "from snapnames.program.stack import declare_stack\n\ndeclare_stack()\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose Python is this one."""
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    monkeypatch.delenv("PULUMI_PYTHON_CMD", raising=False)
    (tmp_path / "__main__.py").write_text(OWN)
    _settings(tmp_path, "python")
    return tmp_path


def _settings(folder: Path, runtime: object, **more: object) -> None:
    (folder / "Pulumi.yaml").write_text(yaml.safe_dump({"name": "front", "runtime": runtime, **more}))


def test_the_program_of_this_repository_is_run_here(folder: Path) -> None:
    """Its docstring does not count. `main` says where it is."""
    _settings(folder, "python", main=str(ROOT))

    found = own_program(folder, "config: {}\n")

    assert found
    assert found.folder == ROOT


@pytest.mark.parametrize(
    "runtime",
    [
        "python",
        {"name": "python"},
        {"name": "python", "options": {"toolchain": "pip"}},
        {"name": "python", "options": {"virtualenv": sys.prefix}},
    ],
)
def test_every_way_to_name_this_python_is_known(folder: Path, runtime: object) -> None:
    """A virtual environment may be named, or be the first on PATH."""
    _settings(folder, runtime)

    assert own_program(folder, "config: {}\n")


@pytest.mark.parametrize(
    "runtime",
    [
        "nodejs",
        {"name": "nodejs"},
        {"name": "python", "options": {"toolchain": "uv"}},
        {"name": "python", "options": {"virtualenv": ".venv"}},
        {"name": "python", "options": {"typechecker": "mypy"}},
    ],
)
def test_another_python_or_language_is_left_to_pulumi(folder: Path, runtime: object) -> None:
    """It may have another version of everything."""
    _settings(folder, runtime)

    assert own_program(folder, "config: {}\n") is None


@pytest.mark.parametrize("variable", ["PULUMI_PYTHON_CMD", "PATH"])
def test_another_python_that_the_environment_chooses_is_left_to_pulumi(
    folder: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """By its own variable, or as the first on PATH."""
    other = folder / "bin" / "python3"
    other.parent.mkdir()
    other.touch(0o755)
    monkeypatch.setenv(variable, str(other if variable.startswith("PULUMI") else other.parent))

    assert own_program(folder, "config: {}\n") is None


@pytest.mark.parametrize(
    "program", [f"{OWN}print()\n", f"import os\n{OWN}", OWN.replace("snapnames.program", "mine"), "def", ""]
)
def test_a_program_of_ones_own_is_left_to_pulumi(folder: Path, program: str) -> None:
    """It may do anything to the process that it runs in."""
    (folder / "__main__.py").write_text(program)

    assert own_program(folder, "config: {}\n") is None


@pytest.mark.parametrize("name", ["snapnames.py", "boto3.py", "pulumi/__init__.py"])
def test_a_program_beside_which_a_module_shadows_ours_is_left_to_pulumi(folder: Path, name: str) -> None:
    """Python looks first in the folder of the program."""
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).touch()

    assert own_program(folder, "config: {}\n") is None


def test_a_stack_with_environments_is_left_to_pulumi(folder: Path) -> None:
    """Pulumi puts what they say into the variables of the program, e.g. keys of another account."""
    assert own_program(folder, "environment: [prod]\nconfig: {}\n") is None
    assert own_program(folder, "")


def test_a_missing_program_is_left_to_pulumi(folder: Path) -> None:
    """Pulumi says what is missing."""
    (folder / "__main__.py").unlink()

    assert own_program(folder, "config: {}\n") is None
