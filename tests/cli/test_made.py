"""What AWS has of pending creates: this stack's, and nobody else's of the same name."""

from typing import Any

import pytest
from mypy_boto3_autoscaling import AutoScalingClient
from mypy_boto3_autoscaling.type_defs import InstanceMonitoringTypeDef
from mypy_boto3_ec2 import EC2Client
from snapnames.cli.account import aws_session
from snapnames.cli.errors import CommandError
from snapnames.cli.recovery.made import Made, key_of
from snapnames.cli.recovery.unreadable import refuse_unreadable, remove_unreadable
from snapnames.rules.resource_types import CONFIGURATION, COPY, GROUP, IMAGE, TEMPLATE
from snapnames.rules.tags import SECRET_MARK
from snapnames.testing.environment import aws_variables
from snapnames.testing.localaws.server import REGION, LocalAws

from tests.account import launch

STACKS = OURS, THEIRS = "organization/snapnames/test", "bob/snapnames/test"
MONITORED: InstanceMonitoringTypeDef = {"Enabled": True}
"""What the provider asks for if a program says nothing."""


@pytest.fixture
def made(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> Made:
    """On the local AWS."""
    for name, value in aws_variables(aws.url).items():
        monkeypatch.setenv(name, value)
    return Made(aws_session({"aws:region": REGION}))


def creating(kind: str, **inputs: Any) -> dict[str, Any]:  # noqa: ANN401 -- of a resource
    """A pending create under the name `web`, as the engine exports it."""
    return {"urn": f"urn:pulumi:test::snapnames::{kind}::web", "type": kind, "inputs": {"name": "web", **inputs}}


@pytest.mark.parametrize("stack", STACKS)
def test_a_group_and_a_template_are_of_the_stack_that_they_bear(
    made: Made, ec2: EC2Client, autoscaling: AutoScalingClient, stack: str
) -> None:
    """Of another stack's the name is the same."""
    image_id = ec2.create_image(InstanceId=launch(ec2), Name="web-1", NoReboot=True)["ImageId"]
    template = ec2.create_launch_template(
        LaunchTemplateName="web",
        LaunchTemplateData={"ImageId": image_id, "InstanceType": "t3.micro"},
        TagSpecifications=[{"ResourceType": "launch-template", "Tags": [{"Key": "snapnames:stack", "Value": stack}]}],
    )["LaunchTemplate"]["LaunchTemplateId"]
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName="web",
        MinSize=0,
        MaxSize=0,
        AvailabilityZones=[f"{REGION}a"],
        LaunchTemplate={"LaunchTemplateId": template, "Version": "1"},
        Tags=[{"Key": "Name", "Value": OURS}, {"Key": "snapnames:stack", "Value": stack}],
    )
    tags = [{"key": "Name", "value": OURS}, {"key": "snapnames:stack", "value": OURS, "propagateAtLaunch": True}]
    launched = {"id": template, "version": "1"}
    creates = [
        creating(TEMPLATE, imageId=image_id, instanceType="t3.micro", tags={"snapnames:stack": OURS}),
        creating(GROUP, minSize=0, maxSize=0, availabilityZones=[f"{REGION}a"], launchTemplate=launched, tags=tags),
    ]

    begun = made.begun(creates)

    assert [settled.resource_id for settled in begun.settled] == ([template, "web"] if stack == OURS else [])
    assert begun.differing == ({} if stack == OURS else {"web": (GROUP, ["Tags"])})


@pytest.mark.parametrize(
    ("tags", "versions", "differs"),
    [
        ({"snapnames:stack": OURS}, 1, []),
        ({"snapnames:stack": OURS}, 2, ["LatestVersionNumber"]),
        ({"snapnames:stack": OURS, SECRET_MARK: "1"}, 1, ["Tags"]),
        ({"Name": OURS}, 1, ["Tags"]),
    ],
)
def test_a_template_with_a_second_version_or_tags_that_pulumi_can_t_read_is_nobody_s_create(
    made: Made, ec2: EC2Client, tags: dict[str, str], versions: int, differs: list[str]
) -> None:
    """A create makes one version. Each version says what is launched, and the group may name any of them."""
    ec2.create_launch_template(
        LaunchTemplateName="web",
        LaunchTemplateData={"ImageId": "ami-1", "InstanceType": "t3.micro"},
        TagSpecifications=[
            {"ResourceType": "launch-template", "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
        ],
    )
    for _ in range(versions - 1):
        ec2.create_launch_template_version(LaunchTemplateName="web", LaunchTemplateData={"ImageId": "ami-2"})

    begun = made.begun([creating(TEMPLATE, imageId="ami-1", instanceType="t3.micro", tags={"snapnames:stack": OURS})])

    assert (len(begun.settled), begun.differing) == (int(not differs), {"web": (TEMPLATE, differs)} if differs else {})


@pytest.mark.parametrize("ours", [True, False])
def test_a_launch_configuration_is_of_the_stack_whose_image_it_launches(
    made: Made, ec2: EC2Client, autoscaling: AutoScalingClient, *, ours: bool
) -> None:
    """It has no tags."""
    source = launch(ec2)
    image, other = (
        ec2.create_image(InstanceId=source, Name=name, NoReboot=True)["ImageId"] for name in ("web-1", "other")
    )
    autoscaling.create_launch_configuration(
        LaunchConfigurationName="web",
        ImageId=image if ours else other,
        InstanceType="t3.micro",
        InstanceMonitoring=MONITORED,
    )

    found = made.settled([creating(CONFIGURATION, imageId=image, instanceType="t3.micro")])

    assert [settled.resource_id for settled in found] == (["web"] if ours else [])


@pytest.mark.parametrize(
    "change", [{"KeyName": "attacker"}, {"AssociatePublicIpAddress": True}, {"UserData": "#!/bin/sh"}]
)
def test_a_launch_configuration_with_another_field_is_nobody_s_create(
    made: Made, ec2: EC2Client, autoscaling: AutoScalingClient, change: dict[str, Any]
) -> None:
    """Also under the name and with the image of a create that was cut off; which field it is can be said."""
    image = ec2.create_image(InstanceId=launch(ec2), Name="web-1", NoReboot=True)["ImageId"]
    ec2.create_key_pair(KeyName="attacker")
    autoscaling.create_launch_configuration(
        LaunchConfigurationName="web",
        ImageId=image,
        InstanceType="t3.micro",
        InstanceMonitoring=MONITORED,
        **change,
    )

    begun = made.begun([creating(CONFIGURATION, imageId=image, instanceType="t3.micro")])

    assert begun.settled == []
    assert begun.differing == {"web": (CONFIGURATION, list(change))}


def test_user_data_that_the_state_encrypts_is_compared_by_what_it_is(
    made: Made, ec2: EC2Client, autoscaling: AutoScalingClient
) -> None:
    """Decrypted for the comparison. Without that, nothing proves the create."""
    image = ec2.create_image(InstanceId=launch(ec2), Name="web-1", NoReboot=True)["ImageId"]
    autoscaling.create_launch_configuration(
        LaunchConfigurationName="web",
        ImageId=image,
        InstanceType="t3.micro",
        UserData="echo ours",
        InstanceMonitoring=MONITORED,
    )
    secret = {SECRET_MARK: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:abc"}
    create = creating(CONFIGURATION, imageId=image, instanceType="t3.micro", userData=secret)

    def settled(plain: str) -> list[str]:
        inputs = {**create["inputs"], "userData": plain}
        return [one.resource_id for one in made.begun([create], {key_of(create): inputs}).settled]

    assert (settled("echo ours"), settled("echo theirs"), made.settled([create])) == (["web"], [], [])


def test_a_tag_that_pulumi_can_t_read_is_removed_from_what_the_state_has_and_from_nothing_else(
    made: Made, ec2: EC2Client
) -> None:
    """On an image that the state may get it ends the command. On another image nothing is said of it."""
    source = launch(ec2)
    own, other = (ec2.create_image(InstanceId=source, Name=n, NoReboot=True)["ImageId"] for n in ("web-1", "other"))
    state = {"resources": [{**creating(IMAGE), "id": own}]}
    tag = [{"Key": "snapnames:stack", "Value": OURS}, {"Key": SECRET_MARK, "Value": "1"}]
    ec2.create_tags(Resources=[own, other], Tags=tag)  # type: ignore[arg-type] # as the call takes it
    said: list[str] = []

    with pytest.raises(CommandError, match=f"`aws ec2 delete-tags --resources {own} --tags Key={SECRET_MARK}`"):
        refuse_unreadable(made, state)
    with pytest.raises(CommandError, match=f"{other} has a tag with the key"):
        remove_unreadable(made, state, [other], said.append)
    remove_unreadable(made, state, [], said.append)
    refuse_unreadable(made, state)

    assert said == [f"removed the tag {SECRET_MARK} from {own}: Pulumi can't read tags with this key"]
    left = ec2.describe_tags(Filters=[{"Name": "key", "Values": [SECRET_MARK]}])["Tags"]
    assert [one["ResourceId"] for one in left] == [other]


def test_such_a_tag_of_a_copy_is_removed_in_its_region_and_a_region_that_can_not_be_read_holds_up_nothing(
    made: Made, aws: LocalAws
) -> None:
    """The copies of the state, and no other image there."""
    there = aws.client("ec2", "eu-west-1")
    source = launch(there)
    own, other = (there.create_image(InstanceId=source, Name=n, NoReboot=True)["ImageId"] for n in ("web-1", "other"))
    there.create_tags(Resources=[own, other], Tags=[{"Key": SECRET_MARK, "Value": "1"}])
    inputs = {"name": "web-1"}
    copies = [
        {
            **creating(COPY),
            "urn": f"urn:pulumi:s::p::{COPY}::{region}",
            "id": own,
            "inputs": {**inputs, "region": region},
        }
        for region in ("eu-west-1", "eu-south-1")
    ]
    said: list[str] = []

    with pytest.raises(CommandError, match=f"delete-tags --region eu-west-1 --resources {own} --tags"):
        refuse_unreadable(made, {"resources": copies})
    remove_unreadable(made, {"resources": copies}, [], said.append)
    refuse_unreadable(made, {"resources": copies})

    assert said == [f"removed the tag {SECRET_MARK} from {own} in eu-west-1: Pulumi can't read tags with this key"]
    left = there.describe_tags(Filters=[{"Name": "key", "Values": [SECRET_MARK]}])["Tags"]
    assert [one["ResourceId"] for one in left] == [other]


def test_an_image_that_was_deregistered_while_it_was_waited_for_is_not_pending(
    made: Made, aws: LocalAws, ec2: EC2Client
) -> None:
    """EC2 refuses a list of ids with one that it does not have."""
    aws.hold_next_image()
    image_id = ec2.create_image(InstanceId=launch(ec2), Name="web-1", NoReboot=True)["ImageId"]

    before = made.pending(image_id)
    ec2.deregister_image(ImageId=image_id)

    assert (before, made.pending(image_id)) == (True, False)


def test_images_that_the_recycle_bin_keeps_are_restorable(made: Made, aws: LocalAws, ec2: EC2Client) -> None:
    """Of those that are asked for; one that is not in the bin is gone for good."""
    aws.ec2(image_retention_seconds=3600)
    kept, other = (
        ec2.create_image(InstanceId=launch(ec2), Name=name, NoReboot=True)["ImageId"] for name in ("web-1", "web-2")
    )
    for image_id in (kept, other):
        ec2.deregister_image(ImageId=image_id)

    assert made.restorable([kept, "ami-0123456789abcdef0"]) == {kept}
