"""Images that DescribeImages hides: disabled, deprecated, and not allowed."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from mypy_boto3_ec2 import EC2Client
from mypy_boto3_ec2.type_defs import ImageCriterionRequestTypeDef
from snapnames.testing.localaws.server import LocalAws

from .conftest import OTHER

Refused = Callable[..., AbstractContextManager[None]]


def create(ec2: EC2Client, instance: str, name: str = "front-1") -> str:
    """Make an image."""
    return ec2.create_image(InstanceId=instance, Name=name, NoReboot=True)["ImageId"]


def found(ec2: EC2Client, *filters: tuple[str, str], **arguments: Any) -> list[str]:  # noqa: ANN401 - of boto3
    """Give the ids of the images that are found, and owned by a user."""
    wanted: Any = [{"Name": name, "Values": [value]} for name, value in filters]
    images = ec2.describe_images(Filters=wanted, **arguments)["Images"]
    return sorted(image["ImageId"] for image in images if image.get("ImageOwnerAlias") != "amazon")


def share(ec2: EC2Client, image_id: str) -> None:
    """Let the other account launch from an image."""
    ec2.modify_image_attribute(ImageId=image_id, LaunchPermission={"Add": [{"UserId": OTHER}]})


def test_a_disabled_image_loses_its_launch_permissions_for_good(
    ec2: EC2Client, other: EC2Client, plain_instance: str
) -> None:
    """And who had them no longer sees it, also after it is enabled again."""
    image_id = create(ec2, plain_instance)
    share(ec2, image_id)
    assert found(other) == [image_id]

    ec2.disable_image(ImageId=image_id)
    ec2.enable_image(ImageId=image_id)

    assert found(ec2) == [image_id]
    assert found(other) == []


def test_a_disabled_image_is_hidden_also_from_who_names_its_id(ec2: EC2Client, instance: str) -> None:
    """Unless disabled ones are included."""
    image_id = create(ec2, instance)
    ec2.disable_image(ImageId=image_id)

    assert found(ec2, ImageIds=[image_id]) == found(ec2, ("state", "disabled")) == []
    assert found(ec2, ImageIds=[image_id], IncludeDisabled=True) == [image_id]
    assert found(ec2, ("state", "disabled"), IncludeDisabled=True) == [image_id]


def test_the_snapshots_of_a_disabled_image_are_in_use(ec2: EC2Client, instance: str, refused: Refused) -> None:
    """As those of any other registered image."""
    image_id = create(ec2, instance)
    ec2.disable_image(ImageId=image_id)

    for snapshot in ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]:
        with refused("InvalidSnapshot.InUse", image_id):
            ec2.delete_snapshot(SnapshotId=snapshot["SnapshotId"])


@pytest.mark.parametrize("call", ["disable_image", "enable_image", "disable_image_deprecation", "deregister_image"])
def test_only_the_owner_changes_an_image(
    ec2: EC2Client, other: EC2Client, plain_instance: str, refused: Refused, call: str
) -> None:
    """Also when it is shared."""
    image_id = create(ec2, plain_instance)
    with refused("InvalidAMIID.NotFound", image_id):
        getattr(other, call)(ImageId=image_id)
    share(ec2, image_id)

    with refused("AuthFailure", f"Not authorized for image:{image_id}"):
        getattr(other, call)(ImageId=image_id)


def test_a_deprecated_image_is_hidden_from_others_but_not_from_its_owner(
    aws: LocalAws, ec2: EC2Client, other: EC2Client, plain_instance: str
) -> None:
    """From the deprecation date on; who knows the id still finds it and launches from it."""
    image_id = create(ec2, plain_instance)
    share(ec2, image_id)
    ec2.enable_image_deprecation(ImageId=image_id, DeprecateAt=datetime.now(UTC) + timedelta(days=2))
    assert found(other) == [image_id]

    aws.ec2(clock_ahead_seconds=3 * 24 * 3600)

    assert found(ec2) == [image_id]
    assert found(other) == []
    assert found(other, IncludeDeprecated=True) == found(other, ImageIds=[image_id]) == [image_id]
    assert other.run_instances(ImageId=image_id, MinCount=1, MaxCount=1)["Instances"]


def test_a_deprecation_date_in_the_past_is_refused(ec2: EC2Client, instance: str, refused: Refused) -> None:
    """The image stays as it was."""
    image_id = create(ec2, instance)

    with refused("InvalidParameterValue", "is in the past"):
        ec2.enable_image_deprecation(ImageId=image_id, DeprecateAt=datetime(2020, 1, 1, tzinfo=UTC))

    assert "DeprecationTime" not in ec2.describe_images(ImageIds=[image_id])["Images"][0]


def test_a_copy_shows_where_it_comes_from_and_no_instance(ec2: EC2Client, instance: str, public_image: str) -> None:
    """An image of CreateImage shows its instance, and the image of that."""
    image_id = create(ec2, instance)
    copied = ec2.copy_image(Name="copy-1", SourceImageId=image_id, SourceRegion="ap-northeast-2")["ImageId"]

    images = {one["ImageId"]: one for one in ec2.describe_images(Owners=["self"])["Images"]}

    shown = {
        key: tuple(one.get(member) for member in ("SourceInstanceId", "SourceImageId", "SourceImageRegion"))
        for key, one in images.items()
    }
    assert shown == {
        image_id: (instance, public_image, "ap-northeast-2"),
        copied: (None, image_id, "ap-northeast-2"),
    }
    assert found(ec2, ("source-instance-id", f"{instance[:6]}*")) == [image_id]
    assert found(ec2, ("source-image-id", f"{image_id[:-1]}?")) == [copied]


def test_filters_of_ec2_on_what_no_image_has_find_none(ec2: EC2Client, instance: str) -> None:
    """They are no wrong filters."""
    create(ec2, instance)

    for name in ("free-tier-eligible", "product-code", "product-code.type", "public-ssm-parameter-name", "ramdisk-id"):
        assert ec2.describe_images(Filters=[{"Name": name, "Values": ["*"]}])["Images"] == []


def test_all_images_are_allowed_at_first(ec2: EC2Client, instance: str, public_image: str) -> None:
    """And nothing is said of it."""
    image_id = create(ec2, instance)

    setting = ec2.get_allowed_images_settings()

    assert (setting["State"], setting.get("ImageCriteria", []), setting["ManagedBy"]) == ("disabled", [], "account")
    images = ec2.describe_images(
        ImageIds=[image_id, public_image], Filters=[{"Name": "image-allowed", "Values": ["true"]}]
    )
    assert [one.get("ImageAllowed") for one in images["Images"]] == [None, None]


@pytest.mark.parametrize(
    ("criterion", "allowed"),
    [
        ({"ImageProviders": ["amazon"]}, True),
        ({"ImageProviders": ["none"]}, False),
        ({"ImageProviders": ["amazon"], "ImageNames": ["ubuntu/*-2017????"]}, True),
        ({"ImageProviders": ["amazon"], "ImageNames": ["front-?"]}, False),
        ({"CreationDateCondition": {"MaximumDaysSinceCreated": 30}}, False),
        ({"DeprecationTimeCondition": {"MaximumDaysSinceDeprecated": 0}}, True),
        ({"MarketplaceProductCodes": ["abc"]}, False),
    ],
)
def test_an_image_of_another_has_to_meet_a_criterion(
    aws: LocalAws,
    ec2: EC2Client,
    instance: str,
    public_image: str,
    refused: Refused,
    criterion: ImageCriterionRequestTypeDef,
    *,
    allowed: bool,
) -> None:
    """Images of one's own need not; audit mode hides nothing, and says what would be hidden."""
    image_id = create(ec2, instance)
    aws.ec2(clock_ahead_seconds=31 * 24 * 3600)
    ec2.replace_image_criteria_in_allowed_images_settings(ImageCriteria=[criterion])
    ec2.enable_allowed_images_settings(AllowedImagesSettingsState="audit-mode")
    audited = ec2.describe_images(ImageIds=[image_id, public_image])["Images"]
    ec2.enable_allowed_images_settings(AllowedImagesSettingsState="enabled")

    enforced = ec2.describe_images(ImageIds=[image_id, public_image])["Images"]

    assert {one["ImageId"]: one["ImageAllowed"] for one in audited} == {image_id: True, public_image: allowed}
    wanted = {image_id: True, public_image: True} if allowed else {image_id: True}
    assert {one["ImageId"]: one["ImageAllowed"] for one in enforced} == wanted
    assert ec2.get_allowed_images_settings()["ImageCriteria"] == [criterion]
    if not allowed:
        with refused("InvalidAMIID.NotFound", public_image):
            ec2.run_instances(ImageId=public_image, MinCount=1, MaxCount=1)
    ec2.disable_allowed_images_settings()
    assert ec2.run_instances(ImageId=public_image, MinCount=1, MaxCount=1)["Instances"]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"clock": 1}, "ec2 has no setting 'clock'"),
        ({"clock_ahead_seconds": -1}, "ec2.clock_ahead_seconds is -1"),
        ({"copies_refuse_taken_names": 1}, "ec2.copies_refuse_taken_names is 1"),
        ({"organizations": {"arn": "1"}}, "ec2.organizations is"),
        ({"references": [{"ImageId": "ami-1"}]}, "ec2.references has"),
        ({"references": [{"ImageId": "a", "ResourceType": "ec2:Instance", "Arn": "b"}]}, "ec2.references has the type"),
    ],
)
def test_a_wrong_setting_of_images_is_refused_and_changes_nothing(
    aws: LocalAws, changes: dict[str, Any], text: str
) -> None:
    """What is not given stays as it was."""
    before = aws.ec2(image_retention_seconds=5)

    with pytest.raises(RuntimeError) as caught:
        aws.ec2(**changes)

    assert text in str(caught.value)
    assert aws.ec2() == before
    assert before["image_retention_seconds"] == 5
