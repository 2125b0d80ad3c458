"""Parts of a stack, saved plans, and commands that are to find nothing to do."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from tests.account import attach, images, launch, names, snapshot_ids, writes
from tests.program import Program

FLEET = {"instanceType": "t3.small", "zones": ["ap-northeast-2a"]}
NAMED = {"/dev/sda1": "front-web-1(001)", "/dev/sdf": "front-web-1(002)", "/dev/sdg": "front-web-1(003)"}


@pytest.fixture
def source(ec2: EC2Client) -> str:
    """An instance of three EBS volumes."""
    return launch(ec2)


@pytest.fixture
def stack(program: Callable[[Mapping[str, Any]], Program], source: str) -> Program:
    """One release and a fleet on it, not built yet."""
    return program({"service": "front-web", "releases": ["1"], "source": source, "fleet": FLEET})


def urns(stack: Program) -> dict[str, str]:
    """Type and name to URN, of what is in the state."""
    return {resource["urn"].rpartition("$")[2]: resource["urn"] for resource in stack.resources()}


def snapshot_of(ec2: EC2Client, image_name: str, device: str) -> str:
    """The snapshot behind a device of an image."""
    mappings = images(ec2)[image_name]["BlockDeviceMappings"]
    return next(mapping["Ebs"]["SnapshotId"] for mapping in mappings if mapping["DeviceName"] == device)


def test_one_name_is_put_back_while_a_new_release_waits_in_the_config(
    stack: Program, aws: LocalAws, ec2: EC2Client
) -> None:
    """With that tag as the only target nothing is built, whether the tag has drifted or not."""
    stack.up("--skip-preview")
    tag = urns(stack)["aws:ec2/tag:Tag::front-web-1:/dev/sdf"]
    stack.config["releases"] = ["2", "1"]

    mark = aws.mark()
    stack.up("--target", tag)
    undrifted = writes(aws, mark)
    ec2.create_tags(Resources=[snapshot_of(ec2, "front-web-1", "/dev/sdf")], Tags=[{"Key": "Name", "Value": "by hand"}])
    drifted = names(ec2, "front-web-1")
    mark = aws.mark()
    stack.up("--refresh", "--target", tag)

    assert undrifted == []
    assert drifted == {**NAMED, "/dev/sdf": "by hand"}
    assert writes(aws, mark) == ["ec2.CreateTags"]
    assert names(ec2, "front-web-1") == NAMED
    assert list(images(ec2)) == ["front-web-1"]
    assert stack.outputs()["names"]["1"] == NAMED


def test_a_saved_plan_builds_and_names_a_release_as_it_was_planned_and_refuses_a_volume_it_does_not_know(
    stack: Program, aws: LocalAws, ec2: EC2Client, source: str
) -> None:
    """A volume that is attached after the plan is refused before anything is built; a new plan names it too."""
    plan = str(stack.folder / "plan.json")
    stack.preview("--save-plan", plan)
    attach(ec2, source, "/dev/sdh")
    mark = aws.mark()

    refused = stack.up("--skip-preview", "--plan", plan, code=1)
    before = writes(aws, mark)
    stack.preview("--save-plan", plan)
    stack.up("--skip-preview", "--plan", plan)

    assert "SourceVolumes::front-web-1 violates plan: properties changed: ++volumes" in refused.out
    assert before == []
    assert sorted(writes(aws, mark)) == [
        "autoscaling.CreateAutoScalingGroup",
        "autoscaling.CreateLaunchConfiguration",
        "autoscaling.CreateOrUpdateTags",
        "ec2.CreateImage",
        *["ec2.CreateTags"] * 4,
    ]
    assert names(ec2, "front-web-1") == {**NAMED, "/dev/sdh": "front-web-1(004)"}


def test_what_is_built_is_left_alone_by_every_command_that_looks(stack: Program, aws: LocalAws) -> None:
    """Previews, updates and refreshes, with the program run or not; only a new pattern is a change."""
    stack.up("--skip-preview")
    mark = aws.mark()

    stack.preview("--refresh", "--expect-no-changes")
    stack.pulumi("refresh", "--yes", "--expect-no-changes")
    stack.pulumi("refresh", "--yes", "--run-program", "--skip-preview")
    stack.up("--skip-preview", "--expect-no-changes")
    stack.config["namePattern"] = "{image} {device}"
    stack.preview("--expect-no-changes", code=7)

    assert writes(aws, mark) == []


def test_an_image_that_is_destroyed_alone_takes_its_snapshots_and_nothing_else(stack: Program, ec2: EC2Client) -> None:
    """The state knows it then: dropping its release finds nothing more to delete."""
    stack.up("--skip-preview")
    snapshots = snapshot_ids(ec2)
    stack.config["releases"] = ["2", "1"]
    stack.up("--skip-preview")
    older = urns(stack)["aws:ec2/amiFromInstance:AmiFromInstance::front-web-1"]

    stack.pulumi("destroy", "--yes", "--skip-preview", "--target", older, "--target-dependents")
    left, gone = names(ec2, "front-web-2"), snapshots.isdisjoint(snapshot_ids(ec2))
    stack.config["releases"] = ["2"]
    steps = {(step["op"], step["urn"].split("::")[2].rpartition("$")[2]) for step in stack.steps()}

    assert list(images(ec2)) == ["front-web-2"]
    assert left == {device: name.replace("front-web-1", "front-web-2") for device, name in NAMED.items()}
    assert gone
    assert steps == {("delete", "snapnames:index:ReleaseImage"), ("delete", "snapnames:index:SourceVolumes")}


@pytest.mark.fault("two updates of one stack at once")
def test_an_update_beside_another_says_that_the_stack_is_locked_and_the_other_goes_on(
    stack: Program, aws: LocalAws, ec2: EC2Client
) -> None:
    """The first is building an image meanwhile; there is one image in the end, with its names."""
    aws.hold_next_image()
    mark = aws.mark()
    with stack.start("up", "--yes", "--skip-preview") as first:
        while "ec2.CreateImage" not in aws.calls(mark):
            assert first.poll() is None

        second = stack.up("--skip-preview", code=1)
        aws.finish_image(images(ec2)["front-web-1"]["ImageId"])
        first.communicate()

    assert "error: the stack is currently locked by 1 lock(s)." in second.out
    assert first.returncode == 0
    assert [call for call in writes(aws, mark) if call == "ec2.CreateImage"] == ["ec2.CreateImage"]
    assert names(ec2, "front-web-1") == NAMED
