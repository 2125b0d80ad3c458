"""Snapshots: who needs them, what they keep, how they are found."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

Refused = Callable[..., AbstractContextManager[None]]

ZONE = "ap-northeast-2a"


def test_a_snapshot_that_an_image_refers_to_is_not_deleted(ec2: EC2Client, instance: str, refused: Refused) -> None:
    """Row 13: by any mapping, of any of several images, however the image was made."""
    image_id = ec2.create_image(InstanceId=instance, Name="front-1")["ImageId"]
    snapshots = [one["SnapshotId"] for one in ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]]
    assert len(snapshots) == 3
    for snapshot_id in snapshots:
        with refused("InvalidSnapshot.InUse", f"The snapshot {snapshot_id} is currently in use by {image_id}"):
            ec2.delete_snapshot(SnapshotId=snapshot_id)
    other = ec2.register_image(
        Name="front-2",
        RootDeviceName="/dev/sda1",
        BlockDeviceMappings=[{"DeviceName": "/dev/sda1", "Ebs": {"SnapshotId": snapshots[0]}}],
    )["ImageId"]

    ec2.deregister_image(ImageId=image_id)

    with refused("InvalidSnapshot.InUse", other):
        ec2.delete_snapshot(SnapshotId=snapshots[0])
    ec2.delete_snapshot(SnapshotId=snapshots[1])


def test_a_missing_snapshot_is_named(ec2: EC2Client, refused: Refused) -> None:
    """Row 14: moto's text is empty."""
    text = "The snapshot 'snap-12345678' does not exist."
    with refused("InvalidSnapshot.NotFound", text):
        ec2.delete_snapshot(SnapshotId="snap-12345678")
    with refused("InvalidSnapshot.NotFound", text):
        ec2.describe_snapshots(SnapshotIds=["snap-12345678"])
    with refused("InvalidSnapshot.NotFound", text):
        ec2.create_tags(Resources=["snap-12345678"], Tags=[{"Key": "a", "Value": "b"}])
    with refused("InvalidParameterValue", "Value (foo) for parameter snapshotId is invalid. Expected: 'snap-...'."):
        ec2.delete_snapshot(SnapshotId="foo")


def test_a_deleted_snapshot_loses_its_tags(ec2: EC2Client) -> None:
    """Row 15: of a volume, too."""
    volume = ec2.create_volume(AvailabilityZone=ZONE, Size=1)["VolumeId"]
    snapshot_id = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    ec2.create_tags(Resources=[snapshot_id, volume], Tags=[{"Key": "Name", "Value": "x"}])

    ec2.delete_snapshot(SnapshotId=snapshot_id)
    assert [tag["ResourceId"] for tag in ec2.describe_tags()["Tags"]] == [volume]

    ec2.delete_volume(VolumeId=volume)
    assert ec2.describe_tags()["Tags"] == []


def test_a_snapshot_of_an_encrypted_volume_has_its_key(ec2: EC2Client) -> None:
    """Row 12: and a volume made of the snapshot, too."""
    volume = ec2.create_volume(AvailabilityZone=ZONE, Size=1, Encrypted=True)
    snapshot_id = ec2.create_snapshot(VolumeId=volume["VolumeId"])["SnapshotId"]

    snapshot = ec2.describe_snapshots(SnapshotIds=[snapshot_id])["Snapshots"][0]
    again = ec2.create_volume(AvailabilityZone=ZONE, SnapshotId=snapshot_id)

    key = volume["KmsKeyId"]
    assert key.startswith("arn:aws:kms:ap-northeast-2:")
    assert (snapshot["Encrypted"], snapshot["KmsKeyId"]) == (True, key)
    assert (again["Encrypted"], again["KmsKeyId"]) == (True, key)


def test_the_key_that_ebs_takes_by_itself_is_one_that_aws_manages(aws: LocalAws, ec2: EC2Client) -> None:
    """DescribeKey tells it from a key of the account's own."""
    kms = aws.client("kms")
    own = kms.create_key()["KeyMetadata"]["Arn"]
    default = ec2.create_volume(Size=1, AvailabilityZone=ZONE, Encrypted=True)["KmsKeyId"]

    managers = [kms.describe_key(KeyId=key)["KeyMetadata"]["KeyManager"] for key in (default, own)]

    assert managers == ["AWS", "CUSTOMER"]


def test_a_gp3_volume_has_its_throughput(ec2: EC2Client) -> None:
    """Row 12: 125 MiB/s unless asked otherwise."""
    plain = ec2.create_volume(AvailabilityZone=ZONE, Size=1, VolumeType="gp3")
    fast = ec2.create_volume(AvailabilityZone=ZONE, Size=1, VolumeType="gp3", Throughput=300)
    old = ec2.create_volume(AvailabilityZone=ZONE, Size=1, VolumeType="gp2")

    assert [one.get("Throughput") for one in (plain, fast, old)] == [125, 300, None]


def test_snapshots_are_found_by_owner_and_filter(ec2: EC2Client, instance: str, refused: Refused) -> None:
    """Owner, id, state, size, tags; a filter that EC2 hasn't is refused."""
    ec2.create_image(InstanceId=instance, Name="front-1")
    every = ec2.describe_snapshots()["Snapshots"]
    tagged = every[0]["SnapshotId"]
    ec2.create_tags(Resources=[tagged], Tags=[{"Key": "Name", "Value": "front-1(001)"}])

    def found(name: str, *values: str) -> list[int]:
        snapshots = ec2.describe_snapshots(Filters=[{"Name": name, "Values": list(values)}])["Snapshots"]
        return sorted(one["VolumeSize"] for one in snapshots)

    assert found("owner-id", "123456789012") == found("status", "completed") == [8, 20, 50]
    assert found("volume-size", "8", "50") == [8, 50]
    assert found("encrypted", "true") == [50]
    assert found("description", f"Created by CreateImage({instance})*") == [8, 20, 50]
    assert found("snapshot-id", tagged, "snap-12345678") == found("tag:Name", "front-1(*)") == [8]
    assert found("tag-key", "Nam?") == [8]
    assert ec2.describe_snapshots(OwnerIds=["999999999999"])["Snapshots"] == []
    with refused("InvalidParameterValue", "The filter 'colour' is invalid"):
        found("colour", "red")


def test_snapshots_come_in_pages(ec2: EC2Client, refused: Refused) -> None:
    """5 to 1,000 a page."""
    volume = ec2.create_volume(AvailabilityZone=ZONE, Size=1)["VolumeId"]
    made = [ec2.create_snapshot(VolumeId=volume)["SnapshotId"] for _ in range(7)]

    pages = list(ec2.get_paginator("describe_snapshots").paginate(PaginationConfig={"PageSize": 5}))

    assert [[one["SnapshotId"] for one in page["Snapshots"]] for page in pages] == [made[:5], made[5:]]
    with refused("InvalidParameterValue", "maxResults"):
        ec2.describe_snapshots(MaxResults=4)
    with refused("InvalidParameterValue", "maxResults"):
        ec2.describe_snapshots(SnapshotIds=made[:1], MaxResults=5)
