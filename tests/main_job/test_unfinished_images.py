"""An image whose create failed or timed out: nothing launches from it, and nothing of it is left behind."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from tests.account import images, launch, names, snapshot_ids
from tests.program import Done, Program

pytestmark = pytest.mark.fault("image failed, or pending past the timeout")

Make = Callable[[Mapping[str, Any]], Program]
REASON = "Client.InternalError: Client error on launch"
FLEET = {"instanceType": "t3.small", "zones": ["ap-northeast-2a"]}
UNAVAILABLE = (
    "nothing launches from an image that is not available: run `pulumi up --refresh` when it has become available, or "
    "drop its release from the list"
)
RUN_REFRESH = (
    "was never finished, its release is dropped, and the state of this stack does not have its snapshots, which a "
    "delete would leave behind: run `pulumi up --refresh`, then `pulumi up`"
)


@pytest.fixture
def stack(program: Make, ec2: EC2Client) -> Program:
    """No release yet; a create is given up after 10 seconds, the least that the provider manages."""
    return program({"service": "web", "releases": [], "source": launch(ec2), "createTimeout": "10s", "fleet": FLEET})


def release(stack: Program, *releases: str, code: int = 0) -> Done:
    """List these releases, newest first, and update without a preview."""
    stack.config["releases"] = list(releases)
    return stack.up("--skip-preview", code=code)


def refused(stack: Program) -> str:
    """What a plain update, which has to fail, said."""
    out = stack.up(code=1).out.partition("Diagnostics:\n")[2].partition("\n\n")[0]
    return "\n".join(line.strip() for line in out.splitlines()[1:-1]).removeprefix("error: ")


def named(image_name: str) -> dict[str, str | None]:
    """The names that the snapshots of an image have to have."""
    return {
        device: f"{image_name}({index:03d})"
        for index, device in enumerate(("/dev/sda1", "/dev/sdf", "/dev/sdg"), start=1)
    }


def launches(aws: LocalAws) -> list[tuple[str, str]]:
    """Each launch configuration with its image, that a group launches from."""
    client = aws.client("autoscaling")
    image = {
        found["LaunchConfigurationName"]: found["ImageId"]
        for found in client.describe_launch_configurations()["LaunchConfigurations"]
    }
    groups = client.describe_auto_scaling_groups()["AutoScalingGroups"]
    return [(found["LaunchConfigurationName"], image[found["LaunchConfigurationName"]]) for found in groups]


def behind(ec2: EC2Client, *image_names: str) -> set[str]:
    """The snapshots behind images."""
    return {
        mapping["Ebs"]["SnapshotId"]
        for name in image_names
        for mapping in images(ec2)[name]["BlockDeviceMappings"]
        if "Ebs" in mapping
    }


def test_a_failed_image_is_refused_until_its_release_is_dropped_and_then_leaves_nothing(
    stack: Program, aws: LocalAws, ec2: EC2Client
) -> None:
    """The group stays where it was; dropping takes a refresh, which the refusal asks for."""
    release(stack, "1")
    before = launches(aws)
    aws.fail_next_image(REASON)

    release(stack, "2", "1", code=1)
    failed = images(ec2)["web-2"]["ImageId"]
    again = [refused(stack), refused(stack)]
    meanwhile = launches(aws)
    stack.config["releases"] = ["1"]
    dropped = refused(stack)
    stack.up("--refresh", "--skip-preview")
    stack.up("--skip-preview")

    assert again == 2 * [f"image 'web-2' ({failed}) is 'failed' ({REASON}); {UNAVAILABLE}"]
    assert meanwhile == before
    assert dropped == f"image 'web-2' {RUN_REFRESH}"
    assert list(images(ec2)) == ["web-1"]
    assert snapshot_ids(ec2) == behind(ec2, "web-1")
    assert names(ec2, "web-1") == named("web-1")
    assert launches(aws) == before


def test_a_timed_out_image_is_refused_until_it_is_available_and_then_taken_over_by_a_refresh(
    stack: Program, aws: LocalAws, ec2: EC2Client
) -> None:
    """It is not built a second time, and goes in one update as any other release does."""
    release(stack, "1")
    before = launches(aws)
    aws.hold_next_image()

    release(stack, "2", "1", code=1)
    pending = images(ec2)["web-2"]["ImageId"]
    again = [refused(stack), refused(stack)]
    meanwhile = launches(aws)
    aws.finish_image(pending)
    unread = refused(stack)
    stack.up("--refresh", "--skip-preview")
    repaired = names(ec2, "web-2")
    moved = launches(aws)
    made = snapshot_ids(ec2)
    both = behind(ec2, "web-1", "web-2")
    release(stack, "1")

    assert again == 2 * [f"image 'web-2' ({pending}) is 'pending'; {UNAVAILABLE}"]
    assert meanwhile == before
    assert unread == (
        f"image 'web-2' ({pending}) was built by this stack, whose state does not have its volumes, as after a create "
        "that timed out: run `pulumi up --refresh`; if the state does not have the image at all: run `snapnames "
        "recover`, which takes it in"
    )
    assert repaired == named("web-2")
    assert [image_id for _, image_id in moved] == [pending]
    assert made == both
    assert list(images(ec2)) == ["web-1"]
    assert snapshot_ids(ec2) == behind(ec2, "web-1")


@pytest.mark.parametrize("end", ["available", "failed"])
def test_a_release_whose_image_is_pending_is_not_dropped_before_that_has_ended(
    stack: Program, aws: LocalAws, ec2: EC2Client, end: str
) -> None:
    """Deleted earlier it would leave the snapshots that EC2 is still making."""
    aws.hold_next_image()
    release(stack, "1", code=1)
    pending = images(ec2)["web-1"]["ImageId"]
    stack.config["releases"] = ["2"]

    while_pending = refused(stack)
    aws.finish_image(pending, end, REASON if end == "failed" else "")
    ended = refused(stack)
    stack.up("--refresh", "--skip-preview")
    stack.up("--skip-preview")

    assert while_pending == (
        f"image 'web-1' ({pending}) is pending and its release is not in snapnames:releases; deleted now, it would "
        "leave the snapshots that EC2 is still making: put the release back, or wait until the image is available or "
        "failed"
    )
    assert ended == f"image 'web-1' {RUN_REFRESH}"
    assert list(images(ec2)) == ["web-2"]
    assert snapshot_ids(ec2) == behind(ec2, "web-2")
    assert names(ec2, "web-2") == named("web-2")


def test_a_failed_image_that_a_refresh_has_read_is_still_not_launched_from(
    stack: Program, aws: LocalAws, ec2: EC2Client
) -> None:
    """Its snapshots are in the state then, as those of a built image are; what tells is the account."""
    aws.fail_next_image(REASON)
    release(stack, "1", code=1)
    failed = images(ec2)["web-1"]["ImageId"]

    with_refresh = stack.up("--refresh", "--skip-preview", code=1)
    without = refused(stack)

    message = f"image 'web-1' ({failed}) is 'failed' ({REASON}); {UNAVAILABLE}"
    assert f"error: {message}\n" in with_refresh.out
    assert without == message
    assert launches(aws) == []


def test_a_destroy_with_a_refresh_leaves_nothing_of_a_failed_image(
    stack: Program, aws: LocalAws, ec2: EC2Client
) -> None:
    """The refresh reads the snapshots that go with it."""
    aws.fail_next_image(REASON)
    release(stack, "1", code=1)
    made = snapshot_ids(ec2)

    stack.pulumi("destroy", "--yes", "--refresh", "--skip-preview")

    assert len(made) == len(named("web-1"))
    assert images(ec2) == {}
    assert snapshot_ids(ec2) == set()
    assert stack.resources() == []
