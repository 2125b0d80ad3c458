"""What AWS refuses to delete holds up no deployment, and stays listed."""

from collections.abc import Callable
from typing import Any

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from tests.account import ACCESS_KEY, all_but, images, launch, snapshot_ids, writes
from tests.program import Program

Make = Callable[..., Program]
OWN = """
import pulumi

pulumi.export("nothing", 1)
"""


@pytest.fixture
def stack(program: Make, aws: LocalAws, ec2: EC2Client) -> Program:
    """Releases 2 and 1, of which 1 is to go with the next."""
    aws.settings(pending_seconds=0)
    made = program({"service": "web", "source": launch(ec2), "releases": ["1"]})
    made.up("--skip-preview")
    made.config["releases"] = ["2", "1"]
    made.up("--skip-preview")
    return made


def _protect(_aws: LocalAws, ec2: EC2Client) -> str:
    ec2.enable_image_deregistration_protection(ImageId=images(ec2)["web-1"]["ImageId"])
    return "the image has deregistration protection"


def _lock(_aws: LocalAws, ec2: EC2Client) -> str:
    mapping = next(one for one in images(ec2)["web-1"]["BlockDeviceMappings"] if "Ebs" in one)
    snapshot_id = mapping["Ebs"]["SnapshotId"]
    ec2.lock_snapshot(SnapshotId=snapshot_id, LockMode="governance", LockDuration=1)
    return f"snapshot {snapshot_id} is locked (governance)"


def _deny(aws: LocalAws, _ec2: EC2Client) -> str:
    aws.restrict(ACCESS_KEY, all_but("ec2:DeleteSnapshot"))
    return "AWS refuses to delete snapshot "


def _use(_aws: LocalAws, ec2: EC2Client) -> str:
    return f"instance {launch(ec2, image_id=images(ec2)['web-1']['ImageId'], mappings=[])} uses it"


def _register_over(_aws: LocalAws, ec2: EC2Client) -> str:
    mapping = next(one for one in images(ec2)["web-1"]["BlockDeviceMappings"] if "Ebs" in one)
    snapshot_id = mapping["Ebs"]["SnapshotId"]
    mapped: list[Any] = [{"DeviceName": "/dev/sda1", "Ebs": {"SnapshotId": snapshot_id}}]
    other = ec2.register_image(Name="uefi", RootDeviceName="/dev/sda1", BlockDeviceMappings=mapped)["ImageId"]
    return f"image uefi ({other}) uses its snapshot {snapshot_id}"


@pytest.mark.parametrize("refuse", [_protect, _lock, _deny, _use, _register_over])
def test_a_release_that_aws_would_not_let_go_of_stays_whole_and_listed_and_later_deployments_go_on(
    aws: LocalAws, ec2: EC2Client, stack: Program, refuse: Callable[[LocalAws, EC2Client], str]
) -> None:
    """The preview says it too. The deployment stands, and ends in 0."""
    before = snapshot_ids(ec2)
    why = refuse(aws, ec2)

    previewed = stack.snapnames("deploy", "--release", "3", "--keep", "2", "--preview").out
    told = stack.snapnames("deploy", "--release", "3", "--keep", "2", "--json")
    stack.config["releases"] = ["3", "2", "1"]
    later = stack.snapnames("deploy", "--release", "4", "--json").json

    assert f"warning: web-1 would stay, and stay listed: {why}" in previewed
    assert f"warning: web-1 stays, and stays listed: {why}" in told.err
    assert (told.json["releases"], told.json["dropped"]) == (["3", "2", "1"], [])
    assert [kept["release"] for kept in told.json["kept"]] == ["1"]
    assert told.json["kept"][0]["why"][0].startswith(why)
    assert before <= snapshot_ids(ec2)
    assert later["releases"] == ["4", "3", "2", "1"]
    assert sorted(images(ec2)) == ["web-1", "web-2", "web-3", "web-4"]


def test_prune_drops_old_releases_and_changes_nothing_else(ec2: EC2Client, stack: Program) -> None:
    """Its preview says which; what is left to drop is nothing, the next time."""
    previewed = stack.snapnames("prune", "--keep", "1", "--preview", "--json").json
    kept = sorted(images(ec2))
    pruned = stack.snapnames("prune", "--keep", "1", "--json").json
    stack.config["releases"] = ["2"]
    again = stack.snapnames("prune", "--keep", "1", code=3).err

    assert (previewed["dropped"], kept) == (["1"], ["web-1", "web-2"])
    assert (pruned["dropped"], pruned["releases"]) == (["1"], ["2"])
    assert list(images(ec2)) == ["web-2"]
    assert len(snapshot_ids(ec2)) == 3
    assert again == "error: --keep is 1, and snapnames:releases lists 1: nothing to drop\n"


def test_a_program_that_does_not_know_of_the_release_is_refused_before_anything_runs(
    aws: LocalAws, ec2: EC2Client, stack: Program
) -> None:
    """The command would say that it built what nobody built."""
    stack.config |= {"releases": ["2", "1"]}
    (stack.folder / "own").mkdir()
    (stack.folder / "own" / "__main__.py").write_text(OWN, encoding="utf-8")
    settings = stack.folder / "Pulumi.yaml"
    settings.write_text("name: snapnames\nmain: own\nruntime: python\n", encoding="utf-8")
    mark = aws.mark()

    refused = stack.snapnames("deploy", "--release", "3", code=1).err

    assert "the update would not build image 'web-3': the program of this stack does not make its images of" in refused
    assert writes(aws, mark) == []
    assert sorted(images(ec2)) == ["web-1", "web-2"]
