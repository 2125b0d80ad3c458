"""The components in programs of other languages, each by the language host of that language."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from mypy_boto3_autoscaling import AutoScalingClient
from mypy_boto3_ec2 import EC2Client
from snapnames.testing import Program
from snapnames.testing.localaws.server import LocalAws

from dev.engine import Engine
from dev.engine.language_hosts import HOSTS, ensure_host
from dev.sdks import go, typescript
from tests.account import launch, names, snapshot_ids
from tests.program import ROOT

from .installation import Installation, run
from .outside import outside

EXAMPLES = ROOT / "examples"
RUNTIMES = {"yaml": "yaml", "go": "go", "typescript": "nodejs"}
"""Folder of the example to its runtime."""

WITH_SDK = ("typescript", "sdk.ts", "index.ts")
"""The example that also has a program with the SDK, that program, and the one whose place it takes."""

PACKAGES = {"yaml": [], "go": ["go", "mod", "download"], "nodejs": ["npm", "ci", "--no-audit", "--no-fund"]}
"""Gets the packages that a program of the runtime imports, by the lock file in its folder."""

every_language = pytest.mark.skipif(
    not os.environ.get("SNAPNAMES_EVERY_LANGUAGE"), reason="builds language hosts and SDKs: make test-full runs it"
)


def test_every_example_in_another_language_has_a_host_and_is_run() -> None:
    """A new folder needs a row here; a test of its own runs those in Python."""
    others = {path.parent.name for path in EXAMPLES.glob("*/Pulumi.yaml")} - {
        path.parent.name for path in EXAMPLES.glob("*/__main__.py")
    }

    assert others == {*RUNTIMES}
    assert {*RUNTIMES.values()} == {*HOSTS} == {*PACKAGES}


@pytest.fixture
def outside_account(
    installed: Installation, tmp_path: Path, aws: LocalAws, engine: Engine, ec2: EC2Client
) -> Callable[[str, Path], Program]:
    """Make a stack of a copy of an example, run by the language host of its runtime."""

    def make(example: str, folder: Path) -> Program:
        runtime = RUNTIMES[example]
        if PACKAGES[runtime]:
            run(*PACKAGES[runtime], cwd=folder)
        project = yaml.safe_load((folder / "Pulumi.yaml").read_text(encoding="utf-8"))
        assert project["runtime"] == runtime
        config = {"release": "42", "instance": launch(ec2)}
        stack = outside(folder, tmp_path, installed, aws, engine, config, project["name"], runtime)
        stack.environment["PATH"] = f"{ensure_host(runtime)}:{stack.environment['PATH']}"
        return stack

    return make


def _lives(stack: Program, ec2: EC2Client, autoscaling: AutoScalingClient) -> None:
    """The preview shows the names, a second update has no changes, and destroy leaves the source alone."""
    expected = {"/dev/sda1": "front-web-42(001)", "/dev/sdf": "front-web-42(002)", "/dev/sdg": "front-web-42(003)"}

    previewed = stack.preview().out
    stack.up("--skip-preview")
    built, outputs = names(ec2, "front-web-42"), stack.outputs()
    groups = [one["AutoScalingGroupName"] for one in autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]]
    stack.preview("--expect-no-changes")
    stack.destroy()

    assert [name for name in expected.values() if name not in previewed] == []
    assert built == outputs["names"] == expected
    assert groups == [outputs["group"]]
    assert snapshot_ids(ec2) == set()
    assert autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"] == []


@every_language
@pytest.mark.slow
@pytest.mark.parametrize("example", RUNTIMES)
def test_a_program_in_another_language_builds_names_launches_and_leaves_nothing(
    example: str,
    outside_account: Callable[[str, Path], Program],
    tmp_path: Path,
    ec2: EC2Client,
    autoscaling: AutoScalingClient,
) -> None:
    """It knows the components by their names in the schema, and needs no SDK."""
    folder = tmp_path / "program"
    shutil.copytree(EXAMPLES / example, folder)

    stack = outside_account(example, folder)

    _lives(stack, ec2, autoscaling)


@every_language
@pytest.mark.slow
def test_a_program_with_the_sdk_of_typescript_does_the_same(
    outside_account: Callable[[str, Path], Program], tmp_path: Path, ec2: EC2Client, autoscaling: AutoScalingClient
) -> None:
    """The SDK is the one that `make sdks` makes, installed by npm. The types of the program fit it."""
    folder, (example, program, place) = tmp_path / "program", WITH_SDK
    shutil.copytree(EXAMPLES / example, folder)
    shutil.copy(folder / program, folder / place)
    sdk = typescript(tmp_path / "sdk")

    stack = outside_account(example, folder)
    run("npm", "install", "--no-save", "--prefer-offline", "--no-audit", "--no-fund", sdk, cwd=folder)
    run(folder / "node_modules" / ".bin" / "tsc", "--noEmit", cwd=folder)

    _lives(stack, ec2, autoscaling)


@every_language
@pytest.mark.slow
def test_the_sdk_of_go_compiles_and_has_every_component(tmp_path: Path) -> None:
    """As `make sdks` makes it; two runs make the same files."""
    first, again = go(tmp_path / "first"), go(tmp_path / "again")

    assert {"fleet.go", "releaseImage.go", "ownedImages.go"} <= {path.name for path in first.glob("snapnames/*.go")}
    assert _content(first) == _content(again)


def _content(folder: Path) -> dict[Path, bytes]:
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
