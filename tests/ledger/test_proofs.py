"""A delete is advised only of what every read has found free."""

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from .conftest import Look
from .releases import DEVICES, Releases

EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
NO_LOCKS = {"Effect": "Deny", "Action": "ec2:DescribeLockedSnapshots", "Resource": "*"}

pytestmark = pytest.mark.xdist_group("ledger")


def test_an_image_that_is_shared_is_not_called_unused(releases: Releases, look: Look, ec2: EC2Client) -> None:
    """Nothing here shows whether the other account launches it."""
    releases.make("1", "2")
    ec2.modify_image_attribute(
        ImageId=releases.images["1"], LaunchPermission={"Add": [{"UserId": "210987654321"}, {"UserId": "310987654321"}]}
    )

    found = look(account=True).findings

    assert [one.image_id for one in found if one.kind == "unused"] == [releases.images["2"]]


def test_an_orphan_that_is_locked_mapped_shared_or_kept_has_no_delete_command(
    three: Releases, look: Look, ec2: EC2Client
) -> None:
    """Each says why it stays; the other orphans have the command."""
    ec2.deregister_image(ImageId=three.images["1"])
    ec2.deregister_image(ImageId=three.images["2"])
    locked, mapped, shared, kept = (three.snapshots["1"][device] for device in DEVICES)
    backup, *free = (three.snapshots["2"][device] for device in DEVICES)
    ec2.lock_snapshot(SnapshotId=locked, LockMode="governance", LockDuration=1)
    ec2.create_launch_template(
        LaunchTemplateName="data",
        LaunchTemplateData={"BlockDeviceMappings": [{"DeviceName": "/dev/sdx", "Ebs": {"SnapshotId": mapped}}]},
    )
    ec2.modify_snapshot_attribute(
        SnapshotId=shared, Attribute="createVolumePermission", OperationType="add", UserIds=["210987654321"]
    )
    ec2.create_tags(Resources=[kept], Tags=[{"Key": "keep", "Value": "true"}])
    ec2.create_tags(Resources=[backup], Tags=[{"Key": "dlm:managed", "Value": "true"}])

    orphans = {one.snapshot_ids[0]: one.step for one in look(account=True).findings if one.kind == "orphans"}

    assert {one for one, step in orphans.items() if "delete-snapshot" in step} == set(free)
    told = {locked: "is locked", mapped: "needs it", shared: "shared with 1 account", kept: "says to keep it"}
    told[backup] = "backup of another tool"
    assert {one: words in orphans[one] for one, words in told.items()} == dict.fromkeys(told, True)


def test_an_image_that_is_protected_or_referred_to_has_no_deregister_command(
    releases: Releases, look: Look, aws: LocalAws, ec2: EC2Client
) -> None:
    """Nothing launches from any of the three; the finding says what each is kept for."""
    protected, named, free = (
        ec2.create_image(InstanceId=releases.source, Name=f"db-{number}", NoReboot=True)["ImageId"]
        for number in range(3)
    )
    ec2.enable_image_deregistration_protection(ImageId=protected)
    aws.client("ssm").put_parameter(Name="/images/db", Value=named, Type="String")

    unused = {one.image_id: one.step for one in look(account=True).findings if one.kind == "unused"}

    assert {one for one, step in unused.items() if "deregister-image" in step} == {free}
    assert "it has deregistration protection" in unused[protected]
    assert "parameter/images/db refers to it" in unused[named]


def test_an_orphan_whose_image_the_recycle_bin_keeps_has_no_delete_command(
    three: Releases, look: Look, aws: LocalAws, ec2: EC2Client
) -> None:
    """Without its snapshots the image could not be restored."""
    aws.ec2(image_retention_seconds=3600)
    ec2.deregister_image(ImageId=three.images["1"])

    orphans = [one.step for one in look(account=True).findings if one.kind == "orphans"]

    why = f"its image {three.images['1']} is in the Recycle Bin and can be restored"
    assert [why in step and "delete-snapshot" not in step for step in orphans] == [True] * len(DEVICES)


def test_what_could_not_be_read_or_was_not_checked_is_not_said_to_be_safe(
    three: Releases, look: Look, aws: LocalAws, ec2: EC2Client
) -> None:
    """A denied read is named. Of a kind, the first 20 are checked: the seventh image left the last eight of 28."""
    for release in ("1", "2", "3"):
        ec2.deregister_image(ImageId=three.images[release])
    three.make("4", "5", "6", "7")
    for release in ("4", "5", "6", "7"):
        ec2.deregister_image(ImageId=three.images[release])

    checked = [one.step for one in look(account=True).findings if one.kind == "orphans"]
    aws.restrict("local", {"Version": "2012-10-17", "Statement": [EVERYTHING, NO_LOCKS]})
    denied = [one.step for one in look(account=True).findings if one.kind == "orphans"]

    assert ["delete-snapshot" in step for step in checked] == [True] * 20 + [False] * 8
    assert {"because it was not checked" in step for step in checked[20:]} == {True}
    assert ["could not be read: DescribeLockedSnapshots (Unauth" in step for step in denied[:20]] == [True] * 20
    assert not any("delete-snapshot" in step for step in denied)


def test_a_tag_can_not_look_like_a_command_to_copy(three: Releases, look: Look, ec2: EC2Client) -> None:
    """Commands stand between backticks, and the page shows them as code."""
    ec2.deregister_image(ImageId=three.images["1"])
    kept = three.snapshots["1"][DEVICES[0]]
    ec2.create_tags(Resources=[kept], Tags=[{"Key": "keep", "Value": "`rm -r ~`"}])

    (step,) = [one.step for one in look(account=True).findings if one.kind == "orphans" and kept in one.snapshot_ids]

    assert "the tag keep='rm -r ~' says to keep it" in step
    assert "`" not in step
