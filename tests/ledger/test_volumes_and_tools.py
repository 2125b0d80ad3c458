"""Whether the volume of a snapshot still exists, and which tool has made an image or a snapshot."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.aws.session import StackSession
from snapnames.cli.ledger.book import Ledger
from snapnames.cli.ledger.command import Wanted, kept
from snapnames.cli.ledger.document import document
from snapnames.cli.ledger.opened import Opened
from snapnames.cli.ledger.page import page
from snapnames.cli.ledger.plan_table import plan_table
from snapnames.cli.ledger.sums_text import sums
from snapnames.rules.tools import tool_of
from snapnames.testing.localaws.server import LocalAws

from tests.account import launch

pytestmark = pytest.mark.xdist_group("ledger")

ZONE = "ap-northeast-2a"
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
NO_VOLUMES = {"Effect": "Deny", "Action": "ec2:DescribeVolumes", "Resource": "*"}

Look = Callable[[], Ledger]


@pytest.fixture
def look(session: StackSession) -> Look:
    """Read the account; nothing is too young."""
    return lambda: kept(Opened(), session, Wanted(account=True, keep=0, older_than=timedelta()))


def backup(ec2: EC2Client, size: int, *, gone: bool = False) -> str:
    """A snapshot of a volume of its own."""
    volume = ec2.create_volume(Size=size, AvailabilityZone=ZONE)["VolumeId"]
    snapshot_id = ec2.create_snapshot(VolumeId=volume, Description="nightly")["SnapshotId"]
    if gone:
        ec2.delete_volume(VolumeId=volume)
    return snapshot_id


def test_a_snapshot_of_a_volume_that_is_gone_is_told_from_one_whose_volume_exists(look: Look, ec2: EC2Client) -> None:
    """A copy has no volume. None of them is in the plan."""
    there, gone = backup(ec2, 3), backup(ec2, 4, gone=True)
    copy = ec2.copy_snapshot(SourceSnapshotId=there, SourceRegion="ap-northeast-2")["SnapshotId"]

    ledger = look()

    told = {one.snapshot.snapshot_id: one.volume for one in ledger.others}
    assert told == {there: "volume exists", gone: "volume is gone", copy: "copy"}
    assert ledger.plan is not None
    assert (ledger.plan.rows, ledger.plan.held, ledger.plan.unread) == ((), (), ())
    assert [
        (one["volume"], one["snapshots"], one["size_gib"]) for one in document(ledger)["totals"]["others"]["by_volume"]
    ] == [
        ("volume exists", 1, 3),
        ("volume is gone", 1, 4),
        ("copy", 1, 3),
        ("volume not known", 0, 0),
    ]
    words = "of volumes that still exist: 1, 3 GiB; of volumes that are gone: 1, 4 GiB; copies: 1, 3 GiB"
    assert any(words in line for line in sums(ledger))
    assert "they can be its only backup" in page(ledger)


def test_a_row_of_the_plan_says_whether_the_volume_still_exists(look: Look, ec2: EC2Client) -> None:
    """Of the orphans of an image whose instance is terminated, and of one whose instance runs."""
    images = []
    for name in ("gone", "there"):
        source = launch(ec2, mappings=[])
        images.append(ec2.create_image(InstanceId=source, Name=name, NoReboot=True)["ImageId"])
        if name == "gone":
            ec2.terminate_instances(InstanceIds=[source])
    for image_id in images:
        ec2.deregister_image(ImageId=image_id)

    ledger = look()

    assert ledger.plan is not None
    told = {row.candidate.snapshots[0].image_id: row.candidate.volume for row in ledger.plan.rows}
    assert told == dict(zip(images, ("volume is gone", "volume exists"), strict=True))
    assert {row["volume"] for row in document(ledger)["plan"]["safe"]} == {*told.values()}
    assert "which is gone (volume is gone: vol-" in page(ledger)


def test_volumes_that_can_not_be_read_are_not_known_and_end_nothing(look: Look, ec2: EC2Client, aws: LocalAws) -> None:
    """A role from before this read sees all the rest."""
    snapshot_id = backup(ec2, 3)
    aws.restrict("local", {"Version": "2012-10-17", "Statement": [EVERYTHING, NO_VOLUMES]})

    ledger = look()

    assert [(one.snapshot.snapshot_id, one.volume) for one in ledger.others] == [(snapshot_id, "volume not known")]
    assert any("DescribeVolumes was not answered" in line for line in sums(ledger))


def test_the_volumes_of_300_snapshots_are_read_in_as_few_calls_as_their_ids_need(
    look: Look, ec2: EC2Client, aws: LocalAws
) -> None:
    """Several snapshots of a volume ask for it once, and those behind images ask for nothing."""
    ec2.create_image(InstanceId=launch(ec2), Name="web", NoReboot=True)
    volumes = [ec2.create_volume(Size=1, AvailabilityZone=ZONE)["VolumeId"] for _ in range(201)]
    for volume in (*volumes, *volumes[:99]):
        ec2.create_snapshot(VolumeId=volume)
    before = aws.mark()

    ledger = look()

    assert ledger.totals.others == {"volume exists": 300}
    assert aws.calls(before).count("ec2.DescribeVolumes") == 2


@pytest.mark.parametrize(
    ("tags", "tool"),
    [
        ({"aws:backup:source-resource": "arn", "snapnames:stack": "a/b/c"}, "AWS Backup"),
        ({"dlm:managed": "true", "CreatedBy": "EC2 Image Builder"}, "Data Lifecycle Manager"),
        ({"Ec2ImageBuilderArn": "arn:aws:imagebuilder:x"}, "EC2 Image Builder"),
        ({"snapnames:taken-in": "a/b/c"}, "snapnames"),
        ({"aws:cloudformation:stack-name": "web"}, "CloudFormation"),
        ({"Builder": "packer"}, "Packer"),
        ({"packer:build": "7"}, "Packer"),
        ({"Name": "packer image"}, "no tool known"),
        ({"team": "backpackers"}, "no tool known"),
        ({}, "no tool known"),
    ],
    ids=str,
)
def test_the_tool_is_what_the_tags_name(tags: dict[str, str], tool: str) -> None:
    """A backup has the tags of what it is of too, so it is looked for first."""
    assert tool_of(tags) == tool


def test_images_and_snapshots_are_counted_by_tool_on_the_page_in_json_and_in_csv(look: Look, ec2: EC2Client) -> None:
    """A snapshot without a tool of its own counts to that of its image."""
    image_id = ec2.create_image(InstanceId=launch(ec2, mappings=[]), Name="web", NoReboot=True)["ImageId"]
    ec2.create_tags(Resources=[image_id], Tags=[{"Key": "builder", "Value": "Packer"}])
    ec2.create_tags(Resources=[backup(ec2, 3)], Tags=[{"Key": "dlm:managed", "Value": "true"}])

    ledger = look()

    assert ledger.plan is not None
    tools = [
        (one["tool"], one["images"], one["snapshots"], one["size_gib"]) for one in document(ledger)["totals"]["tools"]
    ]
    assert tools == [("Data Lifecycle Manager", 0, 1, 3), ("Packer", 1, 1, 8)]
    lines = list(csv.DictReader(io.StringIO(plan_table(ledger.plan, ledger))))
    assert [
        (line["tool"], line["size_gib"], line["why"]) for line in lines if line["verdict"] == "total of a tool"
    ] == [
        ("Data Lifecycle Manager", "3", "0 images, 1 snapshots"),
        ("Packer", "8", "1 images, 1 snapshots"),
    ]
    shown = page(ledger)
    assert "<td>Data Lifecycle Manager</td><td>0</td><td>1</td>" in shown
    assert "<td>Packer</td><td>1</td><td>1</td>" in shown
