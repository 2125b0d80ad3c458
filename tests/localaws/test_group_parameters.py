"""Groups whose template names a parameter of Systems Manager in place of an image."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from .fleet import GROUP, Fleet

Refused = Callable[..., AbstractContextManager[None]]
NAME = "/front/image"


@pytest.fixture
def named(aws: LocalAws, fleet: Fleet) -> Fleet:
    """Add version 3 of the template, which launches what the parameter has: the image of version 1."""
    _put(aws, fleet.images["1"])
    aws.client("ec2").create_launch_template_version(
        LaunchTemplateId=fleet.template,
        LaunchTemplateData={"ImageId": f"resolve:ssm:{NAME}", "InstanceType": "c3.large"},
    )
    return fleet


def _put(aws: LocalAws, image_id: str) -> None:
    aws.client("ssm").put_parameter(Name=NAME, Value=image_id, Type="String", DataType="aws:ec2:image", Overwrite=True)


def _images(ec2: EC2Client, fleet: Fleet) -> list[str]:
    found = ec2.describe_instances(InstanceIds=fleet.ids)["Reservations"]
    return [instance["ImageId"] for one in found for instance in one["Instances"]]


def test_a_group_launches_what_the_parameter_has_now(aws: LocalAws, ec2: EC2Client, named: Fleet) -> None:
    """An instance refresh replaces all the others."""
    named.create(1, "3")
    before = _images(ec2, named)

    _put(aws, named.images["2"])
    aws.client("autoscaling").set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=2)
    launched = _images(ec2, named)
    named.start()

    assert before == [named.images["1"]]
    assert sorted(launched) == sorted(named.images.values())
    assert _images(ec2, named) == [named.images["2"]] * 2


@pytest.mark.parametrize("version", ["2", "3"])
def test_a_group_of_a_parameter_has_no_refresh_with_a_desired_configuration_or_skip_matching(
    named: Fleet, refused: Refused, version: str
) -> None:
    """Whichever version is desired."""
    named.create(1, "3")

    with refused("ValidationError", "Systems Manager parameter"):
        named.start(version)
    with refused("ValidationError", "Systems Manager parameter"):
        named.start(SkipMatching=True)


def test_a_parameter_is_no_desired_configuration(named: Fleet, refused: Refused) -> None:
    """Of a group with an image, too."""
    named.create(1)

    with refused("ValidationError", "Systems Manager parameter"):
        named.start("3")


def test_a_group_of_a_parameter_without_an_image_is_not_made_changed_or_refreshed(
    aws: LocalAws, named: Fleet, refused: Refused
) -> None:
    """The parameter is read at each of these calls."""
    aws.client("ssm").delete_parameter(Name=NAME)
    with refused("ValidationError", "valid fully-formed launch template. The following aliases are invalid"):
        named.create(0, "3")
    named.create(0)
    with refused("ValidationError", "The following aliases are invalid"):
        named.save("3")

    _put(aws, named.images["1"])
    named.save("3")
    aws.client("ssm").delete_parameter(Name=NAME)
    aws.client("ssm").put_parameter(Name=NAME, Value=named.images["1"], Type="String")

    with refused("ValidationError", "Unsupported data type"):
        named.start()


def test_a_group_is_not_given_a_template_whose_image_is_gone(ec2: EC2Client, fleet: Fleet, refused: Refused) -> None:
    """By its id, as by a parameter."""
    ec2.deregister_image(ImageId=fleet.images["2"])
    with refused("ValidationError", f"The image id '[{fleet.images['2']}]' does not exist"):
        fleet.create(0, "2")
    fleet.create(0)

    with refused("ValidationError", fleet.images["2"]):
        fleet.save("2")


def test_a_parameter_goes_with_no_requirements_of_instances(aws: LocalAws, named: Fleet, refused: Refused) -> None:
    """Attribute-based selection needs the image."""
    template = {"LaunchTemplateId": named.template, "Version": "3"}
    requirements: Any = {"VCpuCount": {"Min": 4}, "MemoryMiB": {"Min": 4096}}
    policy: Any = {
        "LaunchTemplate": {
            "LaunchTemplateSpecification": template,
            "Overrides": [{"InstanceRequirements": requirements}],
        }
    }

    with refused("ValidationError", 'expecting "ami-..."'):
        aws.client("autoscaling").create_auto_scaling_group(
            AutoScalingGroupName=GROUP,
            MixedInstancesPolicy=policy,
            MinSize=0,
            MaxSize=1,
            AvailabilityZones=["ap-northeast-2a"],
        )


def test_a_launch_configuration_names_an_image_and_no_parameter(aws: LocalAws, named: Fleet, refused: Refused) -> None:
    """Only templates can."""
    assert named

    with refused("ValidationError", 'expecting "ami-..."'):
        aws.client("autoscaling").create_launch_configuration(
            LaunchConfigurationName="front", ImageId=f"resolve:ssm:{NAME}", InstanceType="c3.large"
        )
