"""What AWS refuses to delete holds up no deployment, and stays listed."""

from typing import Any

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from dev.engine import Engine
from tests.account import ACCESS_KEY, all_but, images, launch, snapshot_ids, writes
from tests.prepared import Prepared, web
from tests.program import Program

pytestmark = pytest.mark.xdist_group("drops")

OWN = """
import pulumi

pulumi.export("nothing", 1)
"""


@pytest.fixture
def stack(prepared: Prepared, aws: LocalAws, engine: Engine) -> Program:
    """Releases 2 and 1, of which 1 is to go with the next."""
    ready = prepared.stack("web-1 and web-2", lambda folder: web(folder, aws, engine, "1", "2"))
    aws.settings(pending_seconds=0)
    return ready


def _hold(aws: LocalAws, ec2: EC2Client) -> list[str]:
    """Hold the first release in five ways, and give what is said of each."""
    image = images(ec2)["web-1"]
    snapshot_id = next(one["Ebs"]["SnapshotId"] for one in image["BlockDeviceMappings"] if "Ebs" in one)
    instance = launch(ec2, image_id=image["ImageId"], mappings=[])
    mapped: list[Any] = [{"DeviceName": "/dev/sda1", "Ebs": {"SnapshotId": snapshot_id}}]
    other = ec2.register_image(Name="uefi", RootDeviceName="/dev/sda1", BlockDeviceMappings=mapped)["ImageId"]
    ec2.enable_image_deregistration_protection(ImageId=image["ImageId"])
    ec2.lock_snapshot(SnapshotId=snapshot_id, LockMode="governance", LockDuration=1)
    aws.restrict(ACCESS_KEY, all_but("ec2:DeleteSnapshot"))
    refused = "AWS refuses to delete snapshot "
    return [
        f"instance {instance} uses it",
        f"image uefi ({other}) uses its snapshot {snapshot_id}",
        "the image has deregistration protection",
        *[refused] * 3,
        f"snapshot {snapshot_id} is locked (governance)",
    ]


def test_a_release_that_aws_would_not_let_go_of_stays_whole_and_listed_and_later_deployments_go_on(
    aws: LocalAws, ec2: EC2Client, stack: Program
) -> None:
    """The preview says it too, with each reason. The deployment stands, and ends in 0.

    Each reason by itself is enough: see `tests/aws/test_refusals.py` and `tests/aws/test_uses.py`.
    """
    before = snapshot_ids(ec2)
    why = _hold(aws, ec2)

    previewed = stack.snapnames("deploy", "--release", "3", "--keep", "2", "--preview").out
    told = stack.snapnames("deploy", "--release", "3", "--keep", "2", "--json")
    stack.config["releases"] = ["3", "2", "1"]
    later = stack.snapnames("deploy", "--release", "4", "--json").json

    said = "; ".join(told.json["kept"][0]["why"])
    assert f"warning: web-1 would stay, and stay listed: {said}" in previewed
    assert f"warning: web-1 stays, and stays listed: {said}" in told.err
    assert (told.json["releases"], told.json["dropped"]) == (["3", "2", "1"], [])
    assert [kept["release"] for kept in told.json["kept"]] == ["1"]
    assert [line[: len(reason)] for line, reason in zip(told.json["kept"][0]["why"], why, strict=True)] == why
    assert before <= snapshot_ids(ec2)
    assert later["releases"] == ["4", "3", "2", "1"]
    assert sorted(images(ec2)) == ["uefi", "web-1", "web-2", "web-3", "web-4"]


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
