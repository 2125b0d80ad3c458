"""Launch permissions and the other attributes of an image; what another account can do with a shared one."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from mypy_boto3_autoscaling import AutoScalingClient
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from .conftest import OTHER

Refused = Callable[..., AbstractContextManager[None]]
ORGANIZATION = "arn:aws:organizations::123456789012:organization/o-123example"
UNIT = "arn:aws:organizations::123456789012:ou/o-123example/ou-1234-5example"
DAY = 24 * 3600


@pytest.fixture
def image_id(ec2: EC2Client, plain_instance: str) -> str:
    """Make an image that can be shared."""
    return ec2.create_image(InstanceId=plain_instance, Name="front-1", NoReboot=True)["ImageId"]


def permissions(ec2: EC2Client, image_id: str) -> list[Any]:
    """Give the launch permissions, in an order of their own."""
    found = ec2.describe_image_attribute(ImageId=image_id, Attribute="launchPermission")["LaunchPermissions"]
    return sorted(found, key=str)


def found(ec2: EC2Client, **arguments: Any) -> list[str]:  # noqa: ANN401 - of boto3
    """Give the ids of the images that users own."""
    images = ec2.describe_images(**arguments)["Images"]
    return [image["ImageId"] for image in images if image.get("ImageOwnerAlias") != "amazon"]


EVERY_KIND = [
    {"Group": "all"},
    {"OrganizationArn": ORGANIZATION},
    {"OrganizationalUnitArn": UNIT},
    {"UserId": OTHER},
]


@pytest.mark.parametrize(
    ("add", "remove"),
    [
        ({"LaunchPermission": {"Add": EVERY_KIND}}, {"LaunchPermission": {"Remove": EVERY_KIND[:3]}}),
        (
            {
                "Attribute": "launchPermission",
                "OperationType": "add",
                "UserIds": [OTHER],
                "UserGroups": ["all"],
                "OrganizationArns": [ORGANIZATION],
                "OrganizationalUnitArns": [UNIT],
            },
            {
                "Attribute": "launchPermission",
                "OperationType": "remove",
                "UserGroups": ["all"],
                "OrganizationArns": [ORGANIZATION],
                "OrganizationalUnitArns": [UNIT],
            },
        ),
    ],
)
def test_launch_permissions_are_added_and_removed_in_both_forms_of_the_call(
    ec2: EC2Client, image_id: str, add: dict[str, Any], remove: dict[str, Any]
) -> None:
    """Accounts, everybody, organizations and their units; a reset takes all that is left."""
    assert permissions(ec2, image_id) == []

    ec2.modify_image_attribute(ImageId=image_id, **add)
    ec2.modify_image_attribute(ImageId=image_id, **add)
    assert permissions(ec2, image_id) == EVERY_KIND
    assert ec2.describe_images(ImageIds=[image_id])["Images"][0]["Public"] is True

    ec2.modify_image_attribute(ImageId=image_id, **remove)
    assert permissions(ec2, image_id) == [{"UserId": OTHER}]

    ec2.reset_image_attribute(ImageId=image_id, Attribute="launchPermission")
    assert permissions(ec2, image_id) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"LaunchPermission": {"Add": [{"UserId": "1"}]}}, "InvalidAMIAttributeItemValue"),
        ({"LaunchPermission": {"Add": [{"Group": "some"}]}}, "InvalidAMIAttributeItemValue"),
        ({"Attribute": "launchPermission", "UserIds": [OTHER]}, "MissingParameter"),
        ({"Description": {"Value": "a"}, "ImdsSupport": {"Value": "v2.0"}}, "InvalidParameterCombination"),
        ({}, "InvalidParameterCombination"),
        ({"ImdsSupport": {"Value": "v1.0"}}, "InvalidParameterValue"),
    ],
)
def test_a_wrong_change_is_refused_and_changes_nothing(
    ec2: EC2Client, image_id: str, refused: Refused, change: dict[str, Any], code: str
) -> None:
    """One attribute a call, with a value that it takes."""
    with refused(code):
        ec2.modify_image_attribute(ImageId=image_id, **change)

    assert permissions(ec2, image_id) == []


def test_an_image_is_shared_with_a_thousand_entities_at_most(ec2: EC2Client, image_id: str, refused: Refused) -> None:
    """An organization is one, whatever is in it; everybody is none; one that is named again is no other."""
    accounts: list[Any] = [{"UserId": f"{number:012}"} for number in range(1, 1000)]
    ec2.modify_image_attribute(ImageId=image_id, LaunchPermission={"Add": accounts})
    ec2.modify_image_attribute(
        ImageId=image_id, LaunchPermission={"Add": [{"OrganizationArn": ORGANIZATION}, {"Group": "all"}, accounts[0]]}
    )

    with refused("ResourceLimitExceeded", image_id):
        ec2.modify_image_attribute(ImageId=image_id, LaunchPermission={"Add": [{"UserId": OTHER}]})

    assert len(permissions(ec2, image_id)) == 1001
    ec2.modify_image_attribute(ImageId=image_id, LaunchPermission={"Add": [{"UserId": OTHER}], "Remove": [accounts[0]]})
    assert {"UserId": OTHER} in permissions(ec2, image_id)


def test_another_account_finds_a_shared_image_and_launches_from_it(
    ec2: EC2Client, other: EC2Client, image_id: str, refused: Refused
) -> None:
    """But can do neither before; tags are not shared."""
    ec2.create_tags(Resources=[image_id], Tags=[{"Key": "Name", "Value": "x"}])
    assert found(other) == []
    with refused("InvalidAMIID.NotFound", image_id):
        other.describe_images(ImageIds=[image_id])
    with refused("AuthFailure", f"Not authorized for images: [{image_id}]"):
        other.run_instances(ImageId=image_id, MinCount=1, MaxCount=1)

    ec2.modify_image_attribute(ImageId=image_id, LaunchPermission={"Add": [{"UserId": OTHER}]})

    (image,) = other.describe_images(Owners=["123456789012"])["Images"]
    assert (image["ImageId"], image["OwnerId"], "Tags" in image) == (image_id, "123456789012", False)
    assert found(other, ImageIds=[image_id]) == found(other, Filters=[{"Name": "image-id", "Values": [image_id]}])
    launched = other.run_instances(ImageId=image_id, MinCount=1, MaxCount=1)["Instances"][0]
    made = other.create_image(InstanceId=launched["InstanceId"], Name="theirs", NoReboot=True)["ImageId"]
    assert found(other, Owners=["self"]) == [made]
    assert found(ec2) == [image_id]


def test_only_the_owner_reads_and_writes_who_may_launch_an_image(
    ec2: EC2Client, other: EC2Client, image_id: str, public_image: str, refused: Refused
) -> None:
    """Also when it is shared, or public."""
    ec2.modify_image_attribute(ImageId=image_id, LaunchPermission={"Add": [{"UserId": OTHER}]})

    for one in (image_id, public_image):
        with refused("AuthFailure", one):
            other.describe_image_attribute(ImageId=one, Attribute="launchPermission")
        with refused("AuthFailure", one):
            other.modify_image_attribute(ImageId=one, LaunchPermission={"Add": [{"Group": "all"}]})


def test_executable_users_selects_by_explicit_permissions(
    aws: LocalAws, ec2: EC2Client, other: EC2Client, image_id: str
) -> None:
    """An organization's count for oneself alone, and one's own images not at all."""
    ec2.modify_image_attribute(ImageId=image_id, LaunchPermission={"Add": [{"OrganizationArn": ORGANIZATION}]})
    assert found(other) == []
    aws.ec2(organizations={ORGANIZATION: [OTHER]})

    assert found(other, ExecutableUsers=["self"]) == found(other, ExecutableUsers=[OTHER]) == [image_id]
    assert found(ec2, ExecutableUsers=[OTHER]) == found(ec2, ExecutableUsers=["self"]) == []
    assert found(ec2, ExecutableUsers=["all"]) == []

    ec2.modify_image_attribute(ImageId=image_id, LaunchPermission={"Add": [{"UserId": OTHER}, {"Group": "all"}]})

    assert found(ec2, ExecutableUsers=[OTHER]) == found(ec2, ExecutableUsers=["all"]) == [image_id]


def test_an_image_with_a_snapshot_under_aws_s_own_key_is_not_shared(
    ec2: EC2Client, instance: str, refused: Refused
) -> None:
    """Nobody else could use it."""
    image_id = ec2.create_image(InstanceId=instance, Name="front-2", NoReboot=True)["ImageId"]

    with refused("InvalidParameter", "can't be shared"):
        ec2.modify_image_attribute(ImageId=image_id, LaunchPermission={"Add": [{"UserId": OTHER}]})

    assert permissions(ec2, image_id) == []


def test_an_image_under_a_key_of_the_account_is_shared_but_not_public(
    aws: LocalAws, ec2: EC2Client, plain_instance: str, refused: Refused
) -> None:
    """The key can be shared too."""
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    volume = ec2.create_volume(AvailabilityZone="ap-northeast-2a", Size=1, Encrypted=True, KmsKeyId=key)["VolumeId"]
    ec2.attach_volume(VolumeId=volume, InstanceId=plain_instance, Device="/dev/sdf")
    image_id = ec2.create_image(InstanceId=plain_instance, Name="front-2", NoReboot=True)["ImageId"]

    ec2.modify_image_attribute(ImageId=image_id, LaunchPermission={"Add": [{"UserId": OTHER}]})

    with refused("InvalidParameter"):
        ec2.modify_image_attribute(ImageId=image_id, LaunchPermission={"Add": [{"Group": "all"}]})
    assert permissions(ec2, image_id) == [{"UserId": OTHER}]


def test_a_disabled_image_is_not_shared(ec2: EC2Client, image_id: str, refused: Refused) -> None:
    """It has lost all permissions, and gets none."""
    ec2.disable_image(ImageId=image_id)

    with refused("InvalidAMIID.Unavailable"):
        ec2.modify_image_attribute(ImageId=image_id, LaunchPermission={"Add": [{"UserId": OTHER}]})


def test_every_attribute_has_its_own_member(ec2: EC2Client, image_id: str, refused: Refused) -> None:
    """Without a value where the image has none; the block device mapping is not read this way."""

    def value(attribute: Any, member: str) -> object:  # noqa: ANN401 - of boto3
        answer: Any = ec2.describe_image_attribute(ImageId=image_id, Attribute=attribute)
        return answer[member].get("Value")

    ec2.modify_image_attribute(ImageId=image_id, Attribute="description", Value="first")
    ec2.modify_image_attribute(ImageId=image_id, ImdsSupport={"Value": "v2.0"})

    assert value("description", "Description") == "first"
    assert value("imdsSupport", "ImdsSupport") == "v2.0"
    assert value("sriovNetSupport", "SriovNetSupport") == "simple"
    assert value("deregistrationProtection", "DeregistrationProtection") == "disabled"
    for attribute, member in (
        ("kernel", "KernelId"),
        ("ramdisk", "RamdiskId"),
        ("lastLaunchedTime", "LastLaunchedTime"),
    ):
        assert value(attribute, member) is None
    assert ec2.describe_image_attribute(ImageId=image_id, Attribute="productCodes")["ProductCodes"] == []
    with refused("AuthFailure"):
        ec2.describe_image_attribute(ImageId=image_id, Attribute="blockDeviceMapping")


def test_a_launch_is_reported_a_day_later(
    aws: LocalAws, ec2: EC2Client, autoscaling: AutoScalingClient, image_id: str
) -> None:
    """Also one by a group."""
    template = ec2.create_launch_template(
        LaunchTemplateName="web", LaunchTemplateData={"ImageId": image_id, "InstanceType": "t3.micro"}
    )["LaunchTemplate"]["LaunchTemplateId"]
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName="web",
        MinSize=1,
        MaxSize=1,
        AvailabilityZones=["ap-northeast-2a"],
        LaunchTemplate={"LaunchTemplateId": template, "Version": "1"},
    )
    assert "LastLaunchedTime" not in ec2.describe_images(ImageIds=[image_id])["Images"][0]

    aws.ec2(clock_ahead_seconds=DAY + 60)

    assert "LastLaunchedTime" in ec2.describe_images(ImageIds=[image_id])["Images"][0]
