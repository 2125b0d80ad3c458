"""A dropped release whose image something outside the stack still uses is not destroyed."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from mypy_boto3_autoscaling import AutoScalingClient
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from tests.account import images, launch, snapshot_ids
from tests.program import Program

Make = Callable[[Mapping[str, Any]], Program]
FLEET = {"launch": "template", "instanceType": "t3.micro", "zones": ["ap-northeast-2a"]}


def _used_by(kind: str, image_id: str, ec2: EC2Client, autoscaling: AutoScalingClient) -> str:
    """Let somebody else use the image; who it is, as the guard says it."""
    match kind:
        case "instance":
            return f"instance {launch(ec2, image_id=image_id, mappings=[])}"
        case "launch configuration":
            autoscaling.create_launch_configuration(
                LaunchConfigurationName="others", ImageId=image_id, InstanceType="t3.micro"
            )
            return "launch configuration others"
        case _:
            made = ec2.create_launch_template(LaunchTemplateName="others", LaunchTemplateData={"ImageId": image_id})
            template_id = made["LaunchTemplate"]["LaunchTemplateId"]
            newest = images(ec2)["front-web-2"]["ImageId"]
            ec2.create_launch_template_version(LaunchTemplateId=template_id, LaunchTemplateData={"ImageId": newest})
            return f"launch template others ({template_id}) version 1"


@pytest.mark.parametrize("kind", ["instance", "launch configuration", "version of a launch template"])
def test_a_dropped_release_that_others_use_is_warned_of_and_kept_until_it_is_forced(
    program: Make, ec2: EC2Client, autoscaling: AutoScalingClient, source: str, kind: str
) -> None:
    """The preview warns, the update fails before it changes anything, `force` goes on."""
    stack = program({"service": "front-web", "releases": ["1"], "source": source})
    stack.up("--skip-preview")
    stack.config["releases"] = ["2", "1"]
    stack.up("--skip-preview")
    image_id = images(ec2)["front-web-1"]["ImageId"]
    user = _used_by(kind, image_id, ec2, autoscaling)
    stack.config["releases"] = ["2"]

    previewed = stack.preview().out
    refused = stack.up(code=1).out
    kept = set(images(ec2))
    stack.config["force"] = ["in-use"]
    stack.up("--skip-preview")

    says = f"images of dropped releases are used outside this stack: 'front-web-1' ({image_id}) by {user};"
    assert f"warning: {says}" in previewed
    assert f"error: {says}" in refused
    assert kept == {"front-web-1", "front-web-2"}
    assert set(images(ec2)) == {"front-web-2"}


def test_a_dropped_release_whose_snapshot_another_image_or_a_template_has_is_kept_as_one_that_is_used(
    program: Make, ec2: EC2Client, source: str
) -> None:
    """EC2 would refuse the delete of the one when the image is gone, and the other could launch no more."""
    stack = program({"service": "front-web", "releases": ["1"], "source": source})
    stack.up("--skip-preview")
    stack.config["releases"] = ["2", "1"]
    stack.up("--skip-preview")
    image = images(ec2)["front-web-1"]
    snapshot_id = next(one["Ebs"]["SnapshotId"] for one in image["BlockDeviceMappings"] if "Ebs" in one)
    mapped: list[Any] = [{"DeviceName": "/dev/sdf", "Ebs": {"SnapshotId": snapshot_id}}]
    other = ec2.register_image(Name="uefi", RootDeviceName="/dev/sdf", BlockDeviceMappings=mapped)["ImageId"]
    made = ec2.create_launch_template(LaunchTemplateName="data", LaunchTemplateData={"BlockDeviceMappings": mapped})
    template = f"data ({made['LaunchTemplate']['LaunchTemplateId']}) version 1"
    stack.config["releases"] = ["2"]

    refused = stack.up(code=1).out

    held = f"'front-web-1' ({image['ImageId']}) by"
    through = f"which uses its snapshot {snapshot_id}"
    assert f"{held} launch template {template}, {through}; {held} image uefi ({other}), {through};" in refused
    assert set(images(ec2)) == {"front-web-1", "front-web-2", "uefi"}


def test_images_of_somebody_else_with_all_tags_of_a_release_hold_up_no_update_and_stay(
    program: Make, ec2: EC2Client, source: str
) -> None:
    """One was registered again for another boot mode, one was made by hand. An instance runs on each."""
    stack = program({"service": "front-web", "releases": ["1"], "source": source})
    stack.up("--skip-preview")
    release = images(ec2)["front-web-1"]
    snapshot_id = next(one["Ebs"]["SnapshotId"] for one in release["BlockDeviceMappings"] if "Ebs" in one)
    mapped: list[Any] = [{"DeviceName": "/dev/sda1", "Ebs": {"SnapshotId": snapshot_id}}]
    again = ec2.register_image(Name="front-web-1-uefi", RootDeviceName="/dev/sda1", BlockDeviceMappings=mapped)
    by_hand = ec2.create_image(InstanceId=source, Name="front-web-hotfix", NoReboot=True)
    for image_id in (again["ImageId"], by_hand["ImageId"]):
        ec2.create_tags(Resources=[image_id], Tags=release["Tags"])
        launch(ec2, image_id=image_id, mappings=[])
    stack.config["releases"] = ["2", "1"]

    previewed = stack.preview().out
    stack.up("--skip-preview")

    assert "warning" not in previewed
    assert set(images(ec2)) == {"front-web-1", "front-web-1-uefi", "front-web-2", "front-web-hotfix"}


def test_what_the_stack_itself_uses_does_not_keep_a_dropped_release(program: Make, ec2: EC2Client, source: str) -> None:
    """The old version of its template, and the instance that its group launched from the dropped image."""
    stack = program({"service": "front-web", "releases": ["1"], "source": source, "fleet": FLEET})
    stack.up("--skip-preview")
    stack.config["releases"] = ["2"]

    stack.up()

    assert set(images(ec2)) == {"front-web-2"}
    assert len(snapshot_ids(ec2)) == 2


def test_who_uses_an_image_is_asked_only_when_a_release_is_dropped(program: Make, aws: LocalAws, source: str) -> None:
    """And then in pages of everything, not for each image."""
    stack = program({"service": "front-web", "releases": ["1"], "source": source})
    stack.up("--skip-preview")
    mark = aws.mark()
    stack.preview()
    unchanged = aws.calls(mark)
    stack.config["releases"] = ["2"]
    mark = aws.mark()

    stack.preview()

    asked = aws.calls(mark)
    assert [call for call in unchanged if "Launch" in call or "Instances" in call] == []
    assert asked.count("autoscaling.DescribeLaunchConfigurations") == 1
    assert asked.count("ec2.DescribeLaunchTemplates") == 1


def test_a_plain_destroy_needs_no_program_and_no_force(program: Make, ec2: EC2Client, source: str) -> None:
    """Also while others use an image: whoever destroys a stack means it."""
    stack = program({"service": "front-web", "releases": ["1"], "source": source})
    stack.up("--skip-preview")
    launch(ec2, image_id=images(ec2)["front-web-1"]["ImageId"], mappings=[])

    stack.destroy()

    assert images(ec2) == {}
