"""What launches images beside Auto Scaling groups: EC2 Fleets, Spot Fleets and Spot requests."""

from typing import Any

import pytest
from mypy_boto3_autoscaling import AutoScalingClient
from mypy_boto3_ec2 import EC2Client
from mypy_boto3_ec2.literals import SpotInstanceTypeType
from snapnames.aws.uses import read_uses, used_outside
from snapnames.rules.images import STACK_TAG
from snapnames.testing.localaws.server import REGION

STACK = "organization/snapnames/test"
ROLE = "arn:aws:iam::123456789012:role/aws-ec2-spot-fleet-tagging-role"


@pytest.fixture
def images(ec2: EC2Client) -> list[str]:
    """Two images of the account."""
    volume = ec2.create_volume(Size=1, AvailabilityZone=f"{REGION}a")["VolumeId"]
    return [_registered(ec2, f"web-{number}", volume) for number in (1, 2)]


def _registered(ec2: EC2Client, name: str, volume: str) -> str:
    snapshot_id = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    return ec2.register_image(
        Name=name, BlockDeviceMappings=[{"DeviceName": "/dev/sda1", "Ebs": {"SnapshotId": snapshot_id}}]
    )["ImageId"]


def _template(ec2: EC2Client, *image_ids: str) -> str:
    """A launch template of the stack, with a version for each image; its id."""
    template_id = ""
    for image_id in image_ids:
        data: Any = {"ImageId": image_id, "InstanceType": "t3.micro"}
        if template_id:
            ec2.create_launch_template_version(LaunchTemplateId=template_id, LaunchTemplateData=data)
            continue
        made = ec2.create_launch_template(
            LaunchTemplateName="web",
            LaunchTemplateData=data,
            TagSpecifications=[{"ResourceType": "launch-template", "Tags": [{"Key": STACK_TAG, "Value": STACK}]}],
        )
        template_id = made["LaunchTemplate"]["LaunchTemplateId"]
    return template_id


def _used_by(ec2: EC2Client, scaling: AutoScalingClient, image_id: str) -> set[str]:
    """The kinds of what uses the image, without the instances that are there already."""
    found = used_outside(read_uses(ec2, scaling, image_ids=[image_id]), STACK)
    return {use.kind for use in found} - {"instance"}


def _used_by_fleet(ec2: EC2Client, scaling: AutoScalingClient, image_id: str) -> set[str]:
    """The same without the requests that a fleet has made."""
    return _used_by(ec2, scaling, image_id) - {"Spot request"}


def _spot_fleet(ec2: EC2Client, **config: Any) -> str:  # noqa: ANN401 -- as EC2 takes it
    wanted: Any = {
        "IamFleetRole": ROLE,
        "TargetCapacity": 1,
        "SpotPrice": "1",
        "AllocationStrategy": "lowestPrice",
        **config,
    }
    return ec2.request_spot_fleet(SpotFleetRequestConfig=wanted)["SpotFleetRequestId"]


def test_a_spot_fleet_uses_the_image_in_its_own_launch_specification_until_it_is_cancelled(
    ec2: EC2Client, autoscaling: AutoScalingClient, images: list[str]
) -> None:
    """Then it launches nothing more."""
    fleet = _spot_fleet(ec2, LaunchSpecifications=[{"ImageId": images[0], "InstanceType": "t3.micro"}])
    while_active = _used_by_fleet(ec2, autoscaling, images[0]), _used_by_fleet(ec2, autoscaling, images[1])

    ec2.cancel_spot_fleet_requests(SpotFleetRequestIds=[fleet], TerminateInstances=True)

    assert while_active == ({"Spot Fleet request"}, set())
    assert _used_by_fleet(ec2, autoscaling, images[0]) == set()


@pytest.mark.parametrize("named", ["LaunchTemplateId", "LaunchTemplateName"])
def test_a_spot_fleet_on_a_version_of_the_stack_s_template_uses_that_version(
    ec2: EC2Client, autoscaling: AutoScalingClient, images: list[str], named: str
) -> None:
    """It does not move on with the stack's update, so its image is not the stack's alone."""
    template_id = _template(ec2, *images)
    template = {"LaunchTemplateId": template_id, "LaunchTemplateName": "web"}
    specification = {named: template[named], "Version": "1"}

    _spot_fleet(ec2, LaunchTemplateConfigs=[{"LaunchTemplateSpecification": specification}])

    assert _used_by_fleet(ec2, autoscaling, images[0]) == {"launch template"}
    assert _used_by_fleet(ec2, autoscaling, images[1]) == set()


def test_an_ec2_fleet_on_a_version_of_the_stack_s_template_uses_that_version(
    ec2: EC2Client, autoscaling: AutoScalingClient, images: list[str]
) -> None:
    """Until it is deleted."""
    template_id = _template(ec2, *images)
    fleet = ec2.create_fleet(
        LaunchTemplateConfigs=[{"LaunchTemplateSpecification": {"LaunchTemplateId": template_id, "Version": "1"}}],
        TargetCapacitySpecification={"TotalTargetCapacity": 1, "DefaultTargetCapacityType": "on-demand"},
        Type="maintain",
    )["FleetId"]
    while_active = _used_by_fleet(ec2, autoscaling, images[0]), _used_by_fleet(ec2, autoscaling, images[1])

    ec2.delete_fleets(FleetIds=[fleet], TerminateInstances=True)

    assert while_active == ({"launch template"}, set())
    assert _used_by_fleet(ec2, autoscaling, images[0]) == set()


@pytest.mark.parametrize(("kind", "uses"), [("persistent", {"Spot request"}), ("one-time", set[str]())])
def test_a_persistent_spot_request_uses_its_image_and_one_that_was_fulfilled_once_does_not(
    ec2: EC2Client, autoscaling: AutoScalingClient, images: list[str], kind: SpotInstanceTypeType, uses: set[str]
) -> None:
    """EC2 launches another instance of a persistent request when the first is interrupted."""
    ec2.request_spot_instances(
        InstanceCount=1, Type=kind, LaunchSpecification={"ImageId": images[0], "InstanceType": "t3.micro"}
    )

    assert _used_by(ec2, autoscaling, images[0]) == uses
    assert _used_by(ec2, autoscaling, images[1]) == set()
