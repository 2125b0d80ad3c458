"""A key with a policy: what AWS asks of IAM, and how it refuses."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.control import ControlError
from snapnames.testing.localaws.server import ACCESS_KEY, LocalAws

from tests.account import launch, snapshot_ids

from .conftest import Restrict

EC2 = "arn:aws:ec2:ap-northeast-2:"
OURS = {"StringEquals": {"aws:ResourceTag/stack": "ours"}}


def refusal(call: Callable[..., object], **arguments: object) -> tuple[int, str, str]:
    """HTTP status, code and what was refused on which resource."""
    with pytest.raises(ClientError) as raised:
        call(**arguments)
    error = raised.value.response
    text = error["Error"]["Message"].partition("is not authorized to perform: ")[2].partition(" because")[0]
    return error["ResponseMetadata"]["HTTPStatusCode"], error["Error"]["Code"], text


def test_an_action_that_is_not_in_the_policy_is_unauthorized(ec2: EC2Client, restrict: Restrict) -> None:
    """And one that is goes on."""
    restrict(("ec2:DescribeImages", "*", {}))

    assert ec2.describe_images(Owners=["self"])["Images"] == []
    assert refusal(ec2.describe_snapshots) == (403, "UnauthorizedOperation", "ec2:DescribeSnapshots on resource: *")


def test_auto_scaling_says_it_in_its_own_words(aws: LocalAws, restrict: Restrict) -> None:
    """AccessDenied, where EC2 says UnauthorizedOperation."""
    restrict(("ec2:*", "*", {}))

    refused = refusal(aws.client("autoscaling").describe_auto_scaling_groups)

    assert refused == (403, "AccessDenied", "autoscaling:DescribeAutoScalingGroups on resource: *")


def test_a_condition_on_the_tags_of_a_resource_is_kept(ec2: EC2Client, restrict: Restrict) -> None:
    """The tags that it has, not those that the call brings."""
    ours, theirs = (ec2.create_volume(AvailabilityZone="ap-northeast-2a", Size=1)["VolumeId"] for _ in range(2))
    ec2.create_tags(Resources=[ours], Tags=[{"Key": "stack", "Value": "ours"}])
    restrict(("ec2:CreateTags", f"{EC2}*:volume/*", OURS))
    tags = [{"Key": "stack", "Value": "ours"}]

    ec2.create_tags(Resources=[ours], Tags=[{"Key": "Name", "Value": "x"}])

    wanted = (403, "UnauthorizedOperation", f"ec2:CreateTags on resource: {EC2}123456789012:volume/{theirs}")
    assert refusal(ec2.create_tags, Resources=[theirs], Tags=tags) == wanted
    assert refusal(ec2.create_tags, Resources=[ours, theirs], Tags=tags) == wanted


@pytest.mark.parametrize(
    ("image_tags", "allowed"), [({"stack": "ours"}, True), ({"stack": "theirs"}, False), ({}, False)]
)
def test_an_image_is_authorized_with_its_instance_its_snapshots_and_the_tags_of_the_request(
    ec2: EC2Client, restrict: Restrict, image_tags: dict[str, str], *, allowed: bool
) -> None:
    """CreateTags too, for tags that a call brings for what it makes."""
    instance = launch(ec2, tags={"stack": "ours"})
    restrict(
        ("ec2:CreateImage", f"{EC2}*:instance/*", OURS),
        ("ec2:CreateImage", f"{EC2}:snapshot/*", {}),
        ("ec2:CreateImage", f"{EC2}:image/*", {"StringEquals": {"aws:RequestTag/stack": "ours"}}),
        ("ec2:CreateTags", f"{EC2}:image/*", {"StringEquals": {"ec2:CreateAction": "CreateImage"}}),
    )
    tags = [{"Key": key, "Value": value} for key, value in image_tags.items()]
    given = {"TagSpecifications": [{"ResourceType": "image", "Tags": tags}]} if tags else {}
    arguments = {"InstanceId": instance, "Name": "web", "NoReboot": True, **given}

    if allowed:
        assert ec2.create_image(**arguments)["ImageId"]  # type: ignore[arg-type] # the parameters of either case
    else:
        refused = refusal(ec2.create_image, **arguments)
        assert refused == (403, "UnauthorizedOperation", f"ec2:CreateImage on resource: {EC2}:image/*")


def test_tags_on_the_snapshots_of_a_new_image_are_authorized_by_themselves(ec2: EC2Client, restrict: Restrict) -> None:
    """Nothing is made when they are refused."""
    instance = launch(ec2)
    restrict(("ec2:CreateImage", "*", {}))
    tags = [{"ResourceType": "snapshot", "Tags": [{"Key": "a", "Value": "b"}]}]

    refused = refusal(ec2.create_image, InstanceId=instance, Name="web", NoReboot=True, TagSpecifications=tags)

    assert refused == (403, "UnauthorizedOperation", f"ec2:CreateTags on resource: {EC2}:snapshot/*")
    assert snapshot_ids(ec2=_free(ec2, restrict)) == set()


def _free(ec2: EC2Client, restrict: Restrict) -> EC2Client:
    restrict(("*", "*", {}))
    return ec2


def test_a_group_of_a_launch_template_needs_what_its_launches_need(
    aws: LocalAws, ec2: EC2Client, restrict: Restrict
) -> None:
    """RunInstances with the template, CreateTags for what it tags, and PassRole for its instance profile."""
    image = ec2.create_image(InstanceId=launch(ec2), Name="web", NoReboot=True)["ImageId"]
    data: Any = {
        "ImageId": image,
        "InstanceType": "t3.micro",
        "IamInstanceProfile": {"Name": "web"},
        "TagSpecifications": [{"ResourceType": "volume", "Tags": [{"Key": "team", "Value": "web"}]}],
    }
    template = ec2.create_launch_template(LaunchTemplateName="web", LaunchTemplateData=data)["LaunchTemplate"]
    launched = {"LaunchTemplateId": template["LaunchTemplateId"], "Version": "1"}
    group = {"AutoScalingGroupName": "web", "MinSize": 0, "MaxSize": 0, "AvailabilityZones": ["ap-northeast-2a"]}
    create = aws.client("autoscaling").create_auto_scaling_group
    arn = f"{EC2}123456789012:launch-template/{launched['LaunchTemplateId']}"

    restrict(("autoscaling:*", "*", {}))
    without_launch = refusal(create, LaunchTemplate=launched, **group)
    restrict(("autoscaling:*", "*", {}), ("ec2:RunInstances", "*", {"ArnLike": {"ec2:LaunchTemplate": arn}}))
    without_tags = refusal(create, LaunchTemplate=launched, **group)
    volumes = {"StringEquals": {"ec2:CreateAction": "RunInstances", "aws:RequestTag/team": "web"}}
    restrict(
        ("autoscaling:*", "*", {}),
        ("ec2:RunInstances", "*", {"ArnLike": {"ec2:LaunchTemplate": arn}}),
        ("ec2:CreateTags", f"{EC2}*:volume/*", volumes),
    )
    without_role = refusal(create, LaunchTemplate=launched, **group)
    mixed: Any = {
        "LaunchTemplate": {"LaunchTemplateSpecification": launched, "Overrides": [{"InstanceType": "t3.small"}]}
    }
    of_a_policy = refusal(create, MixedInstancesPolicy=mixed, **group)

    assert without_launch[2] == f"ec2:RunInstances on resource: {EC2}123456789012:instance/*"
    assert without_tags[2] == f"ec2:CreateTags on resource: {EC2}123456789012:volume/*"
    assert without_role[2] == of_a_policy[2] == "iam:PassRole on resource: arn:aws:iam::123456789012:role/web"


def test_a_call_that_the_local_aws_cannot_authorize_is_refused(ec2: EC2Client, restrict: Restrict) -> None:
    """Whatever the policy says: it would be kinder than EC2."""
    restrict(("*", "*", {}))

    refused = refusal(ec2.create_volume, AvailabilityZone="ap-northeast-2a", Size=1)

    resource = "(not known to the local AWS, which refuses it)"
    assert refused == (403, "UnauthorizedOperation", f"ec2:CreateVolume on resource: {resource}")


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ({"Effect": "Allow", "NotAction": "x"}, "the policy has 'NotAction'"),
        ({"Effect": "Maybe"}, "the policy has the effect 'Maybe'"),
        ({"Effect": "Allow", "Condition": {"IpAddress": {"aws:SourceIp": "::1"}}}, "operator 'IpAddress'"),
        ({"Effect": "Allow", "Condition": {"StringLike": {"a": "${aws:username}"}}}, "variable"),
    ],
)
def test_a_policy_that_would_not_be_evaluated_whole_is_refused(
    aws: LocalAws, statement: dict[str, Any], text: str
) -> None:
    """And the settings stay as they were."""
    with pytest.raises(ControlError, match=text.replace("$", r"\$")):
        aws.restrict(ACCESS_KEY, {"Statement": [statement]})

    assert aws.settings()["policies"] == {}


def test_a_key_without_a_policy_may_do_everything_again(aws: LocalAws, ec2: EC2Client, restrict: Restrict) -> None:
    """None takes the policy away."""
    restrict(("ec2:DescribeImages", "*", {}))
    aws.restrict(ACCESS_KEY, None)

    assert ec2.describe_vpcs()["Vpcs"] != []
