"""The container image. No builder is here, so the file is read, and the steps of its first stage are run outside."""

import re
import sys
from pathlib import Path

import pytest

from tests.program import ROOT

from .container import faults, rehearsed
from .installation import run

TEXT = (ROOT / "Dockerfile").read_text(encoding="utf-8")
IGNORED = (ROOT / ".dockerignore").read_text(encoding="utf-8")


def test_the_image_is_of_pinned_parts_and_runs_as_nobody() -> None:
    """Nothing but what is copied gets in, so no secret and no stack's config does."""
    assert list(faults(TEXT, IGNORED)) == []


@pytest.mark.parametrize(
    ("right", "wrong", "fault"),
    [
        (r"@sha256:\w+ AS build", " AS build", "is not pinned by a digest"),
        (r"--require-hashes ", "", "is installed without its hash"),
        (r"USER .*", "USER root", "the last stage runs as root"),
        (r"USER .*\n", "", "the last stage runs as root"),
        (r"COPY components", "COPY Pulumi.dev.yaml", ".dockerignore keeps it out"),
        (r"dev/tracked.py", "dev/gone.py", "there is no such file"),
        (r"ENV PATH", "ENV PULUMI_CONFIG_PASSPHRASE=x PATH", "looks like a secret"),
        (r"CMD", "ADD https://example.com/install.sh /\nCMD", "takes nothing from outside"),
    ],
)
def test_each_rule_can_be_broken(right: str, wrong: str, fault: str) -> None:
    """Else the test before this one would show nothing."""
    changed, count = re.subn(right, wrong, TEXT, count=1)

    assert count == 1
    assert [found for found in faults(changed, IGNORED) if fault in found] != []


@pytest.mark.parametrize(
    ("name", "needed"),
    [
        ("requirements-cli.lock", {"pulumi", "pulumi-aws", "boto3", "typer", "hatchling"}),
        ("components/requirements.txt", {"pulumi", "pulumi-aws", "boto3"}),
    ],
)
def test_what_users_install_is_a_part_of_the_lock_that_the_tests_run_with(name: str, needed: set[str]) -> None:
    """Each package with the same version and the same hashes."""
    small, whole = _packages(name), _packages("requirements.lock")

    assert {package for package, entry in small.items() if whole.get(package) != entry} == set()
    assert needed <= set(small)
    assert {"pytest", "moto", "ruff"} & set(small) == set()


@pytest.mark.slow
def test_the_steps_of_its_first_stage_give_a_command_that_works(tmp_path: Path) -> None:
    """On this machine's Python and with pip's cache, in a folder with nothing but what the Dockerfile copies."""
    venv = tmp_path / "venv"
    # Without byte code, which takes a minute for pulumi-aws alone.
    variables = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "PIP_COMPILE": "0"}
    folder = tmp_path / "build"
    folder.mkdir()

    for command in rehearsed(TEXT, folder, venv):
        run(*command, cwd=folder, variables=variables)

    assert run(venv / "bin" / "snapnames", "--version", cwd=tmp_path).stdout.startswith("snapnames ")
    assert not (folder / ".git").exists()


def _packages(name: str) -> dict[str, str]:
    entries = re.split(r"^(?=\S)", (ROOT / name).read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {entry.partition("==")[0]: entry for entry in entries if entry}
