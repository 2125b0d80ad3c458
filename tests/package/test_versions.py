"""The oldest dependencies that are allowed, and the locked ones, on the Pythons that this machine has."""

import os
from pathlib import Path

import pytest
from snapnames.testing.localaws.server import LocalAws

from dev.engine import Engine
from tests.account import launch, names
from tests.program import ROOT

from .installation import UV, Installation, interpreters, locked, run
from .outside import IMAGE_PROGRAM, outside

pytestmark = [pytest.mark.xdist_group("package-versions"), pytest.mark.slow]

PYTHONS = interpreters()
OLDEST, NEWEST = next(iter(PYTHONS)), list(PYTHONS)[-1]
EVERY = [(python, versions) for python in PYTHONS for versions in ("lowest-direct", "locked")]
PAIRS = EVERY if os.environ.get("SNAPNAMES_EVERY_PYTHON") else [(OLDEST, "lowest-direct"), (NEWEST, "locked")]
"""Two of them with each run of the tests; `make test-full` runs all."""

SCHEMA = """
import json
from pulumi.provider.experimental.component import ComponentProvider
from snapnames import Fleet, OwnedImages, ReleaseImage
print(*sorted(json.loads(ComponentProvider([Fleet, OwnedImages, ReleaseImage], "snapnames").schema)["resources"]))
"""


@pytest.mark.parametrize(("python", "versions"), PAIRS)
def test_the_package_works_with_the_oldest_and_the_locked_dependencies(
    python: str, versions: str, wheel: Path, tmp_path: Path, aws: LocalAws, engine: Engine
) -> None:
    """Its doctests and unit tests run, the command and the component package start, a program names an image."""
    pins = locked() if versions == "locked" else _resolved(python, versions, tmp_path)
    venv = Installation.of(tmp_path / "venv", wheel, "cli,testing", pins, PYTHONS[python], more=["hypothesis"])
    unit = tmp_path / "test_naming.py"
    unit.write_bytes((ROOT / "tests" / "main_job" / "test_naming.py").read_bytes())
    ec2 = aws.client("ec2")

    tested = venv.run(
        *("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--doctest-modules", "--pyargs"),
        *("snapnames", unit),
        cwd=tmp_path,
    ).stdout
    helped = venv.run("snapnames", "--help", cwd=tmp_path).stdout
    schema = venv.run("python", "-c", SCHEMA, cwd=tmp_path).stdout
    stack = outside(IMAGE_PROGRAM, tmp_path, venv, aws, engine, {"source": launch(ec2)})
    stack.environment["PULUMI_HOME"] = str(_home_for(venv, engine, tmp_path))
    stack.up("--skip-preview")

    assert " passed" in tested.splitlines()[-1]
    assert "name-owned" in helped
    assert schema == "snapnames:index:Fleet snapnames:index:OwnedImages snapnames:index:ReleaseImage\n"
    assert names(ec2, "web-1") == {"/dev/sda1": "web-1(001)", "/dev/sdf": "web-1(002)", "/dev/sdg": "web-1(003)"}


@pytest.mark.parametrize("resolution", ["lowest-direct", "highest"])
def test_every_dependency_has_a_wheel_for_the_newest_supported_python(resolution: str, tmp_path: Path) -> None:
    """So that an installation compiles nothing, also with a Python that this machine hasn't."""
    found = _resolved("3.14", resolution, tmp_path, "--only-binary", ":all:")

    assert {"boto3", "pulumi", "pulumi-aws", "typer", "moto"} <= {line.partition("==")[0] for line in found}


def _resolved(python: str, resolution: str, folder: Path, *options: str) -> list[str]:
    """Versions of all dependencies with every extra, as pyproject.toml allows them."""
    wanted = ("--resolution", resolution, "--all-extras", "--python-version", python, *options)
    compiled = run(
        *(UV, "pip", "compile", "--quiet", "--no-header", "--no-annotate", *wanted, ROOT / "pyproject.toml"),
        cwd=folder,
    )
    return compiled.stdout.splitlines()


def _home_for(venv: Installation, engine: Engine, folder: Path) -> Path:
    """A PULUMI_HOME with the aws plugin of this engine under the version of the environment's SDK.

    The engine takes a plugin of the SDK's version only; making an old one takes minutes, and it is the SDK that counts.
    """
    ask = "import importlib.metadata; print(importlib.metadata.version('pulumi-aws'))"
    version = venv.run("python", "-c", ask, cwd=folder).stdout.strip()
    plugin = folder / "home" / "plugins" / f"resource-aws-v{version}"
    plugin.mkdir(parents=True)
    for file in (engine.home / "plugins" / f"resource-aws-v{engine.plugin_version}").iterdir():
        (plugin / file.name).symlink_to(file)
    return folder / "home"
