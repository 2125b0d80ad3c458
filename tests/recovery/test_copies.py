"""Copies in other regions whose create or delete was cut off: a recovery of a stack that a test keeps."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.cli.errors import CommandError
from snapnames.cli.recovery.recovery import Recovery
from snapnames.rules.resource_types import COPY, IMAGE_COPY
from snapnames.testing.localaws.server import LocalAws

from tests.account import ACCESS_KEY, images
from tests.recovery.stacks import ROOT, ROOTS, TAG, WEST, Stack, make, pending, read_image

HOME = "ap-northeast-2"
WESTERN = "urn:pulumi:test::web::pulumi:providers:aws::us-west-2"
COMPONENT = f"urn:pulumi:test::web::{IMAGE_COPY}::web-1:us-west-2"
URN = f"urn:pulumi:test::web::{IMAGE_COPY}${COPY}::web-1:us-west-2"
IN_WEST: list[dict[str, Any]] = [
    *ROOTS,
    {"urn": WESTERN, "custom": True, "id": "2", "type": "pulumi:providers:aws", "inputs": {"region": WEST}},
    {"urn": COMPONENT, "custom": False, "type": IMAGE_COPY, "parent": ROOT},
]
Recover = Callable[..., Recovery]


def copy(source: str, image_id: str = "", snapshots: list[str] | None = None, **more: Any) -> dict[str, Any]:  # noqa: ANN401 -- of a resource
    """The copy in a state. `snapshots`: those that the provider has read."""
    tags = {"snapnames:stack": TAG}
    outputs = {"arn": "arn:aws:ec2::image/x", "ebsBlockDevices": [{"snapshotId": one} for one in snapshots or ()]}
    return {
        "urn": URN,
        "custom": True,
        "type": COPY,
        "inputs": {"name": "web-1", "sourceAmiId": source, "sourceAmiRegion": HOME, "tags": tags},
        "parent": COMPONENT,
        "provider": f"{WESTERN}::2",
        **({"id": image_id} if image_id else {}),
        **({} if snapshots is None else {"outputs": outputs}),
        **more,
    }


def copied(west: EC2Client, source: str, name: str = "web-1") -> str:
    """Have EC2 copy the image, as the provider begins it; the id of the copy."""
    return west.copy_image(Name=name, SourceImageId=source, SourceRegion=HOME)["ImageId"]


def behind(west: EC2Client) -> list[str]:
    """The snapshots of the account in the region."""
    return sorted(one["SnapshotId"] for one in west.describe_snapshots(OwnerIds=["self"])["Snapshots"])


def held(stack: Stack) -> list[tuple[str, str]]:
    """URN and id of what the state has of copies."""
    return [(one["urn"], one["id"]) for one in stack.current["resources"] if one["type"] == COPY]


def test_a_copy_that_ec2_has_made_is_taken_in_with_the_mark_that_its_snapshots_go_with_it(
    recovery: Recover, west: EC2Client, release: str
) -> None:
    """It has no tags yet: what EC2 says of its source is the proof. A refresh reads the rest."""
    made = copied(west, release)
    stack = Stack(*IN_WEST, pending=(pending(copy(release)),))

    did = recovery(stack, "web-2").run()

    assert did
    assert held(stack) == [(URN, made)]
    (taken,) = (one for one in stack.current["resources"] if one["type"] == COPY)
    assert taken["outputs"]["manageEbsSnapshots"] is True
    assert stack.current["pending_operations"] == []
    assert stack.refreshed == [[URN]]


def test_a_copy_that_ec2_never_began_is_left_to_the_next_update(
    recovery: Recover, said: StringIO, release: str
) -> None:
    """Nothing is in the region under its name."""
    stack = Stack(*IN_WEST, pending=(pending(copy(release)),))

    recovery(stack, "web-2").run()

    assert held(stack) == []
    assert "begun, and not in the state: the next update makes it: web-1:us-west-2" in said.getvalue()


def test_a_copy_of_another_image_under_the_name_is_not_taken_in(
    recovery: Recover, west: EC2Client, ec2: EC2Client, said: StringIO, source: str, release: str
) -> None:
    """EC2 fixes what a copy was made of, and nobody can write it."""
    other = copied(west, make(ec2, source, "payroll"))
    stack = Stack(*IN_WEST, pending=(pending(copy(release)),))

    recovery(stack, "web-2").run()

    assert held(stack) == []
    assert f"image 'web-1' ({other}) in us-west-2 is not the copy that an update began to make there" in said.getvalue()


def test_a_copy_that_bears_the_mark_of_another_stack_is_not_taken_in(
    recovery: Recover, west: EC2Client, release: str
) -> None:
    """Both copied the same image."""
    made = copied(west, release)
    west.create_tags(Resources=[made], Tags=[{"Key": "snapnames:stack", "Value": "organization/other/test"}])
    stack = Stack(*IN_WEST, pending=(pending(copy(release)),))

    recovery(stack, "web-2").run()

    assert held(stack) == []


def test_of_two_copies_that_could_be_it_a_person_says_which(recovery: Recover, west: EC2Client, release: str) -> None:
    """CopyImage minds no taken name. Nothing is guessed, and the create is not forgotten before it is settled."""
    first, second = copied(west, release), copied(west, release)
    stack = Stack(*IN_WEST, pending=(pending(copy(release)),))

    with pytest.raises(CommandError, match=r"us-west-2 has 2 copies of ami-\w+ with the name 'web-1'"):
        recovery(stack, "web-2").run()
    undecided = held(stack), len(stack.current["pending_operations"])
    recovery(stack, "web-2", adopt=second).run()

    assert undecided == ([], 1)
    assert held(stack) == [(URN, second)]
    assert first in images_of(west)


def images_of(west: EC2Client) -> list[str]:
    """The ids of the images in the region."""
    return [image["ImageId"] for image in west.describe_images(Owners=["self"])["Images"]]


def test_a_copy_that_is_still_made_is_waited_for(
    recovery: Recover, aws: LocalAws, west: EC2Client, said: StringIO, release: str
) -> None:
    """Its snapshots are known only then."""
    aws.settings(pending_seconds=3600)
    made = copied(west, release)
    stack = Stack(*IN_WEST, pending=(pending(copy(release)),))

    recovery(stack, "web-2", wait=lambda _: aws.finish_image(made)).run()

    assert held(stack) == [(URN, made)]
    assert "EC2 is still making web-1 in us-west-2: waiting for it" in said.getvalue()


def test_an_interrupted_delete_of_a_copy_is_finished_in_its_region(
    recovery: Recover, west: EC2Client, release: str, said: StringIO
) -> None:
    """The image is gone, and its snapshots are not: those that the state has recorded are deleted."""
    made, snapshots = copied(west, release), behind(west)
    west.deregister_image(ImageId=made)
    resource = copy(release, made, snapshots)
    stack = Stack(*IN_WEST, resource, pending=(pending(resource, "deleting"),))

    recovery(stack, "web-2").run()

    assert behind(west) == []
    assert f"deleted what the copy web-1 in us-west-2 ({made}) left: {', '.join(snapshots)}" in said.getvalue()
    (left,) = (one for one in stack.current["resources"] if one["type"] == COPY)
    assert left["delete"] is True
    assert stack.refreshed == [[URN]]


def test_a_snapshot_that_only_says_that_it_was_copied_for_the_copy_stays(
    recovery: Recover, west: EC2Client, release: str, said: StringIO
) -> None:
    """Whoever copies a snapshot can give it that Description."""
    made, snapshots = copied(west, release), behind(west)
    west.deregister_image(ImageId=made)
    forged = west.copy_snapshot(
        SourceRegion=WEST,
        SourceSnapshotId=snapshots[0],
        Description=f"Copied for DestinationAmi {made} from SourceAmi {release} for SourceSnapshot {snapshots[0]}.",
    )["SnapshotId"]
    resource = copy(release, made, snapshots)
    stack = Stack(*IN_WEST, resource, pending=(pending(resource, "deleting"),))

    recovery(stack, "web-2").run()

    assert behind(west) == [forged]
    assert f"snapshot {forged} in us-west-2 stays: the state of this stack has no record of it" in said.getvalue()


def test_a_region_that_can_not_be_read_keeps_what_was_begun_there_and_the_rest_is_mended(
    recovery: Recover, aws: LocalAws, ec2: EC2Client, west: EC2Client, release: str
) -> None:
    """The error names the region and the next step. When it answers, the same command does the rest."""
    made = copied(west, release)
    home = read_image(release)
    stack = Stack(*IN_WEST, home, pending=(pending(copy(release)), pending({**home, "id": ""}, "reading")))
    aws.restrict(ACCESS_KEY, refuses(WEST))

    with pytest.raises(CommandError, match="region us-west-2 can't be read, so what has become of the copies there"):
        recovery(stack).run()
    kept = [one["resource"]["urn"] for one in stack.current["pending_operations"]]
    aws.restrict(ACCESS_KEY, None)
    recovery(stack).run()

    assert kept == [URN]
    assert held(stack) == [(URN, made)]
    assert images(ec2)["web-1"]["ImageId"] == release


def refuses(region: str) -> dict[str, Any]:
    """A policy that allows everything outside one region."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "*", "Resource": "*"},
            {
                "Effect": "Deny",
                "Action": "*",
                "Resource": "*",
                "Condition": {"StringEquals": {"aws:RequestedRegion": region}},
            },
        ],
    }
