"""Parameters of Systems Manager in place of an image: what is written, and what `resolve:ssm:` launches."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from botocore.exceptions import ClientError
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from .conftest import OTHER, Restrict

Refused = Callable[..., AbstractContextManager[None]]
NAME = "/front/image"
IMAGE = "aws:ec2:image"
ARN = f"arn:aws:ssm:ap-northeast-2:123456789012:parameter{NAME}"


@pytest.fixture
def ssm(aws: LocalAws) -> Any:  # noqa: ANN401 - a boto3 client
    """Give a client of Systems Manager."""
    return aws.client("ssm")


@pytest.fixture
def images(ec2: EC2Client, plain_instance: str) -> list[str]:
    """Make two images."""
    return [
        ec2.create_image(InstanceId=plain_instance, Name=f"front-{number}", NoReboot=True)["ImageId"]
        for number in (1, 2)
    ]


def put(ssm: Any, value: str, name: str = NAME, **arguments: Any) -> int:  # noqa: ANN401 - of boto3
    """Write a parameter that has to be an image, and give the version that the call answers."""
    given = {"Type": "String", "DataType": IMAGE, "Overwrite": False, **arguments}
    return int(ssm.put_parameter(Name=name, Value=value, **given)["Version"])


def value(ssm: Any, name: str = NAME) -> str | None:  # noqa: ANN401 - of boto3
    """Read a parameter; None if there is none."""
    try:
        return str(ssm.get_parameter(Name=name)["Parameter"]["Value"])
    except ssm.exceptions.ParameterNotFound:
        return None


def launched(ec2: EC2Client, image: str) -> str:
    """Launch, and give the id of the instance's image."""
    return ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"][0]["ImageId"]


@pytest.mark.parametrize("wrong", ["ami-0123456789abcdef0", "front-1"])
def test_a_parameter_of_the_image_type_is_not_written_without_an_image(
    ssm: Any,  # noqa: ANN401 - of boto3
    images: list[str],
    wrong: str,
) -> None:
    """The call is answered as if it were; a value that was there stays."""
    tags = [{"Key": "team", "Value": "web"}]
    assert (put(ssm, wrong, Tags=tags), value(ssm)) == (1, None)

    put(ssm, images[0])
    assert (put(ssm, wrong, Overwrite=True), value(ssm)) == (2, images[0])

    assert ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=NAME)["TagList"] == []
    assert [one["Version"] for one in ssm.get_parameter_history(Name=NAME)["Parameters"]] == [1]


def test_an_image_that_is_pending_or_of_another_account_is_none_for_a_parameter(
    aws: LocalAws,
    ssm: Any,  # noqa: ANN401 - of boto3
    ec2: EC2Client,
    other: EC2Client,
    images: list[str],
) -> None:
    """Until it is available, or shared."""
    aws.hold_next_image()
    pending = ec2.copy_image(SourceImageId=images[0], SourceRegion="ap-northeast-2", Name="copy")["ImageId"]
    (snapshot,) = ec2.describe_snapshots(Filters=[{"Name": "description", "Values": [f"*for {images[0]}*"]}])[
        "Snapshots"
    ]
    ec2.modify_image_attribute(ImageId=images[0], LaunchPermission={"Add": [{"UserId": OTHER}]})
    ec2.modify_snapshot_attribute(SnapshotId=snapshot["SnapshotId"], OperationType="add", UserIds=[OTHER])
    theirs = other.copy_image(SourceImageId=images[0], SourceRegion="ap-northeast-2", Name="copy")["ImageId"]
    put(ssm, pending)
    put(ssm, theirs)
    before = value(ssm)

    aws.finish_image(pending)
    other.modify_image_attribute(ImageId=theirs, LaunchPermission={"Add": [{"UserId": "123456789012"}]})
    put(ssm, pending)
    put(ssm, theirs, "/front/shared")

    assert (before, value(ssm), value(ssm, "/front/shared")) == (None, pending, theirs)


def test_a_parameter_is_written_when_its_image_has_been_checked(
    aws: LocalAws,
    ssm: Any,  # noqa: ANN401 - of boto3
    ec2: EC2Client,
    images: list[str],
    refused: Refused,
) -> None:
    """Until then the old value is read and launched, and a new parameter isn't there."""
    aws.ec2(parameter_seconds=3600)
    put(ssm, images[0])
    assert value(ssm) is None
    with refused("SsmInvalidParameter"):
        launched(ec2, f"resolve:ssm:{NAME}")

    aws.ec2(parameter_seconds=0)
    put(ssm, images[1])

    assert (value(ssm), launched(ec2, f"resolve:ssm:{NAME}")) == (images[1], images[1])


def test_the_data_type_of_a_parameter_stays(
    ssm: Any,  # noqa: ANN401 - of boto3
    images: list[str],
) -> None:
    """Without one in the call it is what it was; another is refused."""
    put(ssm, images[0])

    ssm.put_parameter(Name=NAME, Value=images[1], Overwrite=True)
    with pytest.raises(ClientError, match="ValidationException"):
        ssm.put_parameter(Name=NAME, Value="x", Type="String", DataType="text", Overwrite=True)

    found = ssm.get_parameter(Name=NAME)["Parameter"]
    assert (found["DataType"], found["Value"], found["Version"]) == (IMAGE, images[1], 2)


@pytest.mark.parametrize(
    ("parameter", "release"),
    [
        (NAME, 2),
        (f"{NAME}:1", 1),
        (f"{NAME}:good", 1),
        (ARN, 2),
        (f"{ARN}:1", 1),
        (ARN.replace(NAME, "/plain"), 2),
        ("plain", 2),
    ],
)
def test_the_image_of_a_parameter_is_launched(
    ssm: Any,  # noqa: ANN401 - of boto3
    ec2: EC2Client,
    images: list[str],
    parameter: str,
    release: int,
) -> None:
    """The latest version, or the one that is named by number or label; by name or ARN."""
    put(ssm, images[0])
    ssm.label_parameter_version(Name=NAME, ParameterVersion=1, Labels=["good"])
    put(ssm, images[1], Overwrite=True)
    put(ssm, images[1], "plain")

    assert launched(ec2, f"resolve:ssm:{parameter}") == images[release - 1]


def test_a_public_parameter_of_aws_is_launched(ec2: EC2Client) -> None:
    """Though nobody wrote it here."""
    name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"

    assert launched(ec2, f"resolve:ssm:{name}").startswith("ami-")


@pytest.mark.parametrize(
    ("parameter", "text"),
    [
        ("/nothing", "The following aliases are invalid"),
        (f"{NAME}:7", "The following aliases are invalid"),
        (f"{NAME}:bad", "The following aliases are invalid"),
        (ARN.replace("123456789012", OTHER), "The following aliases are invalid"),
        ("/text", "Unsupported data type"),
    ],
)
def test_a_parameter_that_has_no_image_is_refused_at_a_launch_and_in_a_template(
    ssm: Any,  # noqa: ANN401 - of boto3
    ec2: EC2Client,
    images: list[str],
    refused: Refused,
    parameter: str,
    text: str,
) -> None:
    """One that isn't there, has no such version or label, or could be any text."""
    put(ssm, images[0])
    ssm.put_parameter(Name="/text", Value=images[0], Type="String")
    image: Any = f"resolve:ssm:{parameter}"

    with refused("SsmInvalidParameter", text):
        launched(ec2, image)
    with refused("SsmInvalidParameter", text):
        ec2.create_launch_template(LaunchTemplateName="front", LaunchTemplateData={"ImageId": image})
    ec2.create_launch_template(LaunchTemplateName="front", LaunchTemplateData={"ImageId": images[0]})
    with refused("SsmInvalidParameter", text):
        ec2.create_launch_template_version(LaunchTemplateName="front", LaunchTemplateData={"ImageId": image})


def test_a_template_launches_what_its_parameter_has_now(
    ssm: Any,  # noqa: ANN401 - of boto3
    ec2: EC2Client,
    images: list[str],
) -> None:
    """It shows the parameter, or with ResolveAlias the image."""
    put(ssm, images[0])
    image = f"resolve:ssm:{NAME}"
    ec2.create_launch_template(
        LaunchTemplateName="front", LaunchTemplateData={"ImageId": image, "InstanceType": "t3.micro"}
    )

    def shown(*, resolve: bool) -> str:
        found = ec2.describe_launch_template_versions(LaunchTemplateName="front", ResolveAlias=resolve)
        return found["LaunchTemplateVersions"][0]["LaunchTemplateData"]["ImageId"]

    before = shown(resolve=True)
    put(ssm, images[1], Overwrite=True)
    (instance,) = ec2.run_instances(LaunchTemplate={"LaunchTemplateName": "front"}, MinCount=1, MaxCount=1)["Instances"]

    assert (before, shown(resolve=True), instance["ImageId"], shown(resolve=False)) == (*images, images[1], image)


def test_a_template_with_a_parameter_needs_who_may_read_it(
    aws: LocalAws,
    ssm: Any,  # noqa: ANN401 - of boto3
    ec2: EC2Client,
    images: list[str],
    restrict: Restrict,
    refused: Refused,
) -> None:
    """Whoever makes the template, and whoever makes a group of it, which also needs the image that is meant."""
    put(ssm, images[0])
    image: Any = f"resolve:ssm:{NAME}:1"
    data: Any = {"ImageId": image, "InstanceType": "t3.micro"}
    group: Any = {"MinSize": 0, "MaxSize": 1, "AvailabilityZones": ["ap-northeast-2a"]}
    all_but_reading: Any = [("ec2:*", "*", {}), ("autoscaling:*", "*", {})]
    of_image = f"arn:aws:ec2:ap-northeast-2::image/{images[0]}"
    reading: Any = ("ssm:GetParameters", ARN, {})

    restrict(*all_but_reading)
    with refused("SsmAccessDenied", f"ssm:GetParameters on resource: {ARN}"):
        ec2.create_launch_template(LaunchTemplateName="front", LaunchTemplateData=data)
    restrict(*all_but_reading, reading)
    ec2.create_launch_template(LaunchTemplateName="front", LaunchTemplateData=data)
    ec2.create_launch_template_version(LaunchTemplateName="front", LaunchTemplateData=data)
    restrict(*all_but_reading)
    with refused("SsmAccessDenied"):
        ec2.create_launch_template_version(LaunchTemplateName="front", LaunchTemplateData=data)
    with refused("AccessDenied", f"ssm:GetParameters on resource: {ARN}"):
        aws.client("autoscaling").create_auto_scaling_group(
            AutoScalingGroupName="front", LaunchTemplate={"LaunchTemplateName": "front"}, **group
        )
    restrict(*all_but_reading, reading)
    aws.client("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName="front", LaunchTemplate={"LaunchTemplateName": "front"}, **group
    )

    assert {one["resource"] for one in aws.authorized() if "image" in one["resource"]} >= {of_image, ARN}
