"""An image's way from pending to available or failed, and what the server can be told about it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.control import ControlError
from snapnames.testing.localaws.server import LocalAws

Refused = Callable[..., AbstractContextManager[None]]


def image_of(ec2: EC2Client, image_id: str) -> dict[str, Any]:
    """Describe one image."""
    return dict(ec2.describe_images(ImageIds=[image_id])["Images"][0])


def test_an_image_is_pending_first_and_then_available(aws: LocalAws, ec2: EC2Client, instance: str) -> None:
    """Row 7: and on the way there progress grows, ids appear, and snapshots are completed before the image."""
    aws.settings(pending_seconds=3)
    image_id = ec2.create_image(InstanceId=instance, Name="front-1")["ImageId"]

    seen: list[tuple[set[int], str, set[bool], set[str]]] = []
    while not seen or seen[-1][1] != "available":
        image = image_of(ec2, image_id)
        snapshots = ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]
        percent = {int(one["Progress"].rstrip("%")) for one in snapshots}
        ids = {"SnapshotId" in one["Ebs"] for one in image["BlockDeviceMappings"] if "Ebs" in one}
        seen.append((percent, image["State"], ids, {one["State"] for one in snapshots}))

    assert {state for _, state, _, _ in seen} == {"pending", "available"}
    assert seen[0][1:] == ("pending", {False}, {"pending"})
    percents = [next(iter(percent)) for percent, *_ in seen]
    assert percents == sorted(percents)
    assert 0 <= percents[0] < 50 < percents[-1] == 100
    assert {(frozenset(ids), frozenset(snapshots)) for _, state, ids, snapshots in seen if state == "available"} == {
        (frozenset({True}), frozenset({"completed"}))
    }


def test_a_waiter_waits_for_a_pending_image(aws: LocalAws, ec2: EC2Client, instance: str) -> None:
    """Row 7: as boto3 and the provider wait."""
    aws.settings(pending_seconds=1.5)
    image_id = ec2.create_image(InstanceId=instance, Name="front-1")["ImageId"]
    assert image_of(ec2, image_id)["State"] == "pending"

    ec2.get_waiter("image_available").wait(ImageIds=[image_id], WaiterConfig={"Delay": 1, "MaxAttempts": 5})

    assert image_of(ec2, image_id)["State"] == "available"


def test_without_a_pending_time_an_image_is_available_at_once(ec2: EC2Client, instance: str) -> None:
    """Most tests don't want to wait."""
    image_id = ec2.create_image(InstanceId=instance, Name="front-1")["ImageId"]

    assert image_of(ec2, image_id)["State"] == "available"


def test_the_next_image_can_be_made_to_fail(aws: LocalAws, ec2: EC2Client, instance: str) -> None:
    """Row 7: with its reason; only the next one; its snapshots stay, in error."""
    aws.fail_next_image("Client.InternalError: no capacity")
    failed = ec2.create_image(InstanceId=instance, Name="front-1")["ImageId"]
    fine = ec2.create_image(InstanceId=instance, Name="front-2")["ImageId"]

    image = image_of(ec2, failed)
    assert image["State"] == "failed"
    assert image["StateReason"] == {"Code": "Client.InternalError", "Message": "Client.InternalError: no capacity"}
    ids = {one["Ebs"]["SnapshotId"] for one in image["BlockDeviceMappings"] if "Ebs" in one}
    snapshots = ec2.describe_snapshots(SnapshotIds=sorted(ids))["Snapshots"]
    assert {(one["State"], one["StateMessage"]) for one in snapshots} == {
        ("error", "Client.InternalError: no capacity")
    }
    assert "StateReason" not in image_of(ec2, fine)
    assert image_of(ec2, fine)["State"] == "available"


def test_a_failed_image_keeps_its_name_until_it_is_deregistered(
    aws: LocalAws, ec2: EC2Client, instance: str, refused: Refused
) -> None:
    """A failed image is still registered; then its snapshots are free, too."""
    aws.fail_next_image("no")
    failed = ec2.create_image(InstanceId=instance, Name="front-1")["ImageId"]
    snapshot = next(one["Ebs"]["SnapshotId"] for one in image_of(ec2, failed)["BlockDeviceMappings"] if "Ebs" in one)
    with refused("InvalidAMIName.Duplicate"):
        ec2.create_image(InstanceId=instance, Name="front-1")
    with refused("InvalidSnapshot.InUse"):
        ec2.delete_snapshot(SnapshotId=snapshot)

    ec2.deregister_image(ImageId=failed)

    ec2.delete_snapshot(SnapshotId=snapshot)
    ec2.create_image(InstanceId=instance, Name="front-1")


def test_an_image_can_be_held_and_finished(aws: LocalAws, ec2: EC2Client, instance: str) -> None:
    """Pending past any timeout, then available."""
    aws.hold_next_image()
    image_id = ec2.create_image(InstanceId=instance, Name="front-1")["ImageId"]
    assert image_of(ec2, image_id)["State"] == "pending"
    assert {one["State"] for one in ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]} == {"pending"}

    aws.finish_image(image_id)

    assert image_of(ec2, image_id)["State"] == "available"
    assert {one["State"] for one in ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]} == {"completed"}


def test_nothing_is_launched_from_an_image_that_is_not_available(
    aws: LocalAws, ec2: EC2Client, instance: str, refused: Refused
) -> None:
    """Pending and failed alike."""
    aws.hold_next_image()
    held = ec2.create_image(InstanceId=instance, Name="front-1")["ImageId"]
    aws.fail_next_image("no")
    failed = ec2.create_image(InstanceId=instance, Name="front-2")["ImageId"]

    for image_id in (held, failed):
        with refused("InvalidAMIID.Unavailable", f"The image ID '{image_id}' is not available"):
            ec2.run_instances(ImageId=image_id, MinCount=1, MaxCount=1)


def test_an_image_that_is_refused_uses_up_no_order(
    aws: LocalAws, ec2: EC2Client, instance: str, refused: Refused
) -> None:
    """The order waits for an image that is made."""
    aws.fail_next_image("no")
    with refused("InvalidAMIName.Malformed"):
        ec2.create_image(InstanceId=instance, Name="front#1")

    image_id = ec2.create_image(InstanceId=instance, Name="front-1")["ImageId"]

    assert image_of(ec2, image_id)["State"] == "failed"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"pending_seconds": -1}, "pending_seconds is -1: give seconds as a number, 0 or more"),
        ({"pending_seconds": True}, "pending_seconds is True"),
        ({"pending": 1}, "no setting is called 'pending'"),
        ({"next_images": {}}, "next_images is {}"),
        ({"next_images": [{"state": "lost"}]}, "state is 'lost': use available, failed or pending"),
        ({"next_images": [{"status": "failed"}]}, "next_images has {'status': 'failed'}"),
        ({"pending_seconds": 9, "next_images": [1]}, "next_images has 1"),
    ],
)
def test_a_wrong_setting_is_refused_and_changes_nothing(aws: LocalAws, body: dict[str, Any], text: str) -> None:
    """The error gives value, rule and next step."""
    before = aws.settings()

    with pytest.raises(ControlError) as caught:
        aws.settings(**body)

    assert text in str(caught.value)
    assert aws.settings() == before


def test_an_unknown_image_cannot_be_finished(aws: LocalAws) -> None:
    """The control endpoints refuse as EC2 does."""
    with pytest.raises(ControlError, match="does not exist"):
        aws.finish_image("ami-12345678")
