"""Regions in trouble: a copy that fails, one that is in use or gone, and a region that refuses every call."""

import json
from collections.abc import Callable

import pytest
import yaml
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from tests.account import images, launch, writes
from tests.program import Program

from .regions import CLOSED, EU, FLEET, HOME, WEST, config, holdings, left, named


def test_a_copy_that_failed_never_passes_for_made_and_its_region_can_be_dropped(
    program: Callable[..., Program], aws: LocalAws, source: str
) -> None:
    """Not in the next update, nor after a refresh. The other regions have theirs, and dropped it leaves nothing."""
    stack = program(config(source, ["1"], {WEST: {}}))
    stack.up("--skip-preview")
    stack.config["copies"] = {WEST: {}, EU: {}}
    aws.fail_next_image("Client.InternalError: the copy broke")

    first = stack.up("--skip-preview", code=1).out
    failed = images(aws.client("ec2", EU))["front-web-1"]["ImageId"]
    again = stack.up("--skip-preview", code=1).out
    refreshed = stack.up("--skip-preview", "--refresh", code=1).out

    assert f"aws:ec2:AmiCopy (front-web-1:{EU}):" in first
    says = (
        f"copy 'front-web-1:{EU}' ({failed}) is 'failed' (Client.InternalError: the copy broke); nothing launches from "
        f"it: run `aws ec2 deregister-image --region {EU} --image-id {failed} --delete-associated-snapshots`, and "
        "`pulumi up --refresh`, which copies the image again"
    )
    assert says in again
    assert says in refreshed
    assert stack.outputs()["copies"] == {"1": {WEST: images(aws.client("ec2", WEST))["front-web-1"]["ImageId"]}}
    assert holdings(aws, WEST) == named("1")

    stack.config["copies"] = {WEST: {}}
    stack.up("--skip-preview")

    assert left(aws, EU) == {}


def test_a_region_that_refuses_every_call_keeps_no_other_from_the_next_release(
    program: Callable[..., Program], aws: LocalAws, source: str
) -> None:
    """The preview warns, the update does the rest and fails last, and what the region has is not touched."""
    aws.ec2(opted_in=[CLOSED])
    stack = program(config(source, ["1"], {WEST: {}, CLOSED: {}}))
    stack.up("--skip-preview")
    aws.ec2(opted_in=[])
    stack.config["releases"] = ["2", "1"]

    previewed = stack.preview().out
    refused = stack.up("--skip-preview", code=1).out
    aws.ec2(opted_in=[CLOSED])
    untouched = holdings(aws, CLOSED)
    stack.up("--skip-preview")

    says = f"region {CLOSED} of snapnames:copies can't be read, so the copies of '2' are not made there, and nothing is"
    assert f"warning: {says}" in previewed
    assert f"error: {says}" in refused
    assert [line for line in previewed.splitlines() if line.startswith(" - ")] == []
    assert untouched == named("1")
    assert [holdings(aws, region) for region in (HOME, WEST, CLOSED)] == [named("1", "2")] * 3


def test_a_region_in_trouble_holds_up_neither_the_next_deployments_nor_a_rollback(
    program: Callable[..., Program], aws: LocalAws, source: str
) -> None:
    """What is live is listed, though the command ends in 1. So does its preview, which changes nothing."""
    aws.ec2(opted_in=[CLOSED])
    stack = program(config(source, ["1"], {CLOSED: {}}, fleet={**FLEET, "instanceRefresh": {}}))
    aws.settings(pending_seconds=0, refresh_seconds=0.05)
    stack.up("--skip-preview")
    aws.ec2(opted_in=[])

    previewed = stack.snapnames("deploy", "--release", "2", "--preview", code=1)
    deployed = stack.snapnames("deploy", "--release", "2", code=1)
    listed = [_listed(stack)]
    for command in (["deploy", "--release", "3"], ["rollback"]):
        stack.config.update(releases=listed[-1][0], live=listed[-1][1])
        stack.snapnames(*command, code=1)
        listed.append(_listed(stack))
    aws.settings(unhealthy_images=["front-web-4"], refresh_timeout_seconds=1)
    stack.config.update(releases=listed[-1][0], live=listed[-1][1])
    stack.snapnames("deploy", "--release", "4", "--no-rollback", code=1)
    mark = aws.mark()
    stack.snapnames("deploy", "--release", "4", "--preview", code=1)

    assert writes(aws, mark) == []
    assert "the update would do all of this, and end in exit code 1" in previewed.err
    assert "front-web-2 is live: 1 of 1 instance runs it. Pulumi.test.yaml lists it" in deployed.err
    assert "as it was" not in deployed.err
    assert listed == [(["2", "1"], "2"), (["3", "2", "1"], "3"), (["3", "2", "1"], "2")]
    assert holdings(aws, HOME) == named("1", "2", "3", "4")


def _listed(stack: Program) -> tuple[list[str], str]:
    """The releases in the stack's file, and the live one."""
    config = yaml.safe_load((stack.folder / "Pulumi.test.yaml").read_text(encoding="utf-8"))["config"]
    releases = config["snapnames:releases"]
    found = json.loads(releases) if isinstance(releases, str) else releases
    return found, str(config.get("snapnames:live", found[0]))


def test_a_copy_that_is_used_in_its_region_is_not_dropped_with_its_release_nor_with_the_region(
    program: Callable[..., Program], aws: LocalAws, source: str
) -> None:
    """What uses it is read in that region. The preview warns, and the update fails before it changes anything."""
    stack = program(config(source, ["2"], {WEST: {}}))
    stack.up("--skip-preview")
    stack.config["releases"] = ["3", "2"]
    stack.up("--skip-preview")
    west = aws.client("ec2", WEST)
    copy = images(west)["front-web-2"]["ImageId"]
    user = launch(west, image_id=copy, mappings=[])
    mark = aws.mark()

    stack.config["releases"] = ["3"]
    previewed = stack.preview().out
    of_release = stack.up("--skip-preview", code=1).out
    stack.config.update(releases=["3", "2"], copies={})
    of_region = stack.up("--skip-preview", code=1).out
    written = writes(aws, mark)
    stack.config["force"] = ["in-use"]
    stack.up("--skip-preview")

    says = f"copies in {WEST} are used outside this stack: 'front-web-2' ({copy}) by instance {user}; they could launch"
    assert f"warning: {says} no more: put the releases back" in previewed
    assert f"error: {says} no more: put the releases back" in of_release
    assert f"error: {says} no more: put the region back" in of_region
    assert written == []
    assert holdings(aws, WEST) == {}


def test_a_copy_that_was_deregistered_by_hand_is_told_and_copied_again_by_a_refresh(
    program: Callable[..., Program], aws: LocalAws, source: str
) -> None:
    """The other regions go on."""
    stack = program(config(source, ["1"], {WEST: {}, EU: {}}))
    stack.up("--skip-preview")
    west = aws.client("ec2", WEST)
    lost = images(west)["front-web-1"]["ImageId"]
    west.deregister_image(ImageId=lost)

    previewed = stack.preview().out
    refused = stack.up("--skip-preview", code=1).out
    mended = stack.up("--skip-preview", "--refresh").out

    says = f"the copy 'front-web-1' ({lost}) in {WEST} does not exist any more: run `pulumi up --refresh`"
    assert f"warning: {says}" in previewed
    assert f"error: {says}" in refused
    assert "does not exist any more" not in mended
    assert [holdings(aws, region) for region in (WEST, EU)] == [named("1")] * 2


def test_a_release_whose_rollout_fails_is_not_copied_also_when_the_fleet_goes_back(
    program: Callable[..., Program], aws: LocalAws, source: str
) -> None:
    """Nobody waits for copies of it in an incident."""
    stack = program(config(source, ["1"], {WEST: {}}, fleet={**FLEET, "instanceRefresh": {}}))
    aws.settings(pending_seconds=0, refresh_seconds=0.05)
    stack.up("--skip-preview")
    aws.settings(unhealthy_images=["front-web-2"], refresh_timeout_seconds=1)

    said = stack.snapnames("deploy", "--release", "2", code=1)

    assert "the fleet went back: front-web-1 is live" in said.err
    assert [holdings(aws, region) for region in (HOME, WEST)] == [named("1", "2"), named("1")]


@pytest.mark.fault("image name taken")
def test_a_name_that_another_image_has_in_the_region_fails_the_preview(
    program: Callable[..., Program], aws: LocalAws, ec2: EC2Client, source: str
) -> None:
    """Nothing is made anywhere: CopyImage may not mind the name, and then two images would bear it."""
    west = aws.client("ec2", WEST)
    foreign = west.create_image(InstanceId=launch(west), Name="front-web-1")["ImageId"]
    stack = program(config(source, ["1"], {WEST: {}}))
    mark = aws.mark()

    refused = stack.preview(code=1).out
    stack.up("--skip-preview", code=1)

    assert f"snapnames:copies lists {WEST}, where {foreign} has the name 'front-web-1'" in refused
    assert writes(aws, mark) == []
    assert images(ec2) == {}


def test_what_only_a_failed_update_has_copied_is_dropped_only_when_nobody_uses_it(
    program: Callable[..., Program], aws: LocalAws, source: str
) -> None:
    """That update left no outputs. The state tells, also when the config has neither copies nor releases any more."""
    west = aws.client("ec2", WEST)
    stack = program(config(source, ["1"], {WEST: {}, CLOSED: {}}))
    stack.up("--skip-preview", code=1)
    copy = images(west)["front-web-1"]["ImageId"]
    user = launch(west, image_id=copy, mappings=[])

    stack.config["copies"] = {}
    without_copies = stack.up("--skip-preview", code=1).out
    stack.config = {"ownedImages": True}
    without_releases = stack.up("--skip-preview", code=1).out
    kept = sorted(images(west))
    west.terminate_instances(InstanceIds=[user])
    stack.up("--skip-preview")

    says = f"copies in {WEST} are used outside this stack: 'front-web-1' ({copy}) by instance {user}"
    assert says in without_copies
    assert says in without_releases
    assert kept == ["front-web-1"]
    assert left(aws, WEST) == {}
