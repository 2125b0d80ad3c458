"""DescribeImageReferences: instances, launch templates, parameters and recipes that name an image."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

Refused = Callable[..., AbstractContextManager[None]]
EC2 = "arn:aws:ec2:ap-northeast-2:123456789012:"
SSM = "arn:aws:ssm:ap-northeast-2:123456789012:parameter/"
RECIPE = "arn:aws:imagebuilder:ap-northeast-2:123456789012:image-recipe/web/1.0.0"


@pytest.fixture
def image_id(ec2: EC2Client, instance: str) -> str:
    """Make an image."""
    return ec2.create_image(InstanceId=instance, Name="front-1", NoReboot=True)["ImageId"]


def references(ec2: EC2Client, *image_ids: str, **arguments: Any) -> list[tuple[str, str, str]]:  # noqa: ANN401 - of boto3
    """Give image, type and ARN of what refers to the images, of all types unless some are given."""
    given = arguments or {"IncludeAllResourceTypes": True}
    found = ec2.describe_image_references(ImageIds=list(image_ids), **given)["ImageReferences"]
    return [(one["ImageId"], one["ResourceType"], one["Arn"]) for one in found]


def template(ec2: EC2Client, *image_ids: str) -> str:
    """Make a launch template whose versions name these images."""
    first, *others = image_ids
    made = ec2.create_launch_template(LaunchTemplateName=f"web-{first}", LaunchTemplateData={"ImageId": first})
    template_id = made["LaunchTemplate"]["LaunchTemplateId"]
    for image_id in others:
        ec2.create_launch_template_version(LaunchTemplateId=template_id, LaunchTemplateData={"ImageId": image_id})
    return template_id


def test_every_kind_of_reference_is_found(aws: LocalAws, ec2: EC2Client, image_id: str) -> None:
    """Those of the settings too; another image's are not."""
    launched = ec2.run_instances(ImageId=image_id, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    template_id = template(ec2, image_id, image_id)
    aws.client("ssm").put_parameter(Name="/images/web", Value=image_id, Type="String")
    recipe = {"ImageId": image_id, "ResourceType": "imagebuilder:ImageRecipe", "Arn": RECIPE}
    elsewhere = {"ImageId": "ami-12345678", "ResourceType": "ssm:Parameter", "Arn": f"{SSM}other"}
    aws.ec2(references=[recipe, elsewhere])

    assert references(ec2, image_id) == [
        (image_id, "ec2:Instance", f"{EC2}instance/{launched}"),
        (image_id, "ec2:LaunchTemplate", f"{EC2}launch-template/{template_id}"),
        (image_id, "imagebuilder:ImageRecipe", RECIPE),
        (image_id, "ssm:Parameter", f"{SSM}images/web"),
    ]
    assert references(ec2, image_id, ResourceTypes=[{"ResourceType": "ssm:Parameter"}]) == [
        (image_id, "ssm:Parameter", f"{SSM}images/web")
    ]
    assert references(ec2, "ami-12345678") == [("ami-12345678", "ssm:Parameter", f"{SSM}other")]


def test_a_template_is_read_ten_versions_deep_unless_another_depth_is_given(ec2: EC2Client, image_id: str) -> None:
    """From the latest version on."""
    template_id = template(ec2, image_id, *["ami-12345678"] * 10)
    wanted = [(image_id, "ec2:LaunchTemplate", f"{EC2}launch-template/{template_id}")]

    def found(depth: str) -> list[tuple[str, str, str]]:
        option: Any = {"OptionName": "version-depth", "OptionValues": [depth]}
        asked = [{"ResourceType": "ec2:LaunchTemplate", "ResourceTypeOptions": [option]}]
        both = references(ec2, image_id, ResourceTypes=asked, IncludeAllResourceTypes=True)
        assert both == references(ec2, image_id, ResourceTypes=asked)
        return both

    assert references(ec2, image_id) == []
    assert (found("10"), found("11"), found("10000")) == ([], wanted, wanted)


def test_instances_are_found_in_any_state_unless_states_are_given(ec2: EC2Client, image_id: str) -> None:
    """A terminated one too, as long as it is listed."""
    launched = ec2.run_instances(ImageId=image_id, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    ec2.terminate_instances(InstanceIds=[launched])
    option: Any = {"OptionName": "state-name", "OptionValues": ["running", "stopped"]}

    assert references(ec2, image_id) == [(image_id, "ec2:Instance", f"{EC2}instance/{launched}")]
    asked = [{"ResourceType": "ec2:Instance", "ResourceTypeOptions": [option]}]
    assert references(ec2, image_id, ResourceTypes=asked) == []


def test_references_to_a_deregistered_image_are_still_found(ec2: EC2Client, image_id: str) -> None:
    """The image itself is not looked at."""
    template_id = template(ec2, image_id)
    ec2.deregister_image(ImageId=image_id)

    assert references(ec2, image_id) == [(image_id, "ec2:LaunchTemplate", f"{EC2}launch-template/{template_id}")]


def option(kind: str, name: str, value: str) -> dict[str, Any]:
    """Ask for one type with one option."""
    asked = {"ResourceType": kind, "ResourceTypeOptions": [{"OptionName": name, "OptionValues": [value]}]}
    return {"ResourceTypes": [asked]}


@pytest.mark.parametrize(
    ("ids", "arguments", "code"),
    [
        (11, {"IncludeAllResourceTypes": True}, "InvalidParameterValue"),
        (1, {"IncludeAllResourceTypes": False}, "MissingParameter"),
        (1, {"ResourceTypes": [{"ResourceType": "ec2:Volume"}]}, "InvalidParameterValue"),
        (1, option("ec2:LaunchTemplate", "version-depth", "0"), "InvalidParameterValue"),
        (1, option("ec2:LaunchTemplate", "version-depth", "10001"), "InvalidParameterValue"),
        (1, option("ec2:LaunchTemplate", "state-name", "running"), "InvalidParameterValue"),
        (1, option("ec2:Instance", "state-name", "gone"), "InvalidParameterValue"),
        (1, option("ssm:Parameter", "version-depth", "1"), "InvalidParameterValue"),
        (1, {"IncludeAllResourceTypes": True, "MaxResults": 5, "NextToken": "elsewhere"}, "InvalidParameterValue"),
    ],
)
def test_a_wrong_question_is_refused(
    ec2: EC2Client, refused: Refused, ids: int, arguments: dict[str, Any], code: str
) -> None:
    """Up to ten images a call, with the options that a type has."""
    with refused(code):
        references(ec2, *[f"ami-{number:08x}" for number in range(ids)], **arguments)


def test_references_come_in_pages(ec2: EC2Client, image_id: str, refused: Refused) -> None:
    """At least five a page."""
    ec2.run_instances(ImageId=image_id, MinCount=7, MaxCount=7)
    pages = ec2.get_paginator("describe_image_references").paginate(
        ImageIds=[image_id], IncludeAllResourceTypes=True, PaginationConfig={"PageSize": 5}
    )

    assert [len(page["ImageReferences"]) for page in pages] == [5, 2]
    with refused("InvalidAMIID.Malformed"):
        references(ec2, "foo")
