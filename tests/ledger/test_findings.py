"""Each fault is found where it was planted, and nowhere else."""

from collections.abc import Iterable
from typing import Any

import pytest
from mypy_boto3_ec2 import EC2Client
from mypy_boto3_ec2.type_defs import BlockDeviceMappingTypeDef, TagTypeDef
from snapnames.cli.ledger.book import Ledger
from snapnames.testing.localaws.server import LocalAws

from tests.account import launch
from tests.program import STACK_TAG

from .conftest import Look
from .releases import DEVICES, Releases, snapshot_name

pytestmark = pytest.mark.xdist_group("ledger")

Found = tuple[str, str | None, tuple[str, ...]]


def found(ledger: Ledger) -> list[Found]:
    """Kind, image and snapshots of each finding, in an order of its own."""
    return _sorted((one.kind, one.image_id, tuple(sorted(one.snapshot_ids))) for one in ledger.findings)


def everywhere(look: Look, state: dict[str, Any]) -> list[Found]:
    """What is found of the stack, which has to be what is found of the account that has nothing else."""
    of_stack, of_account = found(look(state)), found(look(state, account=True))
    assert of_stack == of_account
    return of_stack


def steps(ledger: Ledger, kind: str) -> set[str]:
    """What is to be done about the findings of a kind."""
    return {one.step for one in ledger.findings if one.kind == kind}


def test_a_stack_without_a_fault_has_no_finding(three: Releases, look: Look) -> None:
    """Every image is used, every name as declared; a backup that was never behind an image is nobody's business."""
    three.ec2.create_snapshot(VolumeId=_volume(three.ec2), Description="nightly backup")

    assert everywhere(look, three.state()) == []


def test_a_name_that_was_edited_or_taken_away_is_drift(three: Releases, look: Look) -> None:
    """With what is declared and what there is."""
    three.rename("2", "/dev/sdf", "do not delete")
    three.unname("3", "/dev/sda1")

    ledger = look(three.state())

    edited, taken = three.snapshots["2"]["/dev/sdf"], three.snapshots["3"]["/dev/sda1"]
    assert everywhere(look, three.state()) == _sorted(
        [("drift", three.images["2"], (edited,)), ("drift", three.images["3"], (taken,))]
    )
    assert {(one.declared, one.live) for one in ledger.findings} == {
        (snapshot_name("2", "/dev/sdf"), "do not delete"),
        (snapshot_name("3", "/dev/sda1"), None),
    }
    assert steps(ledger, "drift") == {"run `pulumi up --refresh`: it puts the name back"}


def test_a_snapshot_without_a_name_behind_somebody_elses_image_is_found_in_the_account(
    three: Releases, look: Look, ec2: EC2Client
) -> None:
    """And it is none of the stack's business."""
    image_id = ec2.create_image(InstanceId=launch(ec2, mappings=[]), Name="by-hand", NoReboot=True)["ImageId"]
    ec2.run_instances(ImageId=image_id, MinCount=1, MaxCount=1)

    of_stack, of_account = look(three.state()), look(three.state(), account=True)

    [snapshot_id] = _behind(ec2, image_id)
    assert found(of_stack) == []
    assert found(of_account) == [("unnamed", image_id, (snapshot_id,))]
    assert steps(of_account, "unnamed") == {
        "run `pulumi config set snapnames:ownedImages true`, then `snapnames name-owned`"
    }


def test_what_a_deregistered_image_left_is_orphans_and_the_state_has_an_image_too_many(
    three: Releases, look: Look, ec2: EC2Client
) -> None:
    """Each snapshot says which image it was behind, and what it costs to keep."""
    ec2.deregister_image(ImageId=three.images["2"])

    ledger = look(three.state())

    orphans = [("orphans", three.images["2"], (one,)) for one in three.snapshots["2"].values()]
    assert everywhere(look, three.state()) == _sorted([("missing", three.images["2"], ()), *orphans])
    assert {one.image_name for one in ledger.findings} == {"front-web-2"}
    assert sorted(one.size or 0 for one in ledger.findings) == [0, 2, 8, 20, 50]
    assert (ledger.totals.size, ledger.totals.orphans_size) == (160, 80)
    assert steps(ledger, "orphans") == {
        "run `snapnames recover --orphans`: it deletes what images left that the state of this stack has"
    }


def test_an_orphan_that_the_state_has_forgotten_is_known_by_its_description_or_its_name(
    three: Releases, look: Look, ec2: EC2Client
) -> None:
    """A copy of a snapshot has another description, and keeps the name that a person gave it again."""
    ec2.deregister_image(ImageId=three.images["1"])
    copy = ec2.copy_snapshot(
        SourceRegion="ap-northeast-2", SourceSnapshotId=three.snapshots["1"]["/dev/sdf"], Description="moved"
    )["SnapshotId"]
    ec2.create_tags(Resources=[copy], Tags=[{"Key": "Name", "Value": "front-web-1(009)"}])
    three.unname("1", "/dev/sda1")
    state = three.state(["2", "3"])

    of_stack, of_account = look(state), look(state, account=True)

    named = [("orphans", three.images["1"], (three.snapshots["1"][device],)) for device in DEVICES[1:]]
    unnamed = ("orphans", three.images["1"], (three.snapshots["1"]["/dev/sda1"],))
    assert found(of_stack) == _sorted([*named, ("orphans", None, (copy,))])
    assert found(of_account) == _sorted([*named, unnamed, ("orphans", None, (copy,))])
    assert {one.image_name for one in of_account.findings} == {"front-web-1", None}
    [step] = [one for one in steps(of_account, "orphans") if copy in one]
    assert step == f"keep {copy}: it is a copy that somebody made"


def test_an_image_of_this_stack_that_its_state_does_not_have_is_found_once(three: Releases, look: Look) -> None:
    """Though nothing uses it either, and its snapshots have no names: those are of one cause."""
    three.make("4")
    three.unname("4", "/dev/sdf")
    state = three.state(["1", "2", "3"])
    cut_off = three.state(["1", "2", "3"])
    inputs = {"name": "front-web-4"}
    cut_off["deployment"]["pending_operations"] = [
        {"type": "creating", "resource": {"type": "aws:ec2/amiFromInstance:AmiFromInstance", "inputs": inputs}}
    ]

    forgotten, killed = look(state), look(cut_off)

    assert everywhere(look, state) == [("untracked", three.images["4"], tuple(sorted(three.snapshots["4"].values())))]
    assert [step.split("`")[1::2] for step in steps(forgotten, "untracked")] == [
        [
            "snapnames recover",
            f"aws ec2 deregister-image --image-id {three.images['4']} --delete-associated-snapshots",
        ]
    ]
    assert found(killed) == found(forgotten)
    assert [step.split("`")[1] for step in steps(killed, "untracked")] == ["snapnames recover"]


def test_an_image_that_is_being_made_is_no_finding(three: Releases, look: Look, aws: LocalAws) -> None:
    """Neither it nor its snapshots, whose names come when it is made."""
    state = three.state()
    aws.settings(pending_seconds=600)
    _create(three, "4")

    assert everywhere(look, state) == []


def test_an_image_that_ec2_failed_to_make_is_found_with_the_reason(three: Releases, look: Look, aws: LocalAws) -> None:
    """Its snapshots have no names, and nothing uses it: that is the same fault."""
    aws.fail_next_image("Client.InternalError")
    three.images["4"] = _create(three, "4")
    three.snapshots["4"] = {}
    state = three.state()

    ledger = look(state)

    assert [(one.kind, one.image_id) for one in ledger.findings] == [("failed", three.images["4"])]
    assert "is failed (Client.InternalError)" in ledger.findings[0].text


def test_a_copy_of_a_release_is_nobodys_release(three: Releases, look: Look, ec2: EC2Client) -> None:
    """Whatever tags it bears: the stack does not miss it in its state."""
    copy = ec2.copy_image(Name="copy", SourceImageId=three.images["1"], SourceRegion="ap-northeast-2")["ImageId"]
    ec2.create_tags(Resources=[copy], Tags=[{"Key": "snapnames:stack", "Value": STACK_TAG}])
    for snapshot_id in _behind(ec2, copy):
        ec2.create_tags(Resources=[snapshot_id], Tags=[{"Key": "Name", "Value": f"copy of {snapshot_id}"}])
    ec2.run_instances(ImageId=copy, MinCount=1, MaxCount=1)

    assert everywhere(look, three.state()) == []


def test_a_release_of_another_stack_is_that_stacks_business(three: Releases, look: Look, ec2: EC2Client) -> None:
    """In the account it is listed, and what is to be done about it is done there."""
    image_id = ec2.create_image(
        InstanceId=three.source,
        Name="db-1",
        NoReboot=True,
        TagSpecifications=[
            {"ResourceType": "image", "Tags": [{"Key": "snapnames:stack", "Value": "organization/snapnames/db"}]}
        ],
    )["ImageId"]

    of_stack, of_account = look(three.state()), look(three.state(), account=True)

    unnamed = [("unnamed", image_id, (one,)) for one in _behind(ec2, image_id)]
    assert found(of_stack) == []
    assert found(of_account) == _sorted([*unnamed, ("unused", image_id, tuple(sorted(_behind(ec2, image_id))))])
    for kind in ("unnamed", "unused"):
        assert all("the stack organization/snapnames/db" in step for step in steps(of_account, kind))


def test_a_snapshot_that_images_share_is_found_and_counted_once(three: Releases, look: Look, ec2: EC2Client) -> None:
    """Letting go of one of the images saves nothing of it."""
    shared = three.snapshots["1"]["/dev/sdg"]
    again = ec2.register_image(
        Name="again", RootDeviceName="/dev/sda1", BlockDeviceMappings=[_mapping("/dev/sda1", shared)]
    )["ImageId"]

    ledger = look(three.state(), account=True)

    assert [(one.kind, one.snapshot_ids) for one in ledger.findings] == [("shared", (shared,)), ("unused", (shared,))]
    assert all(image_id in ledger.findings[0].text for image_id in (three.images["1"], again))
    assert [one.size for one in ledger.findings if one.kind == "unused"] == [0]
    assert ledger.totals.size == 240
    assert [row.size for row in ledger.rows if row.image.image_id == again] == [50]


def test_a_name_that_two_snapshots_bear_is_found_with_the_one_to_rename(
    three: Releases, look: Look, ec2: EC2Client
) -> None:
    """The one that the stack does not declare."""
    name = snapshot_name("1", "/dev/sdf")
    other = ec2.create_snapshot(VolumeId=_volume(ec2), Description="backup")["SnapshotId"]
    ec2.create_tags(Resources=[other], Tags=[{"Key": "Name", "Value": name}])

    ledger = look(three.state())

    both = tuple(sorted((three.snapshots["1"]["/dev/sdf"], other)))
    assert everywhere(look, three.state()) == [("duplicates", None, both)]
    assert [step.split("`")[1] for step in steps(ledger, "duplicates")] == [
        f"aws ec2 create-tags --resources {other} --tags Key=Name,Value=..."
    ]


def test_backups_that_bear_the_name_of_their_volume_are_never_advised_to_be_deleted(look: Look, ec2: EC2Client) -> None:
    """The finding says which volume they are of, and has no command that deletes."""
    volume = _volume(ec2)
    for day in range(14):
        one = ec2.create_snapshot(VolumeId=volume, Description=f"day {day}")["SnapshotId"]
        ec2.create_tags(Resources=[one], Tags=[{"Key": "Name", "Value": "prod-db"}])

    [finding] = look(account=True).findings

    assert (finding.kind, len(finding.snapshot_ids)) == ("duplicates", 14)
    assert f"are of volume {volume}:" in finding.text
    assert not any(word in finding.step for word in ("delete-snapshot", "deregister-image", "delete snap-"))


def test_without_a_stack_the_account_still_tells_what_it_can(three: Releases, look: Look, ec2: EC2Client) -> None:
    """Names, uses, orphans; what is declared nobody knows."""
    three.rename("1", "/dev/sdf", "edited")
    ec2.deregister_image(ImageId=three.images["3"])

    ledger = look()

    assert found(ledger) == _sorted(("orphans", three.images["3"], (one,)) for one in three.snapshots["3"].values())
    assert {(row.image.builder, row.release, row.in_state) for row in ledger.rows} == {(STACK_TAG, None, False)}


def test_outputs_of_another_shape_than_the_programs_say_nothing(three: Releases, look: Look) -> None:
    """A program of one's own may export what it likes; the components tell what is declared."""
    three.rename("2", "/dev/sdf", "edited")
    state = three.state()
    stack = next(one for one in state["deployment"]["resources"] if one["type"] == "pulumi:pulumi:Stack")
    stack["outputs"] = {"images": ["2", "1"], "live": True, "ownedImages": "all"}

    ledger = look(state)

    assert found(ledger) == [("drift", three.images["2"], (three.snapshots["2"]["/dev/sdf"],))]
    assert {(row.release, row.live) for row in ledger.rows} == {("1", False), ("2", False), ("3", False)}


def _sorted(findings: Iterable[Found]) -> list[Found]:
    return sorted(findings, key=lambda one: (one[0], one[1] or "", one[2]))


def _behind(ec2: EC2Client, image_id: str) -> list[str]:
    mappings = ec2.describe_images(ImageIds=[image_id])["Images"][0]["BlockDeviceMappings"]
    return [mapping["Ebs"]["SnapshotId"] for mapping in mappings if "Ebs" in mapping]


def _create(releases: Releases, release: str) -> str:
    tags: list[TagTypeDef] = [{"Key": "snapnames:stack", "Value": STACK_TAG}]
    return releases.ec2.create_image(
        InstanceId=releases.source,
        Name=f"front-web-{release}",
        NoReboot=True,
        TagSpecifications=[{"ResourceType": "image", "Tags": tags}],
    )["ImageId"]


def _mapping(device: str, snapshot_id: str) -> BlockDeviceMappingTypeDef:
    return {"DeviceName": device, "Ebs": {"SnapshotId": snapshot_id}}


def _volume(ec2: EC2Client) -> str:
    return ec2.create_volume(Size=1, AvailabilityZone="ap-northeast-2a")["VolumeId"]
