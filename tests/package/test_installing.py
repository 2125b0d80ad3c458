"""The lines of docs/installing.md, with a clone of the repository in place of its URL."""

import os
from pathlib import Path

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.environment import aws_variables
from snapnames.testing.localaws.server import LocalAws

from tests.account import launch
from tests.program import ROOT

from .installation import UV, locked, run

pytestmark = [pytest.mark.xdist_group("package-installing"), pytest.mark.slow]


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the lines name: the package at the URL of a clone."""
    folder = tmp_path_factory.mktemp("clone")
    run("git", "clone", "--quiet", ROOT, "clone", cwd=folder)
    run("git", "checkout", "--quiet", "-B", "main", cwd=folder / "clone")  # a checkout of CI has no branch
    return f"pulumi-snapnames[cli] @ git+{(folder / 'clone').as_uri()}"


def _line(tool: str) -> str:
    page = (ROOT / "docs" / "installing.md").read_text(encoding="utf-8")
    (line,) = [line.partition("  #")[0] for line in page.splitlines() if line.startswith(f"{tool} ")]
    return line.replace('"pulumi-snapnames[cli] @ git+$REPOSITORY"', "PACKAGE")


def test_the_ledger_of_an_account_needs_no_clone_no_engine_and_no_installation(
    package: str, tmp_path: Path, aws: LocalAws, ec2: EC2Client
) -> None:
    """`uvx` installs into a place of its own, and no pulumi is on PATH."""
    ec2.create_image(InstanceId=launch(ec2), Name="web-1", NoReboot=True)
    pins = tmp_path / "pins.txt"
    pins.write_text("\n".join(locked()), encoding="utf-8")
    variables = {**aws_variables(aws.url), "PATH": _path_without_pulumi(), "UV_CONSTRAINT": str(pins)}
    words = [package if word == "PACKAGE" else word for word in _line("uvx").split()]

    said = run(UV.with_name("uvx"), *words[1:], cwd=tmp_path, variables={**variables, "NO_PROXY": "*"}).stdout

    assert words[1:] == ["--from", package, "snapnames", "ledger", "--account"]
    assert "web-1" in said


def test_a_user_gets_the_command_by_one_line(package: str, tmp_path: Path) -> None:
    """And it completes its own words."""
    pins = tmp_path / "pins.txt"
    pins.write_text("\n".join(locked()), encoding="utf-8")
    bin_folder = tmp_path / "bin"
    own = {"UV_TOOL_DIR": str(tmp_path / "tools"), "UV_TOOL_BIN_DIR": str(bin_folder), "UV_CONSTRAINT": str(pins)}
    words = [package if word == "PACKAGE" else word for word in _line("uv").split()]

    run(UV, *words[1:], cwd=tmp_path, variables=own)
    version = run(bin_folder / "snapnames", "--version", cwd=tmp_path).stdout
    completing = {"_SNAPNAMES_COMPLETE": "complete_bash", "COMP_WORDS": "snapnames de", "COMP_CWORD": "1"}
    completed = run(bin_folder / "snapnames", cwd=tmp_path, variables=completing).stdout

    assert version.startswith("snapnames ")
    assert completed.split() == ["deploy"]


def _path_without_pulumi() -> str:
    folders = os.environ["PATH"].split(os.pathsep)
    return os.pathsep.join(folder for folder in folders if not Path(folder, "pulumi").exists())
