"""What outside a stack uses its images, and what is its own."""

from collections.abc import Iterable
from typing import Any

import pytest
from mypy_boto3_autoscaling import AutoScalingClient
from mypy_boto3_ec2 import EC2Client
from snapnames.aws.uses import Template, Uses, moved_defaults, read_older_versions, read_uses, used_outside
from snapnames.rules.groups import Group, Launch
from snapnames.rules.images import STACK_TAG, Use
from snapnames.testing.localaws.server import REGION, LocalAws

from tests.ledger.accounts import NOON

STACK, OTHER = "organization/snapnames/test", "organization/other/stack"


@pytest.fixture
def image_id(ec2: EC2Client) -> str:
    """An image of the account."""
    volume = ec2.create_volume(Size=1, AvailabilityZone=f"{REGION}a")["VolumeId"]
    return registered(ec2, "web-1", volume)


def registered(ec2: EC2Client, name: str, volume: str) -> str:
    """The id of a new image with one volume."""
    snapshot_id = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    return ec2.register_image(
        Name=name, BlockDeviceMappings=[{"DeviceName": "/dev/sda1", "Ebs": {"SnapshotId": snapshot_id}}]
    )["ImageId"]


def run(ec2: EC2Client, image_id: str) -> str:
    """Run an instance; its id."""
    return ec2.run_instances(ImageId=image_id, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]


def configure(scaling: AutoScalingClient, image_id: str, name: str = "web") -> str:
    """Make a launch configuration; its name."""
    scaling.create_launch_configuration(LaunchConfigurationName=name, ImageId=image_id, InstanceType="t3.micro")
    return name


def template(ec2: EC2Client, image_ids: Iterable[str], name: str = "web", builder: str = "nobody") -> str:
    """Make a launch template with a version for each, and with the mark of a stack; its id."""
    first, *later = image_ids
    made = ec2.create_launch_template(
        LaunchTemplateName=name,
        LaunchTemplateData={"ImageId": first, "InstanceType": "t3.micro"},
        TagSpecifications=[{"ResourceType": "launch-template", "Tags": [{"Key": STACK_TAG, "Value": builder}]}],
    )["LaunchTemplate"]["LaunchTemplateId"]
    for image_id in later:
        ec2.create_launch_template_version(LaunchTemplateId=made, LaunchTemplateData={"ImageId": image_id})
    return made


def uses(image_ids: list[str], ec2: EC2Client, autoscaling: AutoScalingClient) -> list[Use]:
    """What outside the stack uses one of the images."""
    return used_outside(read_uses(ec2, autoscaling, image_ids=image_ids), STACK)


@pytest.mark.parametrize("state", ["running", "stopped"])
def test_an_instance_uses_its_image_also_while_it_is_stopped(
    ec2: EC2Client, autoscaling: AutoScalingClient, image_id: str, state: str
) -> None:
    """The instance could be started again, and it has no other image to go back to."""
    instance = run(ec2, image_id)
    if state == "stopped":
        ec2.stop_instances(InstanceIds=[instance])

    found = read_uses(ec2, autoscaling)

    assert found == Uses((Use(image_id, "instance", instance),), (), ())
    assert uses([image_id], ec2, autoscaling) == list(found.found)


def test_an_instance_that_is_gone_and_another_image_s_users_do_not_use_an_image(
    ec2: EC2Client, autoscaling: AutoScalingClient, image_id: str
) -> None:
    """Neither a terminated instance, nor what launches a public image."""
    ec2.terminate_instances(InstanceIds=[run(ec2, image_id)])
    other = ec2.describe_images(Owners=["099720109477"])["Images"][0]["ImageId"]
    run(ec2, other)
    configure(autoscaling, other)
    template(ec2, [other])

    assert uses([image_id], ec2, autoscaling) == []


def test_what_maps_a_snapshot_of_an_image_uses_it_and_so_does_another_image_that_has_it(
    ec2: EC2Client, autoscaling: AutoScalingClient, image_id: str
) -> None:
    """EC2 deletes no snapshot of an image, and nothing launches with a snapshot that is gone."""
    snapshot_id = _snapshot(ec2, image_id)
    mapped: list[Any] = [{"DeviceName": "/dev/sdf", "Ebs": {"SnapshotId": snapshot_id}}]
    other = ec2.register_image(Name="uefi", RootDeviceName="/dev/sdf", BlockDeviceMappings=mapped)["ImageId"]
    made = ec2.create_launch_template(LaunchTemplateName="data", LaunchTemplateData={"BlockDeviceMappings": mapped})
    template_id = made["LaunchTemplate"]["LaunchTemplateId"]

    found = read_uses(ec2, autoscaling, image_ids=[image_id], snapshot_ids=[snapshot_id])

    assert set(used_outside(found, STACK)) == {
        Use(snapshot_id, "launch template", f"data ({template_id}) version 1", template_id, "1"),
        Use(snapshot_id, "image", f"uefi ({other})", other),
    }
    assert uses([image_id], ec2, autoscaling) == []


def test_an_image_that_goes_too_does_not_use_the_snapshot_of_another(
    ec2: EC2Client, autoscaling: AutoScalingClient, image_id: str
) -> None:
    """Nor does the image itself."""
    snapshot_id = _snapshot(ec2, image_id)
    mapped: list[Any] = [{"DeviceName": "/dev/sdf", "Ebs": {"SnapshotId": snapshot_id}}]
    other = ec2.register_image(Name="uefi", RootDeviceName="/dev/sdf", BlockDeviceMappings=mapped)["ImageId"]

    found = read_uses(ec2, autoscaling, image_ids=[image_id, other], snapshot_ids=[snapshot_id])

    assert found.found == ()


def _snapshot(ec2: EC2Client, image_id: str) -> str:
    [image] = ec2.describe_images(ImageIds=[image_id])["Images"]
    return next(one["Ebs"]["SnapshotId"] for one in image["BlockDeviceMappings"] if "Ebs" in one)


@pytest.mark.parametrize("kind", ["launch configuration", "launch template"])
@pytest.mark.parametrize("own", [True, False])
def test_what_the_stack_s_own_group_launches_from_is_left_out(
    ec2: EC2Client, autoscaling: AutoScalingClient, image_id: str, kind: str, *, own: bool
) -> None:
    """The stack's group moves on in the same update, with its instances. Another stack's group does not."""
    launch = (
        {"LaunchConfigurationName": configure(autoscaling, image_id)}
        if kind == "launch configuration"
        else {"LaunchTemplate": {"LaunchTemplateId": template(ec2, [image_id])}}
    )
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName="web",
        MinSize=1,
        MaxSize=1,
        AvailabilityZones=[f"{REGION}a"],
        Tags=[{"Key": STACK_TAG, "Value": STACK if own else OTHER, "PropagateAtLaunch": True}],
        **launch,
    )

    found = {use.kind for use in uses([image_id], ec2, autoscaling)}

    assert found == (set() if own else {"instance", kind})


def test_the_stack_s_own_template_is_left_out_and_the_group_that_the_stack_has_taken_over(
    ec2: EC2Client, autoscaling: AutoScalingClient, image_id: str
) -> None:
    """The group does not bear the stack's mark, and the template does."""
    marked = template(ec2, [image_id], builder=STACK)
    _group(autoscaling, "team", marked, "1")

    found = read_uses(ec2, autoscaling, image_ids=[image_id])

    assert used_outside(found, STACK, ["team"]) == []
    assert {use.kind for use in used_outside(found, OTHER, ["team"])} == {"launch template"}


def test_a_default_version_that_somebody_has_moved_back_uses_its_image(
    ec2: EC2Client, autoscaling: AutoScalingClient, image_id: str
) -> None:
    """Who launches from the template by hand would get an image that is gone. An update moves the default on."""
    newer = registered(ec2, "web-2", ec2.create_volume(Size=1, AvailabilityZone=f"{REGION}a")["VolumeId"])
    own = template(ec2, [image_id, newer], builder=STACK)
    template(ec2, [image_id, newer], name="theirs", builder=OTHER)
    moved = moved_defaults(read_uses(ec2, autoscaling), STACK)
    ec2.modify_launch_template(LaunchTemplateId=own, DefaultVersion="2")

    assert [(use.image_id, use.by, use.version) for use in moved] == [(image_id, own, "1")]
    assert moved_defaults(read_uses(ec2, autoscaling), STACK) == []


def test_another_group_that_launches_a_version_of_the_stack_s_template_by_its_number_uses_the_image(
    ec2: EC2Client, autoscaling: AutoScalingClient, image_id: str
) -> None:
    """It does not move on with the stack. A group on the latest version does."""
    volume = ec2.describe_volumes()["Volumes"][0]["VolumeId"]
    marked = template(ec2, [image_id, registered(ec2, "web-2", volume)], builder=STACK)
    _group(autoscaling, "latest", marked, "$Latest")
    free = uses([image_id], ec2, autoscaling)

    _group(autoscaling, "pinned", marked, "1")

    assert free == []
    assert {use.kind for use in uses([image_id], ec2, autoscaling)} == {"instance", "launch template"}


def _group(scaling: AutoScalingClient, name: str, template_id: str, version: str) -> None:
    scaling.create_auto_scaling_group(
        AutoScalingGroupName=name,
        MinSize=1,
        MaxSize=1,
        AvailabilityZones=[f"{REGION}a"],
        LaunchTemplate={"LaunchTemplateId": template_id, "Version": version},
    )


def test_a_group_of_the_stack_that_launches_from_nothing_hides_nobody_s_use() -> None:
    """An empty name is the name of no launch configuration, and of no template."""
    found = (
        Use("ami-1", "launch configuration", "", ""),
        Use("ami-1", "launch template", "", ""),
        Use("ami-1", "instance", "i-1", ""),
    )
    group = Group("web", NOON, (Launch(),), tags={STACK_TAG: STACK})

    assert used_outside(Uses(found, (group,), ()), STACK) == list(found)


def test_no_image_is_asked_for_in_vain(aws: LocalAws, ec2: EC2Client, autoscaling: AutoScalingClient) -> None:
    """Without an image there is no filter that EC2 takes."""
    mark = aws.mark()

    assert uses([], ec2, autoscaling) == []
    assert "ec2.DescribeInstances" not in aws.calls(mark)


def test_the_latest_and_the_default_version_of_each_template_are_read(
    ec2: EC2Client, autoscaling: AutoScalingClient, image_id: str
) -> None:
    """Of the stack's own template the latest alone counts. The others are read for one template at a time."""
    volume = ec2.describe_volumes()["Volumes"][0]["VolumeId"]
    old, default, latest = (registered(ec2, f"old-{number}", volume) for number in range(3))
    one = template(ec2, [image_id], "one")
    two = template(ec2, [default, latest], "two")
    three = template(ec2, [default, old, latest], "three")
    own = template(ec2, [old, default, image_id], "own")

    found = read_uses(ec2, autoscaling, [own])
    older = read_older_versions(ec2, found.templates)

    assert {(use.image_id, str(use)) for use in found.found} == {
        (image_id, f"launch template one ({one}) version 1"),
        (default, f"launch template two ({two}) version 1"),
        (latest, f"launch template two ({two}) version 2"),
        (default, f"launch template three ({three}) version 1"),
        (latest, f"launch template three ({three}) version 3"),
        (image_id, f"launch template own ({own}) version 3"),
    }
    assert found.templates == (Template(three, 3, 1),)
    assert {(use.image_id, use.by) for use in older} == {(default, three), (old, three), (latest, three)}


@pytest.mark.parametrize(
    ("latest", "default", "older"), [(1, 1, False), (2, 1, False), (2, 2, True), (3, 1, True), (3, 3, True)]
)
def test_a_template_has_other_versions_where_there_are_more_than_its_latest_and_its_default(
    latest: int, default: int, *, older: bool
) -> None:
    """They are numbered from 1."""
    assert Template("lt-1", latest, default).has_older is older
