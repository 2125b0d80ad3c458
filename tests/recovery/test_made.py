"""What AWS has of images whose create or delete was cut off."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

import pytest
from botocore.stub import Stubber
from mypy_boto3_autoscaling import AutoScalingClient
from mypy_boto3_ec2 import EC2Client
from snapnames.aws.session import StackSession
from snapnames.cli.errors import CommandError
from snapnames.cli.recovery.made import Left, Made
from snapnames.rules.images import STACK_TAG
from snapnames.rules.naming import DEFAULT_PATTERN
from snapnames.rules.resource_types import IMAGE
from snapnames.rules.resource_types import TAG as NAME_TAG
from snapnames.testing.localaws.server import REGION, LocalAws

from tests.account import ACCESS_KEY, all_but, images, launch

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import ImageTypeDef, TagSpecificationTypeDef

STACK, OTHER = "organization/snapnames/test", "organization/snapnames/other"


@pytest.fixture
def source(ec2: EC2Client) -> str:
    """An instance with a root and one more volume."""
    return launch(ec2, mappings=[{"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 20}}])


def make(ec2: EC2Client, source: str, name: str, stack: str = STACK) -> str:
    """Make an image as one of a stack's; its id."""
    tags: TagSpecificationTypeDef = {"ResourceType": "image", "Tags": [{"Key": STACK_TAG, "Value": stack}]}
    return ec2.create_image(InstanceId=source, Name=name, NoReboot=True, TagSpecifications=[tags])["ImageId"]


def behind(ec2: EC2Client, name: str) -> list[str]:
    """The ids of the snapshots behind an image."""
    return [one["Ebs"]["SnapshotId"] for one in images(ec2)[name]["BlockDeviceMappings"] if "Ebs" in one]


class Stubbed(StackSession):
    """A way to AWS whose answers of EC2 a test gives."""

    def __init__(self, client: EC2Client, session: StackSession) -> None:
        """Take a client that is stubbed, and Auto Scaling of the session."""
        self._client, self._autoscaling = client, session.autoscaling()

    def ec2(self) -> EC2Client:
        """That client."""
        return self._client

    def autoscaling(self) -> AutoScalingClient:
        """The session's."""
        return self._autoscaling


def creating(name: str, source: str) -> dict[str, Any]:
    """The pending create of an image of the stack."""
    inputs = {"name": name, "sourceInstanceId": source, "tags": {STACK_TAG: STACK}}
    return {"urn": f"urn:pulumi:test::snapnames::{IMAGE}::{name}", "type": IMAGE, "inputs": inputs}


def test_a_pending_image_is_settled_by_this_stack_s_image_of_that_name(made: Made, ec2: EC2Client, source: str) -> None:
    """With the time at which EC2 made it. Not by another stack's, nor by one of another name."""
    image_id = make(ec2, source, "web-1")
    make(ec2, source, "web-2", OTHER)
    creates = [
        *(creating(f"web-{number}", source) for number in (1, 2, 3)),
        {"urn": "tag", "type": NAME_TAG, "inputs": {}},
    ]

    settled = made.settled(creates)

    assert [(one.resource, one.resource_id) for one in settled] == [(creates[0], image_id)]
    assert f"{settled[0].made:%Y-%m-%dT%H:%M:%S}" == images(ec2)["web-1"]["CreationDate"][:19]


def test_an_image_without_the_stack_s_tag_settles_nothing(made: Made, ec2: EC2Client, source: str) -> None:
    """Also where the create had none."""
    ec2.create_image(InstanceId=source, Name="web-1", NoReboot=True)

    untagged = {**creating("web-1", source), "inputs": {"name": "web-1", "sourceInstanceId": source}}

    assert made.settled([creating("web-1", source), untagged]) == []


def test_an_image_of_another_instance_settles_nothing(made: Made, ec2: EC2Client, source: str) -> None:
    """The stack began its image of one instance, and EC2 says of which one this image was made."""
    make(ec2, source, "web-1")

    assert made.settled([creating("web-1", "i-0123456789abcdef0")]) == []


@pytest.mark.parametrize(("state", "settled"), [("available", False), ("pending", True)])
def test_a_finished_image_whose_snapshots_ec2_did_not_make_for_it_settles_nothing(
    ec2: EC2Client, session: StackSession, state: Literal["available", "pending"], *, settled: bool
) -> None:
    """EC2's Description on a snapshot is all that others can't write. A pending image shows no snapshot yet."""
    image: ImageTypeDef = {
        "ImageId": "ami-1",
        "Name": "web-1",
        "State": state,
        "CreationDate": "2018-03-07T23:12:07.000Z",
        "SourceInstanceId": "i-1",
        "BlockDeviceMappings": [{"DeviceName": "/dev/sda1", "Ebs": {"SnapshotId": "snap-1"}}],
        "Tags": [{"Key": STACK_TAG, "Value": STACK}],
    }

    with Stubber(ec2) as stub:
        stub.add_response("describe_images", {"Images": [image]})
        stub.add_response("describe_snapshots", {"Snapshots": []})
        found = Made(Stubbed(ec2, session)).settled([creating("web-1", "i-1")])

    assert [one.resource_id for one in found] == (["ami-1"] if settled else [])


def test_a_copy_settles_no_create_and_is_no_release(made: Made, ec2: EC2Client, source: str) -> None:
    """It may have the tag of the stack too."""
    image_id = make(ec2, source, "original")
    tags: TagSpecificationTypeDef = {"ResourceType": "image", "Tags": [{"Key": STACK_TAG, "Value": STACK}]}
    ec2.copy_image(SourceImageId=image_id, SourceRegion=REGION, Name="web-1", TagSpecifications=[tags])

    assert made.settled([creating("web-1", source)]) == []
    assert made.releases(["web-1"], STACK) == []


def test_the_releases_are_this_stack_s_images_of_the_listed_names(made: Made, ec2: EC2Client, source: str) -> None:
    """Another stack's image, and one that is not listed, are not."""
    wanted = [make(ec2, source, name) for name in ("web-1", "web-2")]
    make(ec2, source, "web-3")
    make(ec2, source, "web-4", OTHER)

    found = made.releases(["web-1", "web-2", "web-4"], STACK)

    assert sorted(image.image_id for image in found) == sorted(wanted)
    assert made.releases([], STACK) == []


def test_an_image_that_ec2_lists_though_it_is_gone_is_gone(ec2: EC2Client, session: StackSession) -> None:
    """EC2 shows it as deregistered for a while. A disabled one is there, and is proven as any other."""
    listed = {
        "Images": [
            {
                "ImageId": image_id,
                "Name": "web-1",
                "State": state,
                "CreationDate": "2018-03-07T23:12:07.000Z",
                "SourceInstanceId": "i-1",
                "BlockDeviceMappings": [{"DeviceName": "/dev/sda1", "Ebs": {"SnapshotId": "snap-1"}}],
                "Tags": [{"Key": STACK_TAG, "Value": STACK}],
            }
            for image_id, state in (("ami-1", "deregistered"), ("ami-2", "disabled"))
        ]
    }
    snapshot = {
        "SnapshotId": "snap-1",
        "Description": "Created by CreateImage(i-1) for ami-2",
        "State": "completed",
        "VolumeSize": 8,
        "StartTime": datetime(2018, 3, 7, tzinfo=UTC),
    }
    with Stubber(ec2) as stub:
        stub.add_response("describe_images", listed)
        gone = Made(Stubbed(ec2, session)).gone(["ami-1", "ami-2"])
        stub.add_response("describe_images", listed)
        stub.add_response("describe_snapshots", {"Snapshots": [snapshot]})
        settled = Made(Stubbed(ec2, session)).settled([creating("web-1", "i-1")])

    assert gone == {"ami-1"}
    assert [one.resource_id for one in settled] == ["ami-2"]


def test_images_are_gone_that_ec2_does_not_have_in_any_state(
    made: Made, aws: LocalAws, ec2: EC2Client, source: str
) -> None:
    """A disabled one is there, and so is one that is being made."""
    disabled, gone = make(ec2, source, "web-1"), make(ec2, source, "web-2")
    aws.hold_next_image()
    pending = make(ec2, source, "web-3")
    ec2.disable_image(ImageId=disabled)
    ec2.deregister_image(ImageId=gone)

    assert made.gone([disabled, gone, pending, "ami-00000000"]) == {gone, "ami-00000000"}
    assert made.gone([]) == set()


def test_the_names_of_snapshots_are_read_for_those_behind_the_images_that_have_one(
    made: Made, ec2: EC2Client, source: str
) -> None:
    """Other tags are not looked at."""
    make(ec2, source, "web-1")
    make(ec2, source, "web-2")
    root, data = behind(ec2, "web-1")
    ec2.create_tags(Resources=[root], Tags=[{"Key": "Name", "Value": "web-1(001)"}])
    ec2.create_tags(Resources=[data], Tags=[{"Key": "team", "Value": "web"}])
    ec2.create_tags(Resources=behind(ec2, "web-2"), Tags=[{"Key": "Name", "Value": "other"}])

    assert made.names(made.releases(["web-1"], STACK)) == {root: "web-1(001)"}


def test_what_an_image_left_is_found_by_what_ec2_wrote_on_the_snapshots(
    made: Made, ec2: EC2Client, source: str
) -> None:
    """Of images that are gone; one that is there has left nothing."""
    there, gone = make(ec2, source, "web-1"), make(ec2, source, "web-2")
    left = behind(ec2, "web-2")
    ec2.deregister_image(ImageId=gone)

    found = made.left_snapshots({there: "web-1", gone: "web-2", "ami-00000000": "web-3"}, {}, DEFAULT_PATTERN)

    assert {image_id: sorted(ids) for image_id, ids in found.deletable.items()} == {gone: sorted(left)}
    assert found.kept == {}


def test_a_snapshot_that_somebody_has_named_or_marked_to_keep_stays_with_the_reason(
    made: Made, ec2: EC2Client, source: str
) -> None:
    """The Name that the stack declared for it is no reason."""
    gone = make(ec2, source, "web-1")
    root, data = behind(ec2, "web-1")
    ec2.create_tags(Resources=[root], Tags=[{"Key": "Name", "Value": "mine"}])
    ec2.create_tags(Resources=[data], Tags=[{"Key": "Name", "Value": "payroll"}])
    ec2.deregister_image(ImageId=gone)

    found = made.left_snapshots({gone: "web-1"}, {root: "mine", data: "other"}, DEFAULT_PATTERN)

    assert found == Left({gone: [root]}, {data: "it is called 'payroll', and this stack did not name it so"})


def test_a_snapshot_that_is_gone_or_that_another_image_uses_is_passed_over(
    made: Made, ec2: EC2Client, source: str
) -> None:
    """The others are deleted, and are said to be."""
    gone = make(ec2, source, "web-1")
    used, left = behind(ec2, "web-1")
    ec2.deregister_image(ImageId=gone)
    ec2.register_image(Name="mix", BlockDeviceMappings=[{"DeviceName": "/dev/sda1", "Ebs": {"SnapshotId": used}}])

    deleted = made.delete_snapshots(["snap-00000000", used, left])

    assert deleted == [left]
    assert made.left_snapshots({gone: "web-1"}, {}, DEFAULT_PATTERN) == Left({gone: [used]}, {})


def test_a_snapshot_that_aws_refuses_to_delete_is_an_error(
    made: Made, aws: LocalAws, ec2: EC2Client, source: str
) -> None:
    """With its id and EC2's own words."""
    make(ec2, source, "web-1")
    snapshot_id = behind(ec2, "web-1")[0]
    aws.restrict(ACCESS_KEY, all_but("ec2:DeleteSnapshot"))

    with pytest.raises(CommandError, match=f"snapshot {snapshot_id} can't be deleted: .*UnauthorizedOperation"):
        made.delete_snapshots([snapshot_id])


@pytest.mark.parametrize("state", ["pending", "available", "failed"])
def test_an_image_is_pending_while_ec2_makes_it(
    made: Made, aws: LocalAws, ec2: EC2Client, source: str, state: str
) -> None:
    """Not when it has failed."""
    if state == "pending":
        aws.hold_next_image()
    if state == "failed":
        aws.fail_next_image()

    assert made.pending(make(ec2, source, "web-1")) is (state == "pending")
