"""The program of examples/adopted_group: a team's own group in a program of one's own."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from dev.engine import Engine
from tests.account import images, launch, names, snapshot_ids
from tests.program import ROOT, Program

from .account import CONFIGURATION, GROUP, group, launched, running, seed, unchanging

EXAMPLE = ROOT / "examples" / "adopted_group"
FLEET = """
fleet = Fleet(
    "front-web",
    {"image_id": images[live].image_id, "adopt": config.require("group"), "instance_refresh": {}},
)
"""
"""What the program says of the group."""

PROVIDERS = {"forceDelete", "forceDeleteWarmPool", "ignoreFailedScalingActivities", "waitForCapacityTimeout"}
"""What the provider says to itself of a group. AWS has no such settings."""

OUTPUTS = 'pulumi.export("autoScalingGroup", fleet.auto_scaling_group_name)\n'


@pytest.fixture
def own(tmp_path: Path, aws: LocalAws, ec2: EC2Client, engine: Engine) -> Callable[[], Program]:
    """A stack of a copy of the program, in an account that has the group; it wants the first release."""

    def make() -> Program:
        aws.settings(pending_seconds=0, refresh_seconds=0.05)
        seed(aws)
        main = tmp_path / "main"
        main.mkdir()
        (main / "__main__.py").write_bytes((EXAMPLE / "__main__.py").read_bytes())
        config = {"releases": ["1"], "instance": launch(ec2, mappings=[]), "group": GROUP}
        return Program(tmp_path / "stack", aws, engine, config, main)

    return make


def test_the_first_preview_changes_what_the_group_launches_and_nothing_else(
    own: Callable[[], Program], aws: LocalAws, ec2: EC2Client
) -> None:
    """The update does the same, and the next preview has nothing to do."""
    stack, before = own(), unchanging(aws)

    steps = stack.steps()
    previewed = group(aws)["LaunchConfigurationName"], unchanging(aws)
    stack.up("--skip-preview")
    stack.preview("--expect-no-changes")

    of_the_group = [step for step in steps if step["urn"].endswith("::front-web-adopted")]
    assert {step["op"] for step in steps if step not in of_the_group} == {"create"}
    assert [step["op"] for step in of_the_group] == ["import", "update"], of_the_group
    assert {*of_the_group[1]["diffReasons"]} - PROVIDERS == {"instanceRefresh", "launchConfiguration", "launchTemplate"}
    assert previewed == (CONFIGURATION, before)
    assert running(aws) == [images(ec2)["front-web-1"]["ImageId"]] * 4
    assert launched(aws)["ImageId"] == images(ec2)["front-web-1"]["ImageId"]
    assert unchanging(aws) == before
    assert names(ec2, "front-web-1") == {"/dev/sda1": "front-web-1(001)"}


def test_releases_that_are_dropped_leave_nothing_and_a_destroy_leaves_what_runs(
    own: Callable[[], Program], aws: LocalAws, ec2: EC2Client
) -> None:
    """Three releases, one of them failed, each dropped by an update after the one that replaced it; then the end."""
    stack, before = own(), unchanging(aws)
    stack.up("--skip-preview")
    aws.settings(unhealthy_images=["front-web-2"], refresh_timeout_seconds=1)
    failed = _up(stack, {"releases": ["2", "1"]}, code=1)
    aws.settings(unhealthy_images=[], refresh_timeout_seconds=3600)

    back = _up(stack, {"live": "1"}), running(aws), images(ec2)["front-web-1"]["ImageId"]
    _up(stack, {"releases": ["1"]})
    after_back = sorted(images(ec2))
    del stack.config["live"]
    _up(stack, {"releases": ["3", "1"]})
    _up(stack, {"releases": ["3"]})
    runs, kept, snapshots = group(aws), images(ec2), snapshot_ids(ec2)
    destroyed = stack.destroy()

    assert "front-web-2" in failed, failed
    assert (back[1], after_back) == ([back[2]] * 4, ["front-web-1"])
    assert (sorted(kept), len(snapshots)) == (["front-web-3"], 1)
    assert running(aws) == [kept["front-web-3"]["ImageId"]] * 4
    assert (group(aws), images(ec2), snapshot_ids(ec2), unchanging(aws)) == (runs, kept, snapshots, before), destroyed
    assert launched(aws)["ImageId"] == kept["front-web-3"]["ImageId"]
    assert len(ec2.describe_launch_templates()["LaunchTemplates"]) == 1
    assert stack.resources() == []


def test_a_fleet_that_is_taken_out_of_the_program_leaves_the_group_and_all_that_it_launches_from(
    own: Callable[[], Program], aws: LocalAws, ec2: EC2Client
) -> None:
    """Also when the stack is destroyed behind that. The preview lists what stays."""
    stack, before = own(), unchanging(aws)
    stack.up("--skip-preview")
    runs, kept, snapshots = group(aws), images(ec2), snapshot_ids(ec2)

    main = Path(stack.folder).parent / "main" / "__main__.py"
    main.write_text(main.read_text("utf-8").replace(FLEET, "").replace(OUTPUTS, ""), "utf-8")
    previewed = stack.preview()
    stack.up("--skip-preview")
    without = group(aws), images(ec2), snapshot_ids(ec2)
    stack.destroy()

    assert [one for one in ("front-web-adopted", "LaunchTemplate") if one not in previewed.out] == []
    assert "[retain]" in previewed.out
    assert without == (runs, kept, snapshots)
    assert (group(aws), images(ec2), snapshot_ids(ec2), unchanging(aws)) == (runs, kept, snapshots, before)
    assert launched(aws)["ImageId"] == kept["front-web-1"]["ImageId"]


def _up(stack: Program, config: Mapping[str, Any], code: int = 0) -> str:
    """Update with a config that has these keys; what was printed."""
    stack.config |= config
    return stack.up("--skip-preview", code=code).out
