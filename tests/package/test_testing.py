"""pytest's plugin, as a user's own project has it: installed, with a program and tests that know no repository."""

import re
from pathlib import Path

import pytest

from dev.engine import Engine
from tests.program import ROOT

from .installation import Installation, locked
from .outside import IMAGE_PROGRAM

pytestmark = [pytest.mark.xdist_group("package"), pytest.mark.slow]

PAGE = ROOT / "docs" / "testing.md"
HOSTILE = {
    "AWS_PROFILE": "production",
    "AWS_ACCESS_KEY_ID": "AKIAREALREALREALREAL",
    "AWS_SECRET_ACCESS_KEY": "real",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "PULUMI_BACKEND_URL": "http://127.0.0.1:9",
    "PULUMI_ACCESS_TOKEN": "pul-real",
}
LEFT = """

def test_the_account_of_the_next_test_is_empty(snapnames_aws):
    assert snapnames_aws.client("ec2").describe_images(Owners=["self"])["Images"] == []
    assert snapnames_aws.calls() == ["ec2.DescribeImages"]


def test_the_command_works_on_a_stack(snapnames_stack):
    refused = snapnames_stack(Path("program")).snapnames("releases", code=2)
    assert refused.err.startswith("error: ")
    assert "Traceback" not in refused.err
"""


def _project(folder: Path, tests: str) -> None:
    (folder / "program").mkdir()
    (folder / "program" / "__main__.py").write_text(IMAGE_PROGRAM, encoding="utf-8")
    (folder / "test_program.py").write_text(tests, encoding="utf-8")


def test_a_users_project_tests_its_program_as_the_docs_show(
    installed: Installation, tmp_path: Path, engine: Engine
) -> None:
    """The page's own code, in a shell that holds a real account; the plugin finds itself and the installed Pulumi."""
    (shown,) = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    _project(tmp_path, shown + LEFT)

    said = installed.run(
        "python",
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        cwd=tmp_path,
        variables={**HOSTILE, **engine.environment()},
    ).stdout

    assert re.search(r"^4 passed", said, re.MULTILINE), said


def test_a_users_project_without_an_engine_is_told_what_to_install(installed: Installation, tmp_path: Path) -> None:
    """Nothing is downloaded or compiled behind a test run."""
    _project(tmp_path, LEFT.replace("Path(", "__import__('pathlib').Path("))
    nothing = {**HOSTILE, "PATH": str(tmp_path), "PULUMI_HOME": str(tmp_path)}

    said = installed.run(
        "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=tmp_path, code=1, variables=nothing
    ).stdout

    assert re.search(r"^1 passed, 1 error", said, re.MULTILINE), said
    assert "there is no pulumi on PATH: install Pulumi 3.230.0 or a later 3.x" in said


def test_without_its_extra_the_plugin_disturbs_no_test_and_says_what_to_install(wheel: Path, tmp_path: Path) -> None:
    """A project that has the components alone runs its own tests as before."""
    bare = Installation.of(tmp_path / "venv", wheel, "", locked(), more=["pytest"])
    _project(tmp_path, "def test_own():\n    pass\n\n\ndef test_account(snapnames_aws):\n    pass\n")

    said = bare.run("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=tmp_path, code=1).stdout

    assert re.search(r"^1 passed, 1 error", said, re.MULTILINE), said
    assert "install the package with its extra `testing`" in said
