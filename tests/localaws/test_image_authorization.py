"""Calls about images and snapshots by a key with a policy: by action, by resource, and by the tags of that."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from mypy_boto3_ec2 import EC2Client

from tests.account import launch

from .conftest import Restrict

HERE = "ap-northeast-2"
ARN = f"arn:aws:ec2:{HERE}::"
OURS = {"StringEquals": {"aws:ResourceTag/stack": "ours"}}
LATER = datetime.now(UTC) + timedelta(days=9)


@pytest.fixture
def images(ec2: EC2Client) -> tuple[str, str]:
    """Make two images, of which the first and its snapshot are ours by a tag."""
    instance = launch(ec2)
    tagged = [{"Key": "stack", "Value": "ours"}]
    given: Any = [{"ResourceType": kind, "Tags": tagged} for kind in ("image", "snapshot")]
    ours = ec2.create_image(InstanceId=instance, Name="ours-1", NoReboot=True, TagSpecifications=given)["ImageId"]
    return ours, ec2.create_image(InstanceId=instance, Name="theirs-1", NoReboot=True)["ImageId"]


def snapshot_of(ec2: EC2Client, image_id: str) -> str:
    """Give the snapshot behind the root of an image."""
    image = ec2.describe_images(ImageIds=[image_id], IncludeDisabled=True)["Images"][0]
    return image["BlockDeviceMappings"][0]["Ebs"]["SnapshotId"]


def outcome(call: Callable[..., object], **arguments: object) -> str:
    """Give what was refused on which resource; an empty text for a call that was let through, whatever it said then."""
    try:
        call(**arguments)
    except ClientError as error:
        text = error.response["Error"]["Message"]
        return text.partition("is not authorized to perform: ")[2].partition(" because")[0]
    return ""


ON_IMAGES: list[tuple[str, dict[str, Any]]] = [
    ("DisableImage", {}),
    ("EnableImage", {}),
    ("EnableImageDeregistrationProtection", {}),
    ("DisableImageDeregistrationProtection", {}),
    ("EnableImageDeprecation", {"DeprecateAt": LATER}),
    ("DescribeImageAttribute", {"Attribute": "launchPermission"}),
    ("ModifyImageAttribute", {"LaunchPermission": {"Remove": [{"Group": "all"}]}}),
    ("ResetImageAttribute", {"Attribute": "launchPermission"}),
    ("RestoreImageFromRecycleBin", {}),
    ("DeregisterImage", {}),
]
ON_SNAPSHOTS: list[tuple[str, dict[str, Any]]] = [
    ("LockSnapshot", {"LockMode": "governance", "LockDuration": 1}),
    ("UnlockSnapshot", {}),
    ("ModifySnapshotTier", {"StorageTier": "archive"}),
    ("RestoreSnapshotTier", {"PermanentRestore": True}),
    ("DescribeSnapshotAttribute", {"Attribute": "createVolumePermission"}),
    ("ModifySnapshotAttribute", {"OperationType": "remove", "GroupNames": ["all"]}),
    ("ResetSnapshotAttribute", {"Attribute": "createVolumePermission"}),
    ("RestoreSnapshotFromRecycleBin", {}),
    ("DeleteSnapshot", {}),
]


def method(ec2: EC2Client, action: str) -> Callable[..., object]:
    """Give the method of a client for an action."""
    names = {ec2.meta.method_to_api_mapping[name]: name for name in ec2.meta.method_to_api_mapping}
    found: Callable[..., object] = getattr(ec2, names[action])
    return found


@pytest.mark.parametrize(
    ("kind", "action", "arguments"),
    [("image", *one) for one in ON_IMAGES] + [("snapshot", *one) for one in ON_SNAPSHOTS],
)
def test_a_call_on_one_resource_is_denied_by_action_resource_and_tag(
    ec2: EC2Client, restrict: Restrict, images: tuple[str, str], kind: str, action: str, arguments: dict[str, Any]
) -> None:
    """And let through where all three fit."""
    ours, theirs = images if kind == "image" else [snapshot_of(ec2, one) for one in images]
    call, parameter = method(ec2, action), f"{kind.title()}Id"
    first, second = {parameter: ours, **arguments}, {parameter: theirs, **arguments}

    restrict(("ec2:CreateImage", "*", {}))
    assert outcome(call, **first) == f"ec2:{action} on resource: {ARN}{kind}/{ours}"
    restrict((f"ec2:{action}", f"{ARN}{kind}/{theirs}", {}))
    assert outcome(call, **first) == f"ec2:{action} on resource: {ARN}{kind}/{ours}"
    restrict((f"ec2:{action}", f"{ARN}{kind}/*", OURS))
    assert outcome(call, **second) == f"ec2:{action} on resource: {ARN}{kind}/{theirs}"

    assert outcome(call, **first) == ""


@pytest.mark.parametrize(
    ("action", "arguments", "resource"),
    [
        ("GetAllowedImagesSettings", {}, "*"),
        ("DisableAllowedImagesSettings", {}, "*"),
        ("EnableAllowedImagesSettings", {"AllowedImagesSettingsState": "enabled"}, "*"),
        ("ReplaceImageCriteriaInAllowedImagesSettings", {"ImageCriteria": []}, "*"),
        ("DescribeLockedSnapshots", {}, "*"),
        ("DescribeImageReferences", {"ImageIds": ["ami-12345678"], "IncludeAllResourceTypes": True}, "*"),
        ("ListImagesInRecycleBin", {}, f"{ARN}image/*"),
        ("ListImagesInRecycleBin", {"ImageIds": ["ami-12345678"]}, f"{ARN}image/ami-12345678"),
        ("ListSnapshotsInRecycleBin", {}, f"{ARN}snapshot/*"),
        ("ListSnapshotsInRecycleBin", {"SnapshotIds": ["snap-12345678"]}, f"{ARN}snapshot/snap-12345678"),
    ],
)
def test_a_call_on_many_or_none_is_denied_by_its_action(
    ec2: EC2Client, restrict: Restrict, action: str, arguments: dict[str, Any], resource: str
) -> None:
    """And let through with it."""
    call = method(ec2, action)
    restrict(("ec2:CreateImage", "*", {}))
    assert outcome(call, **arguments) == f"ec2:{action} on resource: {resource}"

    restrict(
        (f"ec2:{action}", resource, {}), ("ec2:Describe*", "*", {}), ("ssm:*", "*", {}), ("imagebuilder:*", "*", {})
    )

    assert outcome(call, **arguments) == ""


def test_references_need_what_is_read_for_them(ec2: EC2Client, restrict: Restrict) -> None:
    """As calls that EC2 does for the caller."""
    via = {"ForAnyValue:StringEquals": {"aws:CalledVia": ["ec2-images.amazonaws.com"]}}
    asked = {"ImageIds": ["ami-12345678"], "IncludeAllResourceTypes": True}
    restrict(("ec2:DescribeImageReferences", "*", {}))
    assert outcome(ec2.describe_image_references, **asked) == "ec2:DescribeInstances on resource: *"

    restrict(("ec2:DescribeImageReferences", "*", {}), ("*", "*", via))

    assert outcome(ec2.describe_image_references, **asked) == ""
    assert outcome(ec2.describe_instances) == "ec2:DescribeInstances on resource: *"


def test_a_copy_is_authorized_with_its_source_and_the_tags_of_the_request(
    ec2: EC2Client, restrict: Restrict, images: tuple[str, str]
) -> None:
    """Policies that demand tags at creation refuse one without; CreateTags is asked too."""
    ours, theirs = images
    tagged = {"StringEquals": {"aws:RequestTag/stack": "ours"}}
    restrict(
        ("ec2:CopyImage", f"{ARN}image/ami-*", OURS),
        ("ec2:CopyImage", f"{ARN}image/*", tagged),
        ("ec2:CopyImage", f"{ARN}snapshot/*", tagged),
        ("ec2:CreateTags", "*", {"StringEquals": {"ec2:CreateAction": "CopyImage"}}),
    )
    tags = [{"Key": "stack", "Value": "ours"}]
    order = {"SourceImageId": ours, "SourceRegion": HERE, "Name": "copy-1"}
    both = [{"ResourceType": kind, "Tags": tags} for kind in ("image", "snapshot")]

    assert outcome(ec2.copy_image, **order) == f"ec2:CopyImage on resource: {ARN}image/*"
    assert outcome(ec2.copy_image, **order, TagSpecifications=both[:1]) == f"ec2:CopyImage on resource: {ARN}snapshot/*"
    foreign = {**order, "SourceImageId": theirs}
    assert outcome(ec2.copy_image, **foreign) == f"ec2:CopyImage on resource: {ARN}image/{theirs}"
    assert outcome(ec2.copy_image, **order, TagSpecifications=both) == ""
