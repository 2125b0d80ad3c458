"""CopyImage: keys, tags, tokens, what it refuses, and what a copy's snapshots look like."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from .conftest import OTHER, client_of

Refused = Callable[..., AbstractContextManager[None]]
HERE, THERE = "ap-northeast-2", "us-west-2"


@pytest.fixture
def there(aws: LocalAws) -> EC2Client:
    """Give a client of the account in another region."""
    return aws.client("ec2", THERE)


@pytest.fixture
def image_id(ec2: EC2Client, instance: str) -> str:
    """Make an image of three snapshots, the one of 50 GiB encrypted."""
    return ec2.create_image(InstanceId=instance, Name="front-1", NoReboot=True)["ImageId"]


@pytest.fixture
def plain_image(ec2: EC2Client, plain_instance: str) -> str:
    """Make an image of one snapshot, not encrypted."""
    return ec2.create_image(InstanceId=plain_instance, Name="plain-1", NoReboot=True)["ImageId"]


def copy(ec2: EC2Client, image_id: str, name: str = "copy-1", **arguments: Any) -> str:  # noqa: ANN401 - of boto3
    """Copy an image of the first region."""
    return ec2.copy_image(**{"SourceImageId": image_id, "SourceRegion": HERE, "Name": name, **arguments})["ImageId"]


def snapshots(ec2: EC2Client) -> list[Any]:
    """Give the account's snapshots, the smallest first."""
    return sorted(ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"], key=lambda one: one["VolumeSize"])


def keys(ec2: EC2Client) -> list[str | None]:
    """Give the key of each snapshot, the smallest first."""
    return [one.get("KmsKeyId") for one in snapshots(ec2)]


def tags(ec2: EC2Client, resource_id: str) -> dict[str, str]:
    """Give the tags of a resource."""
    found = ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [resource_id]}])["Tags"]
    return {tag["Key"]: tag["Value"] for tag in found}


def test_an_encrypted_snapshot_is_copied_under_the_default_key_of_its_new_region(
    ec2: EC2Client, there: EC2Client, image_id: str
) -> None:
    """Not under the key of the old one; the others stay unencrypted."""
    copied = copy(there, image_id)

    *plain, key = keys(there)
    assert plain == [None, None]
    assert key is not None
    assert key.startswith(f"arn:aws:kms:{THERE}:")
    assert key != keys(ec2)[-1]
    mappings = there.describe_images(ImageIds=[copied])["Images"][0]["BlockDeviceMappings"]
    assert {m["Ebs"]["VolumeSize"]: m["Ebs"]["Encrypted"] for m in mappings if "Ebs" in m} == {
        8: False,
        20: False,
        50: True,
    }


@pytest.mark.parametrize("form", ["Arn", "KeyId", "alias"])
def test_a_copy_is_encrypted_under_the_key_that_is_named(
    aws: LocalAws, there: EC2Client, image_id: str, form: str
) -> None:
    """By ARN, id or alias; all snapshots of it."""
    kms = aws.client("kms", THERE)
    key = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName="alias/web", TargetKeyId=key["KeyId"])

    copied = copy(there, image_id, Encrypted=True, KmsKeyId={**key, "alias": "alias/web"}[form])

    assert keys(there) == [key["Arn"]] * 3
    assert there.describe_images(ImageIds=[copied])["Images"][0]["State"] == "available"


def test_a_copy_fails_under_a_key_that_its_region_has_not(
    aws: LocalAws, there: EC2Client, image_id: str, refused: Refused
) -> None:
    """EC2 takes the call, and finds out later."""
    elsewhere = aws.client("kms", HERE).create_key()["KeyMetadata"]["Arn"]

    copied = copy(there, image_id, Encrypted=True, KmsKeyId=elsewhere)

    image = there.describe_images(ImageIds=[copied])["Images"][0]
    assert (image["State"], image["StateReason"]["Message"]) == ("failed", "Given key ID is not accessible")
    assert {(one["State"], one["StateMessage"]) for one in snapshots(there)} == {
        ("error", "Given key ID is not accessible")
    }
    with refused("InvalidAMIID.Unavailable"):
        there.run_instances(ImageId=copied, MinCount=1, MaxCount=1)


def test_encryption_is_added_and_not_taken_away(
    ec2: EC2Client, there: EC2Client, image_id: str, plain_image: str, refused: Refused
) -> None:
    """And a key is for what is to be encrypted."""
    encrypted = ec2.describe_snapshots(Filters=[{"Name": "encrypted", "Values": ["true"]}])["Snapshots"][0]
    with refused("InvalidRequest", f"Snapshot {encrypted['SnapshotId']} is encrypted. Creating unencrypted copy"):
        copy(there, image_id, Encrypted=False)
    with refused("InvalidParameterDependency", "KmsKeyId"):
        copy(there, plain_image, KmsKeyId="alias/aws/ebs")
    assert snapshots(there) == []

    copy(there, plain_image, Encrypted=False)
    copy(there, plain_image, "copy-2", Encrypted=True)

    assert [one["Encrypted"] for one in snapshots(there)] == [False, True]


def test_a_copy_of_a_snapshot_keeps_to_the_same_rules(
    aws: LocalAws, ec2: EC2Client, there: EC2Client, image_id: str, refused: Refused
) -> None:
    """CopySnapshot alone, too."""
    small, _, large = [one["SnapshotId"] for one in snapshots(ec2)]
    assert image_id
    key = aws.client("kms", THERE).create_key()["KeyMetadata"]["Arn"]
    with refused("InvalidRequest", large):
        there.copy_snapshot(SourceSnapshotId=large, SourceRegion=HERE, Encrypted=False)

    there.copy_snapshot(SourceSnapshotId=small, SourceRegion=HERE, Encrypted=True, KmsKeyId=key)
    there.copy_snapshot(SourceSnapshotId=large, SourceRegion=HERE)

    first, second = keys(there)
    assert first == key
    assert second is not None
    assert second.startswith(f"arn:aws:kms:{THERE}:")


def test_tags_of_the_image_are_copied_if_asked(ec2: EC2Client, there: EC2Client, plain_image: str) -> None:
    """Tags that are given go before; those of the snapshots are never copied."""
    (source,) = snapshots(ec2)
    ec2.create_tags(Resources=[plain_image, source["SnapshotId"]], Tags=[{"Key": "Name", "Value": "x"}])
    given: Any = [{"ResourceType": "image", "Tags": [{"Key": "Name", "Value": "y"}]}]

    plain = copy(there, plain_image)
    with_tags = copy(there, plain_image, "copy-2", CopyImageTags=True)
    with_both = copy(there, plain_image, "copy-3", CopyImageTags=True, TagSpecifications=given)

    assert [tags(there, one) for one in (plain, with_tags, with_both)] == [{}, {"Name": "x"}, {"Name": "y"}]
    assert [tags(there, one["SnapshotId"]) for one in snapshots(there)] == [{}, {}, {}]


def test_a_client_token_makes_one_copy(there: EC2Client, plain_image: str, refused: Refused) -> None:
    """Another request with it is refused."""
    first = copy(there, plain_image, ClientToken="once")

    assert copy(there, plain_image, ClientToken="once") == first
    with refused("IdempotentParameterMismatch"):
        copy(there, plain_image, "copy-2", ClientToken="once")

    assert len(snapshots(there)) == 1
    assert copy(there, plain_image, "copy-2", ClientToken="again") != first


def test_a_source_has_to_be_available_and_in_a_region_of_ec2(
    aws: LocalAws, ec2: EC2Client, there: EC2Client, instance: str, plain_image: str, refused: Refused
) -> None:
    """Nothing is made otherwise."""
    aws.hold_next_image()
    pending = ec2.create_image(InstanceId=instance, Name="front-2", NoReboot=True)["ImageId"]

    with refused("InvalidAMIID.Unavailable", pending):
        copy(there, pending)
    with refused("InvalidParameterValue", "nowhere-1"):
        copy(there, plain_image, SourceRegion="nowhere-1")
    with refused("InvalidAMIID.NotFound", plain_image):
        copy(there, plain_image, SourceRegion=THERE)
    with refused("InvalidAMIName.Malformed"):
        copy(there, plain_image, "copy#1")

    assert there.describe_images(Owners=["self"])["Images"] == snapshots(there) == []


def test_twenty_snapshots_are_copied_to_a_region_at_a_time(
    aws: LocalAws, ec2: EC2Client, there: EC2Client, image_id: str, refused: Refused
) -> None:
    """Each copy has three here; another region has its own limit."""
    aws.settings(pending_seconds=600)
    held = [copy(there, image_id, f"copy-{number}") for number in range(6)]

    with refused("ResourceLimitExceeded", "The limit is 20"):
        copy(there, image_id, "copy-7")
    copy(ec2, image_id, "copy-7")

    aws.finish_image(held[0])
    copy(there, image_id, "copy-7")


def test_a_copy_takes_its_time_while_its_snapshots_show_how_far_it_is(
    aws: LocalAws, there: EC2Client, image_id: str
) -> None:
    """It stands still half-way here, until it is let go."""
    aws.hold_next_image(region=THERE)
    aws.settings(pending_seconds=0)

    copied = copy(there, image_id)

    assert there.describe_images(ImageIds=[copied])["Images"][0]["State"] == "pending"
    assert {(one["State"], one["Progress"]) for one in snapshots(there)} == {("pending", "55%")}
    aws.finish_image(copied)
    assert there.describe_images(ImageIds=[copied])["Images"][0]["State"] == "available"
    assert {(one["State"], one["Progress"]) for one in snapshots(there)} == {("completed", "100%")}


def test_a_copy_fails_in_the_region_that_was_told_to(
    aws: LocalAws, ec2: EC2Client, there: EC2Client, instance: str, image_id: str
) -> None:
    """An image, and a copy in another region, are made meanwhile; the next copy there is good again."""
    aws.fail_next_image("no capacity", region=THERE)
    made = ec2.create_image(InstanceId=instance, Name="front-2", NoReboot=True)["ImageId"]

    here, failed, good = copy(ec2, image_id), copy(there, image_id), copy(there, image_id, "copy-2")

    states = [one["State"] for one in ec2.describe_images(ImageIds=[made, here])["Images"]]
    image = there.describe_images(ImageIds=[failed])["Images"][0]
    assert (image["State"], image["StateReason"]["Message"]) == ("failed", "no capacity")
    assert [*states, there.describe_images(ImageIds=[good])["Images"][0]["State"]] == ["available"] * 3
    assert [one["State"] for one in snapshots(there)].count("error") == 3


def test_the_snapshots_of_a_copy_say_where_they_come_from(ec2: EC2Client, there: EC2Client, plain_image: str) -> None:
    """And have no volume of the account's."""
    (source,) = snapshots(ec2)

    copied = copy(there, plain_image)

    (one,) = snapshots(there)
    start = (
        f"Copied for DestinationAmi {copied} from SourceAmi {plain_image} for SourceSnapshot {source['SnapshotId']}. "
    )
    assert one["Description"].startswith(start)
    assert re.fullmatch(r"Task created on \d(,\d{3}){4}\.", one["Description"].removeprefix(start))
    assert one["VolumeId"] == "vol-ffffffff"


def test_a_copy_may_have_the_name_of_another_image_unless_the_settings_say_otherwise(
    aws: LocalAws, ec2: EC2Client, instance: str, plain_image: str, refused: Refused
) -> None:
    """CreateImage refuses the name until all that have it are gone."""
    copied = copy(ec2, plain_image, "plain-1")
    names = [image["Name"] for image in ec2.describe_images(Owners=["self"])["Images"]]
    assert names == ["plain-1", "plain-1"]
    aws.ec2(copies_refuse_taken_names=True)
    with refused("InvalidAMIName.Duplicate"):
        copy(ec2, plain_image, "plain-1")

    ec2.deregister_image(ImageId=plain_image)
    with refused("InvalidAMIName.Duplicate", copied):
        ec2.create_image(InstanceId=instance, Name="plain-1", NoReboot=True)
    ec2.deregister_image(ImageId=copied)

    ec2.create_image(InstanceId=instance, Name="plain-1", NoReboot=True)


def test_a_shared_image_is_copied_once_its_snapshots_are_shared_too(
    ec2: EC2Client, other: EC2Client, plain_image: str, refused: Refused
) -> None:
    """Then the copy is the other account's, with only those tags that its owner shares."""
    shared: Any = [{"Key": "ec2:SharedTag/team", "Value": "web"}, {"Key": "Name", "Value": "x"}]
    ec2.create_tags(Resources=[plain_image], Tags=shared)
    with refused("InvalidAMIID.NotFound"):
        copy(other, plain_image)
    ec2.modify_image_attribute(ImageId=plain_image, LaunchPermission={"Add": [{"UserId": OTHER}]})
    with refused("InvalidRequest", "storage of this ami"):
        copy(other, plain_image)
    (source,) = snapshots(ec2)
    ec2.modify_snapshot_attribute(SnapshotId=source["SnapshotId"], OperationType="add", UserIds=[OTHER])

    copied = copy(other, plain_image, CopyImageTags=True)

    (own,) = snapshots(other)
    assert own["OwnerId"] == other.describe_images(ImageIds=[copied])["Images"][0]["OwnerId"] == OTHER
    assert tags(other, copied) == {"ec2:SharedTag/team": "web"}


def test_what_is_shared_with_one_account_is_nothing_to_a_third(
    aws: LocalAws, ec2: EC2Client, other: EC2Client, plain_image: str, refused: Refused
) -> None:
    """It finds, launches and copies neither image nor snapshot."""
    (source,) = snapshots(ec2)
    ec2.modify_image_attribute(ImageId=plain_image, LaunchPermission={"Add": [{"UserId": OTHER}]})
    ec2.modify_snapshot_attribute(SnapshotId=source["SnapshotId"], OperationType="add", UserIds=[OTHER])
    third: EC2Client = client_of(aws, "333333333333", "ec2")

    seen = [
        (
            [image["ImageId"] for image in one.describe_images(ExecutableUsers=["self"])["Images"]],
            len(one.describe_snapshots(RestorableByUserIds=["self"])["Snapshots"]),
        )
        for one in (other, third)
    ]

    assert seen == [([plain_image], 1), ([], 0)]
    with refused("AuthFailure", plain_image):
        third.run_instances(ImageId=plain_image, MinCount=1, MaxCount=1)
    with refused("InvalidAMIID.NotFound"):
        copy(third, plain_image)
    with refused("InvalidSnapshot.NotFound"):
        third.copy_snapshot(SourceSnapshotId=source["SnapshotId"], SourceRegion=HERE)


def test_a_copy_of_a_public_image_has_snapshots_of_the_account(ec2: EC2Client, public_image: str) -> None:
    """Which can be described and deleted, where the publisher's can't."""
    copied = copy(ec2, public_image)

    (own,) = snapshots(ec2)
    ec2.run_instances(ImageId=copied, MinCount=1, MaxCount=1)
    results = ec2.deregister_image(ImageId=copied, DeleteAssociatedSnapshots=True)["DeleteSnapshotResults"]
    assert results == [{"SnapshotId": own["SnapshotId"], "ReturnCode": "success"}]


def test_an_image_with_an_archived_snapshot_is_not_copied(
    ec2: EC2Client, there: EC2Client, plain_image: str, refused: Refused
) -> None:
    """Until it is restored."""
    (source,) = snapshots(ec2)
    ec2.disable_image(ImageId=plain_image)
    ec2.modify_snapshot_tier(SnapshotId=source["SnapshotId"], StorageTier="archive")
    with refused("InvalidAMIID.Unavailable"):
        copy(there, plain_image)
    ec2.enable_image(ImageId=plain_image)
    with refused("IncorrectState", source["SnapshotId"]):
        copy(there, plain_image)

    ec2.restore_snapshot_tier(SnapshotId=source["SnapshotId"], PermanentRestore=True)

    copy(there, plain_image)
