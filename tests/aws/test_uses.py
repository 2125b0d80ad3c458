"""What outside a stack uses its images, and what is its own."""

from collections.abc import Iterable

import pytest
from mypy_boto3_autoscaling import AutoScalingClient
from mypy_boto3_ec2 import EC2Client

from cli.ledger.uses import Template, Uses, read_uses
from cli.ledger.uses import Use as LedgerUse
from localaws.server import REGION, LocalAws
from snapnames.account_images import STACK_TAG, stack_tag
from snapnames.in_use import Use, uses

KINDS = ("instance", "launch configuration", "launch template")
OTHER = "organization/other/stack"


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


def run(ec2: EC2Client, image_id: str, stack: str = "") -> str:
    """Run an instance, as one of a stack if there is one; its id."""
    tags = [{"ResourceType": "instance", "Tags": [{"Key": STACK_TAG, "Value": stack}]}] if stack else []
    return ec2.run_instances(ImageId=image_id, MinCount=1, MaxCount=1, TagSpecifications=tags)["Instances"][0][  # type: ignore[arg-type] # a literal
        "InstanceId"
    ]


def configure(scaling: AutoScalingClient, image_id: str, name: str = "web") -> str:
    """Make a launch configuration; its name."""
    scaling.create_launch_configuration(LaunchConfigurationName=name, ImageId=image_id, InstanceType="t3.micro")
    return name


def template(ec2: EC2Client, image_ids: Iterable[str], name: str = "web") -> str:
    """Make a launch template with a version for each; its id."""
    first, *later = image_ids
    made = ec2.create_launch_template(
        LaunchTemplateName=name, LaunchTemplateData={"ImageId": first, "InstanceType": "t3.micro"}
    )["LaunchTemplate"]["LaunchTemplateId"]
    for image_id in later:
        ec2.create_launch_template_version(LaunchTemplateId=made, LaunchTemplateData={"ImageId": image_id})
    return made


@pytest.mark.parametrize("state", ["running", "stopped"])
@pytest.mark.parametrize("stack", ["", OTHER])
def test_an_instance_uses_its_image_also_while_it_is_stopped(
    ec2: EC2Client, autoscaling: AutoScalingClient, image_id: str, state: str, stack: str
) -> None:
    """It could be started again, and has nothing to go back to. One of another stack does too."""
    instance = run(ec2, image_id, stack)
    if state == "stopped":
        ec2.stop_instances(InstanceIds=[instance])

    assert uses([image_id], ec2, autoscaling) == [Use(image_id, f"instance {instance}")]
    assert read_uses(ec2, autoscaling, ()) == Uses((LedgerUse(image_id, "instance", instance),), ())


def test_what_is_gone_and_what_is_the_stack_s_own_does_not_use_an_image(
    ec2: EC2Client, autoscaling: AutoScalingClient, image_id: str
) -> None:
    """A terminated instance, one that the stack's group launched, and another image's."""
    ec2.terminate_instances(InstanceIds=[run(ec2, image_id)])
    run(ec2, image_id, stack_tag())
    other = ec2.describe_images(Owners=["099720109477"])["Images"][0]["ImageId"]
    run(ec2, other)
    configure(autoscaling, other)
    template(ec2, [other])

    assert uses([image_id], ec2, autoscaling) == []


def test_launch_configurations_and_every_version_of_launch_templates_use_their_images(
    ec2: EC2Client, autoscaling: AutoScalingClient, image_id: str
) -> None:
    """Each is told by a name that can be looked up."""
    volume = ec2.describe_volumes()["Volumes"][0]["VolumeId"]
    second = registered(ec2, "web-2", volume)
    configure(autoscaling, image_id)
    template_id = template(ec2, [second, image_id, second])

    found = uses([image_id, second], ec2, autoscaling)

    assert found == [
        Use(image_id, "launch configuration web"),
        Use(second, f"launch template web ({template_id}) version 1"),
        Use(image_id, f"launch template web ({template_id}) version 2"),
        Use(second, f"launch template web ({template_id}) version 3"),
    ]


@pytest.mark.parametrize("kind", KINDS[1:])
@pytest.mark.parametrize("own", [True, False])
def test_what_the_stack_s_own_group_launches_from_is_left_out(
    ec2: EC2Client, autoscaling: AutoScalingClient, image_id: str, kind: str, *, own: bool
) -> None:
    """It moves on in the same update; another stack's group does not."""
    launch = (
        {"LaunchConfigurationName": configure(autoscaling, image_id)}
        if kind == "launch configuration"
        else {"LaunchTemplate": {"LaunchTemplateId": template(ec2, [image_id])}}
    )
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName="web",
        MinSize=0,
        MaxSize=0,
        AvailabilityZones=[f"{REGION}a"],
        Tags=[{"Key": STACK_TAG, "Value": stack_tag() if own else OTHER, "PropagateAtLaunch": True}],
        **launch,
    )

    found = [use.user.partition(" web")[0] for use in uses([image_id], ec2, autoscaling)]

    assert found == ([] if own else [kind])


def test_no_image_is_asked_for_in_vain(aws: LocalAws, ec2: EC2Client, autoscaling: AutoScalingClient) -> None:
    """Without an image there is no filter that EC2 takes."""
    mark = aws.mark()

    assert uses([], ec2, autoscaling) == []
    assert "ec2.DescribeInstances" not in aws.calls(mark)


def test_the_ledger_tells_which_templates_have_versions_that_it_did_not_read(
    ec2: EC2Client, autoscaling: AutoScalingClient, image_id: str
) -> None:
    """The latest and the default version are read, and of the stack's own template the latest alone."""
    volume = ec2.describe_volumes()["Volumes"][0]["VolumeId"]
    old, default, latest = (registered(ec2, f"old-{number}", volume) for number in range(3))
    one = template(ec2, [image_id], "one")
    two = template(ec2, [default, latest], "two")
    three = template(ec2, [default, old, latest], "three")
    own = template(ec2, [old, default, image_id], "own")

    found = read_uses(ec2, autoscaling, [own])

    assert {(use.image_id, str(use)) for use in found.found} == {
        (image_id, f"launch template one ({one}) version 1"),
        (default, f"launch template two ({two}) version 1"),
        (latest, f"launch template two ({two}) version 2"),
        (default, f"launch template three ({three}) version 1"),
        (latest, f"launch template three ({three}) version 3"),
        (image_id, f"launch template own ({own}) version 3"),
    }
    assert found.templates == (Template(three, 3, 1),)


@pytest.mark.parametrize(
    ("latest", "default", "older"), [(1, 1, False), (2, 1, False), (2, 2, True), (3, 1, True), (3, 3, True)]
)
def test_a_template_has_other_versions_where_there_are_more_than_its_latest_and_its_default(
    latest: int, default: int, *, older: bool
) -> None:
    """They are numbered from 1."""
    assert Template("lt-1", latest, default).has_older is older
