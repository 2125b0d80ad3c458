"""The components in programs of other languages, each by the language host of that language."""

import os
import shutil
from pathlib import Path

import pytest
import yaml
from mypy_boto3_autoscaling import AutoScalingClient
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from dev.engine import Engine
from dev.engine.language_hosts import HOSTS, ensure_host
from tests.account import launch, names, snapshot_ids
from tests.program import ROOT

from .installation import Installation, run
from .outside import outside

EXAMPLES = ROOT / "examples"
RUNTIMES = {"yaml": "yaml", "go": "go", "typescript": "nodejs"}
"""Folder of the example to its runtime."""

PACKAGES = {"yaml": [], "go": ["go", "mod", "download"], "nodejs": ["npm", "ci", "--no-audit", "--no-fund"]}
"""Gets the packages that a program of the runtime imports, by the lock file in its folder."""

every_language = pytest.mark.skipif(
    not os.environ.get("SNAPNAMES_EVERY_LANGUAGE"), reason="builds three language hosts: make test-full runs it"
)


def test_every_example_in_another_language_has_a_host_and_is_run() -> None:
    """A new folder needs a row here; a test of its own runs those in Python."""
    others = {path.parent.name for path in EXAMPLES.glob("*/Pulumi.yaml")} - {
        path.parent.name for path in EXAMPLES.glob("*/__main__.py")
    }

    assert others == {*RUNTIMES}
    assert {*RUNTIMES.values()} == {*HOSTS} == {*PACKAGES}


@every_language
@pytest.mark.slow
@pytest.mark.parametrize("example", RUNTIMES)
def test_a_program_in_another_language_builds_names_launches_and_leaves_nothing(
    example: str,
    installed: Installation,
    tmp_path: Path,
    aws: LocalAws,
    engine: Engine,
    ec2: EC2Client,
    autoscaling: AutoScalingClient,
) -> None:
    """The preview shows the names, a second update has no changes, and destroy leaves the source alone."""
    runtime, folder = RUNTIMES[example], tmp_path / "program"
    shutil.copytree(EXAMPLES / example, folder)
    if PACKAGES[runtime]:
        run(*PACKAGES[runtime], cwd=folder)
    project = yaml.safe_load((folder / "Pulumi.yaml").read_text(encoding="utf-8"))
    config = {"release": "42", "instance": launch(ec2)}
    stack = outside(folder, tmp_path, installed, aws, engine, config, project["name"], runtime)
    stack.environment["PATH"] = f"{ensure_host(runtime)}:{stack.environment['PATH']}"
    expected = {"/dev/sda1": "front-web-42(001)", "/dev/sdf": "front-web-42(002)", "/dev/sdg": "front-web-42(003)"}

    previewed = stack.preview().out
    stack.up("--skip-preview")
    built, outputs = names(ec2, "front-web-42"), stack.outputs()
    groups = [one["AutoScalingGroupName"] for one in autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]]
    stack.preview("--expect-no-changes")
    stack.destroy()

    assert project["runtime"] == runtime
    assert [name for name in expected.values() if name not in previewed] == []
    assert built == outputs["names"] == expected
    assert groups == [outputs["group"]]
    assert snapshot_ids(ec2) == set()
    assert autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"] == []
