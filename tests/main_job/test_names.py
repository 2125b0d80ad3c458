"""The names of an image's snapshots, from the first preview to destroy."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest
from mypy_boto3_ec2 import EC2Client
from mypy_boto3_ec2.type_defs import BlockDeviceMappingTypeDef
from snapnames.testing.localaws.server import LocalAws

from tests.account import INSTANCE_STORE, attach, images, launch, names, snapshot_ids, writes
from tests.program import STACK_TAG, Program

RELEASE = "20180307231207"
IMAGE = f"front-web-{RELEASE}"
FLEET = {"instanceType": "t3.micro", "minSize": 1, "maxSize": 2, "zones": ["ap-northeast-2a"]}
UNORDERED: list[BlockDeviceMappingTypeDef] = [
    {"DeviceName": device, "Ebs": {"VolumeSize": 1}} for device in ("/dev/sdf10", "/dev/sdf9")
]
"""Beside a root at /dev/xvda: the alphabet has it last, and /dev/sdf10 before /dev/sdf9."""


def launch_xvda(ec2: EC2Client) -> str:
    """An instance with its root at /dev/xvda, and more volumes."""
    image = ec2.describe_images(Filters=[{"Name": "root-device-name", "Values": ["/dev/xvda"]}])["Images"][0]
    return launch(ec2, mappings=UNORDERED, image_id=image["ImageId"])


def released(source: str, **more: object) -> dict[str, Any]:
    """Config of one release of this source."""
    return {"service": "front-web", "source": source, "releases": [RELEASE], **more}


def snapshot_of(ec2: EC2Client, device: str) -> str:
    """The id of the snapshot behind one device of the image."""
    return next(
        mapping["Ebs"]["SnapshotId"]
        for mapping in images(ec2)[IMAGE]["BlockDeviceMappings"]
        if mapping["DeviceName"] == device
    )


def tag_steps(steps: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Device to the step of its snapshot's Name."""
    return {
        step["urn"].rpartition("::")[2].removeprefix(f"{IMAGE}:"): step
        for step in steps
        if step["urn"].split("::")[2].endswith("$aws:ec2/tag:Tag")
    }


def value(state: Mapping[str, Any] | None) -> str | None:
    """The name in a step's old or new state; none where there is no such state."""
    return None if state is None else state["inputs"]["value"]


def changes(steps: Iterable[Mapping[str, Any]]) -> dict[str, tuple[str, list[str], str | None, str | None]]:
    """Device to operation, properties that differ, old and new name."""
    return {
        device: (
            step["op"],
            list(step["detailedDiff"] or ()),
            value(step.get("oldState")),
            value(step.get("newState")),
        )
        for device, step in tag_steps(steps).items()
    }


def created(steps: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Device to the name of its snapshot, of the names that a preview creates."""
    return {
        device: step["newState"]["inputs"]["value"]
        for device, step in tag_steps(steps).items()
        if step["op"] == "create" and step["newState"]["inputs"]["key"] == "Name"
    }


def test_the_first_preview_lists_the_names_that_the_update_makes(
    aws: LocalAws, program: Callable[..., Program]
) -> None:
    """Of the EBS volumes, root first; the instance-store mapping of the source has no snapshot to name."""
    ec2 = aws.client("ec2")
    stack = program(released(launch(ec2)))
    launched = aws.mark()
    expected = {
        "/dev/sda1": "front-web-20180307231207(001)",
        "/dev/sdf": "front-web-20180307231207(002)",
        "/dev/sdg": "front-web-20180307231207(003)",
    }

    steps = stack.steps()
    written_by_preview = writes(aws, launched)
    stack.up("--skip-preview")

    assert created(steps) == expected
    assert written_by_preview == []
    assert names(ec2, IMAGE) == expected
    assert INSTANCE_STORE in images(ec2)[IMAGE]["BlockDeviceMappings"]
    assert {tag["Key"]: tag["Value"] for tag in images(ec2)[IMAGE]["Tags"]} == {
        "Name": IMAGE,
        "snapnames:stack": STACK_TAG,
        "snapnames:service": "front-web",
    }


def test_a_built_release_is_left_alone_and_its_source_is_never_read_again(
    aws: LocalAws, program: Callable[..., Program]
) -> None:
    """What a stack asks of the account once it is built is its images, by update, preview and refresh.

    A newer plugin also asks for the UEFI data of an instance by the image's id, and goes on when EC2 refuses that.
    """
    ec2 = aws.client("ec2")
    source = launch(ec2)
    stack = program(released(source))
    stack.up("--skip-preview")
    built = aws.mark()

    stack.up("--expect-no-changes", "--skip-preview")
    stack.preview("--expect-no-changes")
    after_build = aws.calls(built)
    ec2.terminate_instances(InstanceIds=[source])
    terminated = aws.mark()
    stack.preview("--expect-no-changes", "--refresh")

    assert "ec2.DescribeInstances" in aws.calls()[:built]
    newer = {"ec2.GetInstanceUefiData"}
    assert {*after_build} - newer == {"ec2.DescribeImages"}
    assert {*aws.calls(terminated)} - newer == {"ec2.DescribeImages", "ec2.DescribeTags"}


@pytest.mark.fault("volume attached or detached between preview and update")
def test_a_volume_attached_after_the_preview_is_named_too_and_a_detached_one_is_not_missed(
    aws: LocalAws, program: Callable[..., Program]
) -> None:
    """What the image holds is what gets a name."""
    ec2 = aws.client("ec2")
    source = launch(ec2)
    stack = program(released(source))

    previewed = created(stack.steps())
    attach(ec2, source, "/dev/sdh")
    detach(ec2, source, "/dev/sdf")
    stack.up("--skip-preview")

    assert previewed == {"/dev/sda1": f"{IMAGE}(001)", "/dev/sdf": f"{IMAGE}(002)", "/dev/sdg": f"{IMAGE}(003)"}
    assert names(ec2, IMAGE) == {
        "/dev/sda1": f"{IMAGE}(001)",
        "/dev/sdg": f"{IMAGE}(002)",
        "/dev/sdh": f"{IMAGE}(003)",
    }
    stack.preview("--expect-no-changes", "--refresh")


def detach(ec2: EC2Client, instance_id: str, device: str) -> None:
    """Detach the volume at a device."""
    volume = ec2.describe_volumes(
        Filters=[
            {"Name": "attachment.instance-id", "Values": [instance_id]},
            {"Name": "attachment.device", "Values": [device]},
        ]
    )["Volumes"][0]["VolumeId"]
    ec2.detach_volume(VolumeId=volume)


def test_the_index_counts_from_the_root_through_the_devices_in_natural_order(
    aws: LocalAws, program: Callable[..., Program]
) -> None:
    """A pattern may use the index without its width, and the device."""
    ec2 = aws.client("ec2")
    stack = program(released(launch_xvda(ec2), namePattern="{index} {device} of {image}"))

    previewed = created(stack.steps())

    assert previewed == {
        "/dev/xvda": f"1 /dev/xvda of {IMAGE}",
        "/dev/sdf9": f"2 /dev/sdf9 of {IMAGE}",
        "/dev/sdf10": f"3 /dev/sdf10 of {IMAGE}",
    }


def test_another_pattern_shows_each_old_and_new_name_and_changes_them_in_place(
    aws: LocalAws, program: Callable[..., Program]
) -> None:
    """The image and its snapshots stay what they are."""
    ec2 = aws.client("ec2")
    stack = program(released(launch_xvda(ec2)))
    stack.up("--skip-preview")
    before = images(ec2)[IMAGE], snapshot_ids(ec2)
    built = aws.mark()

    stack.config["namePattern"] = "{image}:{device}"
    previewed = changes(stack.steps())
    stack.up("--skip-preview")

    assert previewed == {
        "/dev/xvda": ("update", ["value"], f"{IMAGE}(001)", f"{IMAGE}:/dev/xvda"),
        "/dev/sdf9": ("update", ["value"], f"{IMAGE}(002)", f"{IMAGE}:/dev/sdf9"),
        "/dev/sdf10": ("update", ["value"], f"{IMAGE}(003)", f"{IMAGE}:/dev/sdf10"),
    }
    assert names(ec2, IMAGE) == {device: new for device, (_, _, _, new) in previewed.items()}
    assert writes(aws, built) == ["ec2.CreateTags"] * 3
    assert (images(ec2)[IMAGE], snapshot_ids(ec2)) == before


@pytest.mark.fault("tag edited or removed by hand")
def test_a_refresh_puts_back_a_name_that_was_edited_or_removed_and_leaves_tags_of_others(
    aws: LocalAws, program: Callable[..., Program]
) -> None:
    """Drift is seen when AWS is read again."""
    ec2 = aws.client("ec2")
    stack = program(released(launch(ec2)))
    stack.up("--skip-preview")
    edited, removed = snapshot_of(ec2, "/dev/sdf"), snapshot_of(ec2, "/dev/sdg")

    ec2.create_tags(Resources=[edited], Tags=[{"Key": "Name", "Value": "keep!"}, {"Key": "team", "Value": "web"}])
    ec2.delete_tags(Resources=[removed], Tags=[{"Key": "Name"}])
    drifted = names(ec2, IMAGE)
    stack.up("--refresh", "--skip-preview")

    assert drifted == {"/dev/sda1": f"{IMAGE}(001)", "/dev/sdf": "keep!", "/dev/sdg": None}
    assert names(ec2, IMAGE) == {
        "/dev/sda1": f"{IMAGE}(001)",
        "/dev/sdf": f"{IMAGE}(002)",
        "/dev/sdg": f"{IMAGE}(003)",
    }
    assert ec2.describe_tags(Filters=[{"Name": "key", "Values": ["team"]}])["Tags"] == [
        {"Key": "team", "ResourceId": edited, "ResourceType": "snapshot", "Value": "web"}
    ]


def test_destroy_leaves_nothing_behind_and_deletes_no_tag(aws: LocalAws, program: Callable[..., Program]) -> None:
    """The names go with the snapshots, and those with the image."""
    ec2, autoscaling = aws.client("ec2"), aws.client("autoscaling")
    stack = program(released(launch(ec2), fleet=FLEET))
    stack.up("--skip-preview")
    built = names(ec2, IMAGE)
    configurations = autoscaling.describe_launch_configurations()["LaunchConfigurations"]
    groups = autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    mark = aws.mark()

    stack.destroy()

    assert built == {"/dev/sda1": f"{IMAGE}(001)", "/dev/sdf": f"{IMAGE}(002)", "/dev/sdg": f"{IMAGE}(003)"}
    assert [group["LaunchConfigurationName"] for group in groups] == [
        configuration["LaunchConfigurationName"] for configuration in configurations
    ]
    assert images(ec2) == {}
    assert snapshot_ids(ec2) == set()
    assert autoscaling.describe_launch_configurations()["LaunchConfigurations"] == []
    assert autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"] == []
    assert sorted(set(writes(aws, mark))) == [
        "autoscaling.DeleteAutoScalingGroup",
        "autoscaling.DeleteLaunchConfiguration",
        "autoscaling.UpdateAutoScalingGroup",
        "ec2.DeleteSnapshot",
        "ec2.DeregisterImage",
    ]
    assert stack.resources() == []
