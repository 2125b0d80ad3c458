"""Images under a key of the account that are shared: what another account can do depends on the key's policy."""

import json
from typing import Any

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from .conftest import OTHER, client_of

HERE = "ap-northeast-2"
ORGANIZATION = "arn:aws:organizations::123456789012:organization/o-123example"
UNIT = "arn:aws:organizations::123456789012:ou/o-123example/ou-ab12-33333333"
ACTIONS = ["kms:DescribeKey", "kms:CreateGrant", "kms:GenerateDataKey*", "kms:ReEncrypt*", "kms:Decrypt"]
ROOT = {"AWS": f"arn:aws:iam::{OTHER}:root"}
OF_UNIT = {
    "StringEquals": {"aws:PrincipalOrgID": "o-123example"},
    "ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": ["o-123example/r-ab12/ou-ab12-33333333/*"]},
}


@pytest.fixture
def key(aws: LocalAws) -> str:
    """Make a key of which no other account may do anything."""
    return str(aws.client("kms").create_key()["KeyMetadata"]["Arn"])


@pytest.fixture
def image_id(ec2: EC2Client, plain_instance: str, key: str) -> str:
    """Make an image with an encrypted snapshot, and share both with the other account."""
    volume = ec2.create_volume(AvailabilityZone=f"{HERE}a", Size=1, Encrypted=True, KmsKeyId=key)["VolumeId"]
    ec2.attach_volume(VolumeId=volume, InstanceId=plain_instance, Device="/dev/sdf")
    image_id = ec2.create_image(InstanceId=plain_instance, Name="front-1", NoReboot=True)["ImageId"]
    ec2.modify_image_attribute(ImageId=image_id, LaunchPermission={"Add": [{"UserId": OTHER}]})
    for snapshot in ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]:
        ec2.modify_snapshot_attribute(SnapshotId=snapshot["SnapshotId"], OperationType="add", UserIds=[OTHER])
    return image_id


def allow(aws: LocalAws, key: str, principal: object, **more: Any) -> None:  # noqa: ANN401 - parts of a statement
    """Add a statement to the key's policy."""
    kms = aws.client("kms")
    document = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    statement = {"Effect": "Allow", "Principal": principal, "Action": ACTIONS, "Resource": "*", **more}
    document["Statement"].append(statement)
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(document))


def launched(ec2: EC2Client, image_id: str) -> tuple[str, str | None]:
    """Launch, and give the state of the instance and why it has it."""
    made = ec2.run_instances(ImageId=image_id, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    instance = ec2.describe_instances(InstanceIds=[made])["Reservations"][0]["Instances"][0]
    return instance["State"]["Name"], instance.get("StateReason", {}).get("Code")


def copied(ec2: EC2Client, image_id: str) -> tuple[str, str | None]:
    """Copy, and give the state of the copy and why it has it."""
    made = ec2.copy_image(SourceImageId=image_id, SourceRegion=HERE, Name="copy-1")["ImageId"]
    image = ec2.describe_images(ImageIds=[made])["Images"][0]
    return image["State"], image.get("StateReason", {}).get("Message")


def test_an_image_is_launched_and_copied_by_an_account_that_may_use_its_key(
    aws: LocalAws, other: EC2Client, image_id: str, key: str
) -> None:
    """Without the key, instance and copy fail, though the calls succeed."""
    assert launched(other, image_id) == ("terminated", "Client.InternalError")
    assert copied(other, image_id) == ("failed", "Given key ID is not accessible")

    allow(aws, key, ROOT)

    assert launched(other, image_id)[0] == "running"
    assert copied(other, image_id) == ("available", None)
    encrypted = other.describe_snapshots(OwnerIds=["self"], Filters=[{"Name": "status", "Values": ["completed"]}])
    assert key not in {one.get("KmsKeyId") for one in encrypted["Snapshots"]}


def test_a_group_has_no_healthy_instance_of_an_image_whose_key_its_account_may_not_use(
    aws: LocalAws, other: EC2Client, image_id: str
) -> None:
    """So that a rollout to it does not end well."""
    groups = client_of(aws, OTHER, "autoscaling")
    other.create_launch_template(
        LaunchTemplateName="front", LaunchTemplateData={"ImageId": image_id, "InstanceType": "t3.micro"}
    )

    groups.create_auto_scaling_group(
        AutoScalingGroupName="front",
        LaunchTemplate={"LaunchTemplateName": "front"},
        MinSize=1,
        MaxSize=2,
        AvailabilityZones=[f"{HERE}a"],
    )
    groups.start_instance_refresh(AutoScalingGroupName="front")

    (group,) = groups.describe_auto_scaling_groups()["AutoScalingGroups"]
    (refresh,) = groups.describe_instance_refreshes(AutoScalingGroupName="front")["InstanceRefreshes"]
    assert {one["HealthStatus"] for one in group["Instances"]} == {"Unhealthy"}
    assert refresh["Status"] == "InProgress"


@pytest.mark.parametrize(
    ("statement", "state"),
    [
        ({"principal": {"AWS": OTHER}}, "running"),
        ({"principal": {"AWS": [f"arn:aws:iam::{OTHER}:role/deploy"]}}, "running"),
        ({"principal": {"AWS": "arn:aws:iam::333333333333:root"}}, "terminated"),
        ({"principal": ROOT, "Action": ["kms:DescribeKey", "kms:Decrypt"]}, "terminated"),
        ({"principal": "*", "Condition": {"StringEquals": {"kms:CallerAccount": OTHER}}}, "running"),
        ({"principal": "*", "Condition": {"StringEquals": {"kms:CallerAccount": "333333333333"}}}, "terminated"),
        ({"principal": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-123example"}}}, "running"),
        ({"principal": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-others"}}}, "terminated"),
        ({"principal": "*", "Condition": OF_UNIT}, "running"),
    ],
)
def test_the_policy_of_a_key_names_accounts_organizations_and_units(
    aws: LocalAws, other: EC2Client, image_id: str, key: str, statement: dict[str, Any], state: str
) -> None:
    """And all that reading a snapshot needs."""
    aws.ec2(organizations={ORGANIZATION: [OTHER], UNIT: [OTHER]})

    allow(aws, key, **statement)

    assert launched(other, image_id)[0] == state


def test_a_snapshot_is_copied_by_an_account_that_may_use_its_key(
    aws: LocalAws, ec2: EC2Client, other: EC2Client, image_id: str, key: str
) -> None:
    """Otherwise the copy ends in an error."""
    assert image_id
    (source,) = ec2.describe_snapshots(Filters=[{"Name": "encrypted", "Values": ["true"]}])["Snapshots"]

    def state() -> str:
        made = other.copy_snapshot(SourceSnapshotId=source["SnapshotId"], SourceRegion=HERE)["SnapshotId"]
        return other.describe_snapshots(SnapshotIds=[made])["Snapshots"][0]["State"]

    before = state()
    allow(aws, key, ROOT)

    assert (before, state()) == ("error", "completed")


def test_the_owner_uses_an_image_whatever_the_policy_of_its_key_says_to_others(ec2: EC2Client, image_id: str) -> None:
    """Launch and copy."""
    assert launched(ec2, image_id)[0] == "running"
    assert copied(ec2, image_id) == ("available", None)
