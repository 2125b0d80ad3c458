"""`snapnames recover`: a stack whose update was killed, without a question."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mypy_boto3_autoscaling import AutoScalingClient
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import REGION, LocalAws

from dev.engine import Engine
from tests.account import images, launch, names, snapshot_ids, writes
from tests.faults import Drop, Fail, Fate, FaultProxy, Hold
from tests.prepared import Prepared, web
from tests.program import STACK, STACK_TAG, Program, Ran, killed_at_a_held_call

from .service import wait_for

pytestmark = pytest.mark.xdist_group("recover")

THREE = {"/dev/sda1": "web-1(001)", "/dev/sdf": "web-1(002)", "/dev/sdg": "web-1(003)"}
DATABASE = "urn:pulumi:test::snapnames::aws:rds/instance:Instance::db"
ZONE = "ap-northeast-2a"
CREATED = "Created by CreateImage({}) for {}"


@pytest.fixture
def stack(program: Callable[..., Program], ec2: EC2Client, proxy: FaultProxy) -> Program:
    """One release, not built yet."""
    return program({"service": "web", "source": launch(ec2), "releases": ["1"]}, endpoint=proxy.url)


@pytest.fixture
def built(prepared: Prepared, aws: LocalAws, engine: Engine, proxy: FaultProxy) -> Program:
    """The same, built."""

    def make(folder: Path) -> Program:
        return web(folder, aws, engine, "1", endpoint=proxy.url)

    return prepared.stack(f"web-1 behind {proxy.port}", make)


@pytest.fixture
def two(prepared: Prepared, aws: LocalAws, engine: Engine, proxy: FaultProxy) -> Program:
    """The same with a second release."""

    def make(folder: Path) -> Program:
        return web(folder, aws, engine, "1", "2", endpoint=proxy.url)

    return prepared.stack(f"web-1 and web-2 behind {proxy.port}", make)


def killed_at(proxy: FaultProxy, stack: Program, call: str, *command: str, after: bool) -> None:
    """Kill the update at the first such call, before AWS sees it or before its answer comes back."""
    proxy.schedule.at(call, 1, Hold(after=after))
    killed_at_a_held_call(stack, proxy, *command, "--yes", "--skip-preview")


def said(ran: Ran) -> list[str]:
    """What the command said, without times."""
    return [line.rpartition("] ")[2] for line in ran.out.splitlines()]


def behind(ec2: EC2Client, image: str) -> set[str]:
    """The snapshots behind an image."""
    mappings = images(ec2)[image]["BlockDeviceMappings"]
    return {mapping["Ebs"]["SnapshotId"] for mapping in mappings if "Ebs" in mapping}


def state(stack: Program) -> list[dict[str, Any]]:
    """The resources, without the times at which they were written."""
    return [
        {key: value for key, value in resource.items() if key not in ("created", "modified")}
        for resource in stack.resources()
    ]


def ids(stack: Program) -> set[tuple[str, str | None, bool]]:
    """URN, id, and whether the next update deletes it, of all resources."""
    return {(resource["urn"], resource.get("id"), resource.get("delete", False)) for resource in stack.resources()}


def test_a_stack_that_is_whole_stays_as_it_is(built: Program, aws: LocalAws) -> None:
    """Nothing is written to AWS, and the state is the same."""
    before, mark = state(built), aws.mark()

    ran = built.snapnames("recover", "--orphans")

    assert said(ran) == [
        "nothing to recover",
        "done: run `pulumi up`, `pulumi destroy` or `snapnames deploy` again",
    ]
    assert writes(aws, mark) == []
    assert state(built) == before


def test_an_image_that_the_state_missed_is_taken_over(stack: Program, ec2: EC2Client, proxy: FaultProxy) -> None:
    """With its snapshots, so that the next update only names them."""
    killed_at(proxy, stack, "ec2.CreateImage", "up", after=True)
    made = images(ec2)["web-1"]["ImageId"]

    ran = stack.snapnames("recover", "--json")
    mark = proxy.mark()
    stack.up("--skip-preview")

    assert {key: ran.json[key] for key in ("stack", "adopted", "dropped", "deleted_snapshots")} == {
        "stack": "test",
        "adopted": ["web-1"],
        "dropped": [],
        "deleted_snapshots": [],
    }
    assert images(ec2)["web-1"]["ImageId"] == made
    assert [call.name for call in proxy.writes(mark)] == ["ec2.CreateTags"] * 3
    assert names(ec2, "web-1") == THREE


@pytest.mark.fault("state lost")
@pytest.mark.parametrize("whole", [True, False])
def test_an_image_that_a_lost_state_had_is_taken_in_again_with_its_names(
    built: Program, aws: LocalAws, ec2: EC2Client, *, whole: bool
) -> None:
    """When a person says that it is this stack's: nothing of the state proves it.

    Whether all is lost or the image alone: the next update writes nothing, and a prune leaves nothing behind.
    """
    before = {resource["urn"] for resource in built.resources()}
    built.lose_state(lambda resource: not whole and "ReleaseImage" not in resource["urn"])
    refused = built.preview(code=1).out
    mark, image_id = aws.mark(), images(ec2)["web-1"]["ImageId"]

    asked = built.snapnames("recover", code=1).err
    ran = built.snapnames("recover", "--adopt", image_id, "--json")
    built.up("--skip-preview")
    written, after = writes(aws, mark), {resource["urn"] for resource in built.resources()}
    built.up("--skip-preview", "--refresh", "--expect-no-changes")
    built.destroy()

    assert "run `snapnames recover`" in " ".join(refused.split())
    assert f"run `snapnames recover --adopt {image_id}`" in asked
    assert ran.json["adopted"] == ["web-1"]
    assert written == []
    assert after == before
    assert (images(ec2), snapshot_ids(ec2)) == ({}, set())


def test_a_lost_state_that_cannot_be_begun_again_is_a_failure_and_says_why(built: Program, ec2: EC2Client) -> None:
    """Not nothing to recover: the next update would have neither image nor provider."""
    built.lose_state()
    built.config["namePattern"] = "{nope}"

    ran = built.snapnames("recover", "--adopt", images(ec2)["web-1"]["ImageId"], code=1)

    assert "nothing to recover" not in ran.out
    assert "name pattern '{nope}' has the unknown field 'nope'" in ran.err
    assert "the state has lost web-1 and the stack itself, which an update has to make first" in ran.err


def test_an_image_that_the_state_has_without_volumes_is_read_again(
    stack: Program, aws: LocalAws, ec2: EC2Client
) -> None:
    """As after a create that timed out, of which EC2 has made the image since."""
    stack.config["createTimeout"] = "10s"
    aws.hold_next_image()
    stack.up("--skip-preview", code=1)
    aws.finish_image(images(ec2)["web-1"]["ImageId"])

    stack.snapnames("recover")
    stack.up("--skip-preview")

    assert names(ec2, "web-1") == THREE


def test_an_image_that_is_still_being_made_is_waited_for(
    stack: Program, aws: LocalAws, ec2: EC2Client, proxy: FaultProxy
) -> None:
    """Its snapshots are known only then."""
    aws.hold_next_image()
    killed_at(proxy, stack, "ec2.CreateImage", "up", after=True)

    with stack.command("recover") as process:
        wait_for("EC2 is still making web-1: waiting for it", process)
        aws.finish_image(images(ec2)["web-1"]["ImageId"])
        out, err = process.communicate()
    stack.up("--skip-preview")

    assert (process.returncode, err) == (0, "")
    assert "taking over from an update that was cut off: web-1\n" in out
    assert names(ec2, "web-1") == THREE
    assert snapshot_ids(ec2) == behind(ec2, "web-1")


def test_launch_settings_that_replace_others_are_taken_over(
    program: Callable[..., Program], ec2: EC2Client, autoscaling: AutoScalingClient, proxy: FaultProxy
) -> None:
    """A launch configuration is made before the old one goes: the next update moves the group and deletes that one."""
    fleet = {"launch": "configuration", "instanceType": "t3.micro", "minSize": 1, "maxSize": 2, "zones": [ZONE]}
    config = {"service": "web", "source": launch(ec2), "releases": ["1"], "fleet": fleet}
    stack = program(config, endpoint=proxy.url)
    stack.up("--skip-preview")
    stack.config["releases"] = ["2", "1"]
    killed_at(proxy, stack, "autoscaling.CreateLaunchConfiguration", "up", after=True)

    ran = stack.snapnames("recover", "--json")
    stack.up("--skip-preview")

    configurations = autoscaling.describe_launch_configurations()["LaunchConfigurations"]
    groups = autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    assert "web" in ran.json["adopted"]
    assert [configuration["ImageId"] for configuration in configurations] == [images(ec2)["web-2"]["ImageId"]]
    assert [group["LaunchConfigurationName"] for group in groups] == [
        configuration["LaunchConfigurationName"] for configuration in configurations
    ]


@pytest.mark.parametrize(
    ("launch_by", "call"),
    [
        ("configuration", "autoscaling.CreateLaunchConfiguration"),
        ("configuration", "autoscaling.CreateAutoScalingGroup"),
        ("template", "ec2.CreateLaunchTemplate"),
        ("template", "autoscaling.CreateAutoScalingGroup"),
    ],
)
def test_a_part_of_a_fleet_that_was_made_has_every_field_as_it_was_wanted_and_is_taken_over(
    program: Callable[..., Program], ec2: EC2Client, proxy: FaultProxy, launch_by: str, call: str
) -> None:
    """With encrypted user data, tags and an instance refresh: what the provider makes of the inputs is compared."""
    fleet = {
        "launch": launch_by,
        "instanceType": "t3.micro",
        "minSize": 1,
        "maxSize": 2,
        "desiredCapacity": 1,
        "zones": [ZONE],
        "userData": "#!/bin/sh\necho ours\n",
        "tags": {"team": "web"},
        "instanceRefresh": {},
    }
    config = {"service": "web", "source": launch(ec2), "releases": ["1"], "fleet": fleet}
    stack = program(config, endpoint=proxy.url)
    killed_at(proxy, stack, call, "up", after=True)

    ran = stack.snapnames("recover", "--json")
    mark = proxy.mark()
    stack.up("--skip-preview")

    assert ran.json["adopted"] == ["web"]
    assert "web" not in ran.json["dropped"]
    assert call not in [one.name for one in proxy.writes(mark)]


def test_a_pending_create_of_an_earlier_update_does_not_touch_what_was_made_since(
    stack: Program, ec2: EC2Client, proxy: FaultProxy
) -> None:
    """The engine keeps it in every later state, and AWS has an image of that name by now: the one that serves."""
    killed_at(proxy, stack, "ec2.CreateImage", "up", after=False)
    stack.pulumi("cancel", "--yes")
    stack.up("--skip-preview")
    built, before = images(ec2)["web-1"]["ImageId"], ids(stack)

    ran = stack.snapnames("recover", "--orphans", "--json")
    stack.up("--skip-preview", "--expect-no-changes")

    assert (ran.json["adopted"], ran.json["dropped"]) == ([], [])
    assert images(ec2)["web-1"]["ImageId"] == built
    assert ids(stack) == before
    assert names(ec2, "web-1") == THREE


def test_a_create_of_something_else_that_was_cut_off_is_left_for_a_person(built: Program) -> None:
    """Whether AWS has made it can't be told, and an import of the state would forget it."""
    (path,) = (built.folder / "state").rglob("test.json")
    kept = json.loads(path.read_text(encoding="utf-8"))
    database = {"urn": DATABASE, "custom": True, "type": "aws:rds/instance:Instance", "inputs": {}}
    kept["checkpoint"]["latest"]["pending_operations"] = [{"resource": database, "type": "creating"}]
    path.write_text(json.dumps(kept), encoding="utf-8")
    before = built.pulumi("stack", "export").out

    refused = built.snapnames("recover", code=1).err

    assert f"an update was cut off while it made {DATABASE}" in refused
    assert "`pulumi refresh`, which asks what became of it" in refused
    assert built.pulumi("stack", "export").out == before


def test_a_create_that_never_reached_aws_is_dropped_and_made_by_the_next_update(
    stack: Program, ec2: EC2Client, proxy: FaultProxy
) -> None:
    """The state had it as being created."""
    killed_at(proxy, stack, "ec2.CreateImage", "up", after=False)

    ran = stack.snapnames("recover")
    stack.up("--skip-preview")

    assert said(ran)[0] == "begun, and not in the state: the next update makes it: web-1"
    assert names(ec2, "web-1") == THREE


@pytest.mark.fault("image name taken")
def test_an_image_of_that_name_that_somebody_else_made_is_not_taken_over(
    stack: Program, ec2: EC2Client, proxy: FaultProxy
) -> None:
    """It has no tag of this stack; the next update says whose name it is."""
    killed_at(proxy, stack, "ec2.CreateImage", "up", after=False)
    theirs = ec2.create_image(InstanceId=stack.config["source"], Name="web-1", NoReboot=True)["ImageId"]

    ran = stack.snapnames("recover", "--json")
    refused = stack.up("--skip-preview", code=None)

    assert (ran.json["adopted"], ran.json["dropped"]) == ([], ["web-1"])
    assert refused.code != 0
    assert images(ec2)["web-1"]["ImageId"] == theirs
    assert names(ec2, "web-1") == dict.fromkeys(THREE)


@pytest.mark.parametrize("how", ["another organization", "a copy"])
def test_an_image_of_a_listed_name_that_is_not_this_stacks_release_is_not_taken_in(
    stack: Program, ec2: EC2Client, how: str
) -> None:
    """Of a stack of the same name in another organization, or copied with this stack's tag: the state would own it."""
    owner = "bob/snapnames/test" if how == "another organization" else STACK_TAG
    tags = [{"ResourceType": "image", "Tags": [{"Key": "snapnames:stack", "Value": owner}]}]
    name = "web-1" if how == "another organization" else "other"
    made = ec2.create_image(InstanceId=stack.config["source"], Name=name, TagSpecifications=tags)["ImageId"]  # type: ignore[arg-type] # as the call takes it
    if how == "a copy":
        copy = ec2.copy_image(SourceRegion=REGION, SourceImageId=made, Name="web-1")["ImageId"]
        ec2.create_tags(Resources=[copy], Tags=tags[0]["Tags"])  # type: ignore[arg-type] # as the call takes it

    ran = stack.snapnames("recover", "--json")

    assert (ran.json["adopted"], stack.resources()) == ([], [])


def test_a_delete_that_was_cut_off_is_finished(built: Program, ec2: EC2Client, proxy: FaultProxy) -> None:
    """Between image and snapshots: the provider itself would take the image for gone, and leave its snapshots."""
    left = behind(ec2, "web-1")
    killed_at(proxy, built, "ec2.DeregisterImage", "destroy", after=True)
    still = snapshot_ids(ec2)

    ran = built.snapnames("recover", "--json")
    built.destroy()

    assert still == left
    assert set(ran.json["deleted_snapshots"]) == left
    assert snapshot_ids(ec2) == set()
    assert built.resources() == []


@pytest.mark.parametrize("command", ["up", "destroy"])
@pytest.mark.parametrize("fate", [Fail(after=True), Drop(after=True)], ids=str)
def test_snapshots_that_a_lost_answer_left_are_found_by_an_earlier_state(
    two: Program, ec2: EC2Client, proxy: FaultProxy, command: str, fate: Fate
) -> None:
    """The provider's retry took the image for deleted, so the update succeeded, and its state has forgotten it."""
    left = behind(ec2, "web-1")
    two.config["releases"] = ["2"]
    proxy.schedule.at(lambda call: call.name == "ec2.DeregisterImage", 1, fate)
    two.pulumi(command, "--yes", "--skip-preview")
    after_the_update = snapshot_ids(ec2)

    ran = two.snapnames("recover", "--orphans", "--json")

    kept = behind(ec2, "web-2") if command == "up" else set()
    assert after_the_update > kept
    assert set(ran.json["deleted_snapshots"]) == after_the_update - kept
    assert command == "destroy" or after_the_update - kept == left
    assert snapshot_ids(ec2) == kept


@pytest.mark.parametrize("options", [[], ["--orphans"]])
def test_orphans_of_this_stack_go_when_they_are_asked_for_and_no_other_snapshot_ever(
    built: Program, ec2: EC2Client, options: list[str]
) -> None:
    """Its image was deregistered by hand; the others belong to nobody, a person, another image, or are copies."""
    ours, image_id = behind(ec2, "web-1"), images(ec2)["web-1"]["ImageId"]
    other = ec2.create_image(InstanceId=built.config["source"], Name="other", NoReboot=True)["ImageId"]
    others = behind(ec2, "other")
    ec2.deregister_image(ImageId=other)
    ec2.deregister_image(ImageId=image_id)
    volume = ec2.create_volume(AvailabilityZone="ap-northeast-2a", Size=1)["VolumeId"]
    theirs = {
        ec2.create_snapshot(VolumeId=volume, Description=text)["SnapshotId"]
        for text in (
            f"before {image_id}",
            CREATED.format("i-0123456789abcdef0", "ami-0123456789abcdef0"),
            f"{CREATED.format('i-0123456789abcdef0', image_id)}, copied",
            f"Created by CreateImage(i-1) for {image_id}, copied",
            "",
        )
    }
    backup = ec2.copy_snapshot(
        SourceRegion=REGION,
        SourceSnapshotId=min(ours),
        Description=CREATED.format(built.config["source"], image_id),
    )
    theirs.add(backup["SnapshotId"])

    built.snapnames("recover", *options)

    left = {snapshot["SnapshotId"] for snapshot in ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]}
    assert ours & left == (set() if options else ours)
    assert others | theirs <= left


@pytest.mark.parametrize("denied", [False, True])
def test_the_snapshots_of_an_image_that_could_be_restored_stay(
    built: Program, aws: LocalAws, ec2: EC2Client, proxy: FaultProxy, *, denied: bool
) -> None:
    """The Recycle Bin keeps it. Where AWS does not say whether it does, no snapshot goes either."""
    aws.ec2(image_retention_seconds=3600)
    image_id, behind_it = images(ec2)["web-1"]["ImageId"], behind(ec2, "web-1")
    ec2.deregister_image(ImageId=image_id)
    if denied:
        refused = Fail(code="UnauthorizedOperation", status=403)
        proxy.schedule.at("ec2.ListImagesInRecycleBin", 1, refused)

    ran = built.snapnames("recover", "--orphans")
    ec2.restore_image_from_recycle_bin(ImageId=image_id)

    why = (
        "no orphans are deleted: AWS does not tell whether the Recycle Bin keeps their images: allow "
        "ec2:ListImagesInRecycleBin, and run the same command again"
        if denied
        else f"image web-1 ({image_id}) is in the Recycle Bin, so its snapshots stay: `aws ec2 "
        f"restore-image-from-recycle-bin --image-id {image_id}` restores it"
    )
    assert why in said(ran)
    assert behind(ec2, "web-1") == behind_it == snapshot_ids(ec2)


def test_a_lock_of_another_machine_is_removed_only_when_a_person_asks_for_that(stack: Program) -> None:
    """The refusal says who holds it, and the command that removes it."""
    lock = stack.folder / "state" / ".pulumi" / "locks" / "organization" / "snapnames" / STACK / "a.json"
    lock.parent.mkdir(parents=True)
    holder = {"pid": 42, "username": "ci", "hostname": "runner-1", "timestamp": "2018-03-07T23:12:07Z"}
    lock.write_text(json.dumps(holder), encoding="utf-8")

    refused = stack.snapnames("recover", code=1).err
    stack.snapnames("recover", "--unlock")

    assert "is locked by ci@runner-1, process 42, since 2018-03-07 23:12:07 UTC: wait for it, or" in refused
    assert "run `snapnames recover --unlock`" in refused
    assert not lock.exists()


def test_a_snapshot_that_another_image_uses_stays(built: Program, ec2: EC2Client) -> None:
    """EC2 refuses to delete it, and that is right."""
    image = images(ec2)["web-1"]
    root = next(m["Ebs"]["SnapshotId"] for m in image["BlockDeviceMappings"] if m["DeviceName"] == "/dev/sda1")
    ec2.register_image(
        Name="kept",
        RootDeviceName="/dev/sda1",
        BlockDeviceMappings=[{"DeviceName": "/dev/sda1", "Ebs": {"SnapshotId": root}}],
    )
    ec2.deregister_image(ImageId=image["ImageId"])

    ran = built.snapnames("recover", "--orphans", "--json")

    assert len(ran.json["deleted_snapshots"]) == 2
    assert behind(ec2, "kept") == {root}
    assert snapshot_ids(ec2) == {root}
