"""Releases over time: one comes, one goes, and none touches another."""

from collections.abc import Callable
from typing import Any

import pytest
from mypy_boto3_autoscaling import AutoScalingClient
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from tests.account import images, launch, names, snapshot_ids, writes
from tests.program import STACK_TAG, Program

OLD, NEW = "20180307231207", "20180314230502"
OLD_IMAGE, NEW_IMAGE = f"front-web-{OLD}", f"front-web-{NEW}"
NEVER = "20180228230911"
FLEET = {"instanceType": "t3.micro", "minSize": 1, "maxSize": 2, "zones": ["ap-northeast-2a"]}


def released(source: str, *releases: str, **more: object) -> dict[str, Any]:
    """Config of these releases, newest first."""
    return {"service": "front-web", "source": source, "releases": list(releases), **more}


def three_names(image_name: str) -> dict[str, str]:
    """Device to name, of an image of the usual source."""
    return {
        "/dev/sda1": f"{image_name}(001)",
        "/dev/sdf": f"{image_name}(002)",
        "/dev/sdg": f"{image_name}(003)",
    }


def snapshots_of(ec2: EC2Client, image_name: str) -> set[str]:
    """The ids of the snapshots behind an image."""
    mappings = images(ec2)[image_name]["BlockDeviceMappings"]
    return {mapping["Ebs"]["SnapshotId"] for mapping in mappings if "Ebs" in mapping}


def tags_of(ec2: EC2Client, image_name: str) -> dict[str, str]:
    """The tags on an image."""
    return {tag["Key"]: tag["Value"] for tag in images(ec2)[image_name]["Tags"]}


def launched_images(autoscaling: AutoScalingClient) -> dict[str, list[str]]:
    """Each group's launch configuration, and the images of all launch configurations there are."""
    configurations = autoscaling.describe_launch_configurations()["LaunchConfigurations"]
    groups = autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    image_of = {item["LaunchConfigurationName"]: item["ImageId"] for item in configurations}
    return {
        "groups": [image_of[group["LaunchConfigurationName"]] for group in groups],
        "configurations": sorted(image_of.values()),
    }


def test_a_second_release_adds_an_image_and_moves_the_group_without_touching_the_first(
    aws: LocalAws, program: Callable[..., Program]
) -> None:
    """The group is moved between the making of the new launch configuration and the end of the old one."""
    ec2, autoscaling = aws.client("ec2"), aws.client("autoscaling")
    stack = program(released(launch(ec2), OLD, fleet=FLEET))
    stack.up("--skip-preview")
    first = images(ec2)[OLD_IMAGE]
    mark = aws.mark()

    stack.config["releases"] = [NEW, OLD]
    stack.up("--skip-preview")

    assert set(images(ec2)) == {OLD_IMAGE, NEW_IMAGE}
    assert images(ec2)[OLD_IMAGE] == first
    assert snapshot_ids(ec2) == snapshots_of(ec2, OLD_IMAGE) | snapshots_of(ec2, NEW_IMAGE)
    assert names(ec2, OLD_IMAGE) == three_names(OLD_IMAGE)
    assert names(ec2, NEW_IMAGE) == three_names(NEW_IMAGE)
    new_id = images(ec2)[NEW_IMAGE]["ImageId"]
    assert launched_images(autoscaling) == {"groups": [new_id], "configurations": [new_id]}
    assert [call for call in writes(aws, mark) if call.startswith("autoscaling.")] == [
        "autoscaling.CreateLaunchConfiguration",
        "autoscaling.UpdateAutoScalingGroup",
        "autoscaling.DeleteLaunchConfiguration",
    ]
    assert sorted(call for call in writes(aws, mark) if call.startswith("ec2.")) == [
        "ec2.CreateImage",
        *["ec2.CreateTags"] * 3,
    ]


def test_dropping_a_release_removes_its_image_and_snapshots_and_nothing_else(
    aws: LocalAws, program: Callable[..., Program]
) -> None:
    """Neither the release that stays nor an image that others made of the same instance."""
    ec2 = aws.client("ec2")
    source = launch(ec2)
    others_id = ec2.create_image(InstanceId=source, Name="backup", NoReboot=True)["ImageId"]
    ec2.create_tags(Resources=sorted(snapshots_of(ec2, "backup")), Tags=[{"Key": "Name", "Value": "backup"}])
    stack = program(released(source, OLD))
    stack.up("--skip-preview")
    stack.config["releases"] = [NEW, OLD]
    stack.up("--skip-preview")
    before = images(ec2)
    staying = snapshots_of(ec2, NEW_IMAGE) | snapshots_of(ec2, "backup")
    mark = aws.mark()

    stack.config["releases"] = [NEW]
    stack.up("--skip-preview")

    assert set(before) == {OLD_IMAGE, NEW_IMAGE, "backup"}
    assert images(ec2) == {NEW_IMAGE: before[NEW_IMAGE], "backup": before["backup"]}
    assert images(ec2)["backup"]["ImageId"] == others_id
    assert snapshot_ids(ec2) == staying
    assert names(ec2, NEW_IMAGE) == three_names(NEW_IMAGE)
    assert names(ec2, "backup") == dict.fromkeys(("/dev/sda1", "/dev/sdf", "/dev/sdg"), "backup")
    assert writes(aws, mark) == ["ec2.DeregisterImage", *["ec2.DeleteSnapshot"] * 3]
    assert {resource["urn"].rpartition("::")[2] for resource in stack.resources() if OLD in resource["urn"]} == set()


def test_another_source_or_reboot_flag_leaves_a_built_release_as_it_is_and_counts_for_the_next(
    aws: LocalAws, program: Callable[..., Program]
) -> None:
    """Without the flag no instance is ever rebooted; with it, the one that the image is made of."""
    ec2 = aws.client("ec2")
    source, next_source = launch(ec2), launch(ec2, mappings=[])
    stack = program(released(source, OLD))
    stack.up("--skip-preview")
    first, reboots_before = images(ec2)[OLD_IMAGE], aws.reboots()

    stack.config |= {"source": next_source, "reboot": True}
    stack.preview("--expect-no-changes")
    stack.config["releases"] = [NEW, OLD]
    stack.up("--skip-preview")

    assert reboots_before == {}
    assert aws.reboots() == {next_source: 1}
    assert images(ec2)[OLD_IMAGE] == first
    assert names(ec2, NEW_IMAGE) == {"/dev/sda1": f"{NEW_IMAGE}(001)"}


@pytest.mark.fault("image deregistered, or snapshot deleted, by hand")
def test_an_older_release_whose_image_was_deregistered_is_an_error_and_never_rebuilt(
    aws: LocalAws, program: Callable[..., Program]
) -> None:
    """Today's instance is not that release. A refresh, which forgets the image, does not change that."""
    ec2 = aws.client("ec2")
    stack = program(released(launch(ec2), OLD))
    stack.up("--skip-preview")
    stack.config["releases"] = [NEW, OLD]
    possible = stack.preview().out
    ec2.deregister_image(ImageId=images(ec2)[OLD_IMAGE]["ImageId"])
    mark = aws.mark()

    previewed = stack.preview(code=None)
    updated = stack.up("--skip-preview", code=None)
    stack.pulumi("refresh", "--yes", "--skip-preview")
    refreshed = stack.up("--skip-preview", code=None)

    error = (
        f"error: snapnames:releases lists '{OLD}', whose image does not exist in 123456789012 ap-northeast-2; only "
        "the first release is built, since an older image can't be made of today's instance: check first that "
        "aws:region, aws:profile and the keys lead to the region and the account where the stack was deployed"
    )
    assert error not in possible
    assert [(done.code, error in done.out) for done in (previewed, updated, refreshed)] == [(1, True)] * 3
    assert writes(aws, mark) == []


def test_an_older_release_that_was_never_built_is_the_same_error(
    aws: LocalAws, program: Callable[..., Program]
) -> None:
    """All that are missing are named; the first release is the one that may be missing."""
    stack = program(released(launch(aws.client("ec2")), NEW, OLD, NEVER))
    mark = aws.mark()

    previewed = stack.preview(code=None)
    updated = stack.up("--skip-preview", code=None)

    error = (
        f"error: snapnames:releases lists '{OLD}', '{NEVER}', whose image does not exist in 123456789012 "
        "ap-northeast-2; only the first release is built, since an older image can't be made of today's instance: "
        "check first that aws:region, aws:profile and the keys lead to the region and the account where the stack was "
        "deployed"
    )
    assert [(done.code, error in done.out) for done in (previewed, updated)] == [(1, True)] * 2
    assert writes(aws, mark) == []


def test_image_tags_of_the_config_are_on_the_image_and_change_in_place(
    aws: LocalAws, program: Callable[..., Program]
) -> None:
    """Beside the two of snapnames; the snapshots have their names alone."""
    ec2 = aws.client("ec2")
    stack = program(released(launch(ec2), OLD, imageTags={"team": "web", "cost-center": "4711"}))
    stack.up("--skip-preview")
    image_id, built_tags = images(ec2)[OLD_IMAGE]["ImageId"], tags_of(ec2, OLD_IMAGE)

    stack.config["imageTags"] = {"team": "platform"}
    steps = stack.steps()
    stack.up("--skip-preview")

    own = {"Name": OLD_IMAGE, "snapnames:stack": STACK_TAG, "snapnames:service": "front-web"}
    assert built_tags == {**own, "team": "web", "cost-center": "4711"}
    assert [(step["op"], step["urn"].rpartition("$")[2]) for step in steps] == [
        ("update", f"aws:ec2/amiFromInstance:AmiFromInstance::{OLD_IMAGE}")
    ]
    assert tags_of(ec2, OLD_IMAGE) == {**own, "team": "platform"}
    assert images(ec2)[OLD_IMAGE]["ImageId"] == image_id
    assert {
        tag["Key"] for tag in ec2.describe_tags(Filters=[{"Name": "resource-type", "Values": ["snapshot"]}])["Tags"]
    } == {"Name"}
