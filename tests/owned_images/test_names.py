"""Which snapshots get which names, on the real engine."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from tests.account import INSTANCE_STORE, images, launch, names, writes
from tests.owned_images.accounts import ROOT, STORE, TWO, Account
from tests.program import Program

Make = Callable[..., Program]


def declared(stack: Program) -> dict[str, str]:
    """Label of each Tag that a preview creates, and its value."""
    return {
        step["urn"].rpartition("::")[2]: step["newState"]["inputs"]["value"]
        for step in stack.steps()
        if step["op"] == "create" and step["newState"]["type"] == "aws:ec2/tag:Tag"
    }


def test_every_snapshot_behind_an_image_is_named_root_first_then_by_device(
    aws: LocalAws, account: Account, program: Make
) -> None:
    """The preview lists what the update makes; instance-store mappings and snapshots behind no image get nothing."""
    unordered = {"/dev/sdf10": "", "/dev/sdb": STORE, "/dev/sdf9": "", "/dev/xvda": ""}
    account.image("front web/[1]", unordered, root="/dev/xvda")
    account.image("sql-1", [f"/dev/sd{letter}" for letter in "ponmlkjihgf"] + [ROOT])
    account.image("bundled-1", {"/dev/sdb": STORE, "/dev/sdf": "", "/dev/sdc": STORE})
    account.image("bundled-2", {"/dev/sdb": STORE})
    account.image("bundled-3", [])
    account.image("gone-1", TWO)
    account.deregister("gone-1")
    stack = program({"ownedImages": True})
    expected: dict[str, str] = {
        "front web/[1]:/dev/xvda": "front web/[1](001)",
        "front web/[1]:/dev/sdf9": "front web/[1](002)",
        "front web/[1]:/dev/sdf10": "front web/[1](003)",
        "sql-1:/dev/sda1": "sql-1(001)",
        **{f"sql-1:/dev/sd{letter}": f"sql-1({index:03d})" for index, letter in enumerate("fghijklmnop", start=2)},
        "bundled-1:/dev/sdf": "bundled-1(001)",
    }
    mark = aws.mark()

    previewed = declared(stack)
    written_by_preview = writes(aws, mark)
    stack.up("--skip-preview")
    named = aws.mark()
    stack.up("--skip-preview", "--expect-no-changes")

    assert previewed == expected
    assert written_by_preview == []
    assert account.names() == {**expected, "gone-1:/dev/sda1": None, "gone-1:/dev/sdf": None}
    assert writes(aws, named) == []
    recorded = stack.outputs()["ownedImages"]
    assert account.labelled(recorded.pop("names")) == expected
    assert recorded == {"kept": {}, "found": [], "renamed": [], "shared": {}, "skipped": {}, "removes": False}


def test_disabled_and_deprecated_images_have_their_snapshots_named_too(
    ec2: EC2Client, account: Account, program: Make
) -> None:
    """They cost as much as others."""
    disabled, deprecated = account.image("old-1"), account.image("old-2")
    ec2.disable_image(ImageId=disabled)
    ec2.enable_image_deprecation(ImageId=deprecated, DeprecateAt=datetime.now(UTC) + timedelta(minutes=2))

    program({"ownedImages": True}).up("--skip-preview")

    assert account.names() == {"old-1:/dev/sda1": "old-1(001)", "old-2:/dev/sda1": "old-2(001)"}


def oldest(ec2: EC2Client, *image_names: str) -> list[str]:
    """Image names by age; those of one second by id."""
    found = images(ec2)
    return sorted(image_names, key=lambda name: (found[name]["CreationDate"], found[name]["ImageId"]))


def test_a_snapshot_that_images_share_is_named_after_the_oldest(
    ec2: EC2Client, account: Account, program: Make
) -> None:
    """The others are listed; when the oldest is gone, the next gives the name, and its place in that image counts."""
    account.image("web-1", TWO)
    account.image("web-2", {ROOT: "web-1:/dev/sdf", "/dev/sdf": "web-1:/dev/sda1"})
    account.image("web-3", {ROOT: "web-1:/dev/sda1", "/dev/sdf": "web-1:/dev/sda1"})
    first, second, third = oldest(ec2, "web-1", "web-2", "web-3")
    index = {"web-1": 1, "web-2": 2, "web-3": 1}
    stack = program({"ownedImages": True})

    stack.up("--skip-preview")
    named, shared = account.names(), account.labelled(stack.outputs()["ownedImages"]["shared"])
    account.deregister(first)
    stack.up("--skip-preview")

    assert named["web-1:/dev/sda1"] == f"{first}(00{index[first]})"
    assert shared["web-1:/dev/sda1"] == {"named_after": first, "others": [second, third]}
    assert account.names()["web-1:/dev/sda1"] == f"{second}(00{index[second]})"
    stack.up("--skip-preview", "--expect-no-changes")


def test_a_snapshot_that_one_image_has_twice_is_named_after_its_first_device_and_shared_with_nobody(
    account: Account, program: Make
) -> None:
    """RegisterImage takes a snapshot for several devices."""
    account.image("web-1", TWO)
    account.image("web-2", {ROOT: "web-1:/dev/sda1", "/dev/sdf": "web-1:/dev/sda1"})
    account.deregister("web-1")
    stack = program({"ownedImages": True})

    stack.up("--skip-preview")

    assert account.names() == {"web-1:/dev/sda1": "web-2(001)", "web-1:/dev/sdf": None}
    assert stack.outputs()["ownedImages"]["shared"] == {}


def test_what_a_release_built_is_left_to_the_stack_of_the_release(
    aws: LocalAws, ec2: EC2Client, account: Account, program: Make
) -> None:
    """Own ones are not mentioned, those of another stack are listed; a copy has snapshots of its own, and names."""
    source = launch(ec2)
    tagged: Any = [
        {"ResourceType": "image", "Tags": [{"Key": "snapnames:stack", "Value": "organization/snapnames/other"}]}
    ]
    first = ec2.create_image(InstanceId=source, Name="other-1", TagSpecifications=tagged)["ImageId"]
    ec2.copy_image(SourceImageId=first, SourceRegion="ap-northeast-2", Name="copy-1", TagSpecifications=tagged)
    account.image("third-1")
    stack = program({"service": "web", "source": source, "releases": ["1"], "ownedImages": True})

    stack.up("--skip-preview")
    built = aws.mark()
    stack.up("--skip-preview", "--expect-no-changes")

    by_device = ("/dev/sda1", "/dev/sdf", "/dev/sdg")
    assert names(ec2, "web-1") == {device: f"web-1(00{index})" for index, device in enumerate(by_device, start=1)}
    assert names(ec2, "copy-1") == {device: f"copy-1(00{index})" for index, device in enumerate(by_device, start=1)}
    assert names(ec2, "other-1") == dict.fromkeys(by_device)
    assert account.names() == {"third-1:/dev/sda1": "third-1(001)"}
    recorded = stack.outputs()["ownedImages"]
    assert sorted(recorded["names"].values()) == ["copy-1(001)", "copy-1(002)", "copy-1(003)", "third-1(001)"]
    assert set(recorded["skipped"].values()) == {"stack organization/snapnames/other built its image and names it"}
    assert set(recorded["skipped"]) == snapshots(ec2, "other-1")
    assert writes(aws, built) == []


def snapshots(ec2: EC2Client, image: str) -> set[str]:
    """The ids of the snapshots behind an image."""
    mappings = images(ec2)[image]["BlockDeviceMappings"]
    return {mapping["Ebs"]["SnapshotId"] for mapping in mappings if "Ebs" in mapping}


def test_an_image_that_is_pending_is_named_by_a_later_run(aws: LocalAws, ec2: EC2Client, program: Make) -> None:
    """EC2 may not show all its snapshots before, so their order is not known."""
    aws.hold_next_image()
    image_id = ec2.create_image(InstanceId=launch(ec2), Name="slow-1")["ImageId"]
    stack = program({"ownedImages": True})

    stack.up("--skip-preview")
    while_pending = names(ec2, "slow-1"), stack.outputs()["ownedImages"]["names"]
    aws.finish_image(image_id)
    stack.up("--skip-preview")

    assert while_pending == ({"/dev/sda1": None, "/dev/sdf": None, "/dev/sdg": None}, {})
    assert names(ec2, "slow-1") == {
        "/dev/sda1": "slow-1(001)",
        "/dev/sdf": "slow-1(002)",
        "/dev/sdg": "slow-1(003)",
    }
    assert INSTANCE_STORE in images(ec2)["slow-1"]["BlockDeviceMappings"]


def test_each_filter_leaves_images_out_and_a_snapshot_is_named_after_one_that_is_in(
    account: Account, program: Make
) -> None:
    """Names, tags, age, and exclusion by name or id; what a later filter leaves out keeps its name."""
    web = {"team": "web"}
    account.image("back-1", TWO, tags=web)
    account.image("front-1", {ROOT: "back-1:/dev/sda1", "/dev/sdf": ""}, tags={**web, "more": "x"})
    account.image("front-2", tags=web)
    account.image("front-3", tags=web)
    account.image("front-4-scratch", tags=web)
    account.image("front-5", tags={"team": "sql"})
    account.image("front-6")
    filters = {"names": ["front-*", "x"], "tags": web, "exclude": ["*-scratch", account.images["front-3"]]}
    young = {"minimumAge": "1h", **filters}
    unnamed = dict.fromkeys(account.names())
    named = {
        "back-1:/dev/sda1": "front-1(001)",
        "front-1:/dev/sdf": "front-1(002)",
        "front-2:/dev/sda1": "front-2(001)",
    }

    stack = program({"ownedImages": young})
    stack.up("--skip-preview")
    while_young = account.names()
    stack.config["ownedImages"] = filters
    stack.up("--skip-preview")
    once_old = account.names()
    stack.config["ownedImages"] = {**filters, "exclude": ["front-*"]}
    stack.up("--skip-preview")

    assert while_young == unnamed
    assert once_old == {**unnamed, **named}
    assert account.names() == once_old
    assert stack.outputs()["ownedImages"]["names"] == {}
