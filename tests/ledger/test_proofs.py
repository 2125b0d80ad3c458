"""A delete is advised only of what every read has found free."""

import pytest
from mypy_boto3_ec2 import EC2Client

from .conftest import Look
from .releases import DEVICES, Releases

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
    reasons = ("is locked", "maps it", "shared with 1 account", "says to keep it", "backup of another tool")
    told = {locked: 0, mapped: 1, shared: 2, kept: 3, backup: 4}
    for snapshot_id, number in told.items():
        assert (
            reasons[number].replace("maps it", "needs it") in orphans[snapshot_id]
            or reasons[number] in orphans[snapshot_id]
        )


def test_a_tag_can_not_look_like_a_command_to_copy(three: Releases, look: Look, ec2: EC2Client) -> None:
    """Commands stand between backticks, and the page shows them as code."""
    ec2.deregister_image(ImageId=three.images["1"])
    kept = three.snapshots["1"][DEVICES[0]]
    ec2.create_tags(Resources=[kept], Tags=[{"Key": "keep", "Value": "`rm -r ~`"}])

    (step,) = [one.step for one in look(account=True).findings if one.kind == "orphans" and kept in one.snapshot_ids]

    assert "the tag keep='rm -r ~' says to keep it" in step
    assert "`" not in step
