"""`snapnames name-owned`: thousands of names, and nothing but names."""

import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.aws.pace import AT_ONCE
from snapnames.testing.localaws.server import LocalAws

import dev.engine as engines
from tests.account import images, launch, names, writes
from tests.program import Program, Ran, kill_all

from .service import Service

COUNT = 35
"""Images, of three snapshots each: more than the names that are given at once."""


class Owner(Service):
    """A stack of owned images alone, whose config file is written anew for each command."""

    def _write_config(self) -> None:
        Program._write_config(self)  # noqa: SLF001 -- its own


@pytest.fixture
def owner(tmp_path: Path, aws: LocalAws, engine: engines.Engine) -> Owner:
    """A stack that names everything, as fast as the local AWS can."""
    stack = Owner(tmp_path / "stack", aws, engine)
    stack.file.unlink()
    stack.config = {"ownedImages": {"namesPerSecond": 1000}}
    return stack


@pytest.fixture
def made(ec2: EC2Client) -> dict[str, dict[str, str]]:
    """The account's images, as they are to be named."""
    instance = launch(ec2)
    for number in range(COUNT):
        ec2.create_image(InstanceId=instance, Name=f"batch-{number:02d}", NoReboot=True)
    return {
        f"batch-{number:02d}": {
            device: f"batch-{number:02d}({index:03d})"
            for index, device in enumerate(("/dev/sda1", "/dev/sdf", "/dev/sdg"), start=1)
        }
        for number in range(COUNT)
    }


def live(ec2: EC2Client) -> dict[str, dict[str, str | None]]:
    """Image to device to the Name of its snapshot."""
    return {image: names(ec2, image) for image in images(ec2) if image.startswith("batch-")}


def tags_in_state(stack: Service) -> int:
    """How many Tags the stack knows."""
    return sum(resource["type"] == "aws:ec2/tag:Tag" for resource in stack.resources())


def cut_off(
    stack: Service, aws: LocalAws, stop: Callable[[subprocess.Popen[str]], None], *, per_second: float = 0.25
) -> Ran:
    """Run the command with few names a second, and stop it when those that are given at once are."""
    stack.config = {"ownedImages": {"namesPerSecond": per_second}}
    mark = aws.mark()
    with stack.command("name-owned") as process:
        while aws.calls(mark).count("ec2.CreateTags") < AT_ONCE:
            assert process.poll() is None, process.communicate()
            time.sleep(0.05)
        stop(process)
        out, err = process.communicate()
    stack.config = {"ownedImages": {"namesPerSecond": 1000}}
    return Ran(process.returncode, out, err)


def test_every_snapshot_of_the_account_is_named_and_the_command_says_how_many(
    owner: Owner, ec2: EC2Client, made: dict[str, dict[str, str]]
) -> None:
    """In a log with a line for each tenth, and to a script as JSON."""
    ran = owner.snapnames("name-owned", "--json")

    assert live(ec2) == made
    assert sorted(ran.json["names"].values()) == sorted(name for devices in made.values() for name in devices.values())
    assert ran.json["changes"] == {"create snapshot tag": 3 * COUNT}
    assert [ran.json[key] for key in ("kept", "shared", "skipped")] == [{}, {}, {}]
    assert [line.split("] ")[1] for line in ran.err.splitlines()] == [
        "tags to make or change: 105",
        *(f"{done} of 105 tags" for done in (*range(10, 101, 10), 105)),
        "done: 105 named, 0 keep another name, 0 shared, 0 skipped",
    ]
    assert owner.steps() == []


@pytest.mark.usefixtures("made")
def test_a_preview_says_what_there_is_to_do_and_writes_nothing(owner: Owner, aws: LocalAws) -> None:
    """The account is read, and the state stays empty."""
    mark = aws.mark()

    ran = owner.snapnames("name-owned", "--preview")

    assert ran.out.split("] ")[1] == "to do: create 105 snapshot tags\n"
    assert writes(aws, mark) == []
    assert tags_in_state(owner) == 0


def test_a_killed_run_is_completed_by_the_next_one(
    owner: Owner, aws: LocalAws, ec2: EC2Client, made: dict[str, dict[str, str]]
) -> None:
    """The kill leaves a lock, and a state that knows none of the names: those that were given need no Tag."""
    killed = cut_off(owner, aws, kill_all)
    known = tags_in_state(owner)
    given = sum(name is not None for devices in live(ec2).values() for name in devices.values())

    owner.snapnames("name-owned")

    assert (killed.code, known) == (-signal.SIGKILL, 0)
    assert AT_ONCE <= given < 3 * COUNT
    assert live(ec2) == made
    assert tags_in_state(owner) == 3 * COUNT - given
    assert owner.steps() == []


def test_an_interrupted_run_keeps_what_it_did_and_is_completed_by_the_next_one(
    owner: Owner, aws: LocalAws, ec2: EC2Client, made: dict[str, dict[str, str]]
) -> None:
    """The state is written at the end, and ^C is an end."""
    stopped = cut_off(owner, aws, lambda process: process.send_signal(signal.SIGINT))
    known = tags_in_state(owner)
    mark = aws.mark()

    owner.snapnames("name-owned")

    assert stopped.code == 130
    assert stopped.err.splitlines() == [
        "error: stopped",
        "what was named stays so: `snapnames name-owned` goes on from here",
    ]
    assert AT_ONCE <= known < 3 * COUNT
    assert writes(aws, mark) == ["ec2.CreateTags"] * (3 * COUNT - known)
    assert live(ec2) == made


def test_a_pulumi_that_is_killed_ends_the_command_too_and_the_next_run_completes_it(
    owner: Owner, aws: LocalAws, ec2: EC2Client, made: dict[str, dict[str, str]]
) -> None:
    """The program runs in the command, where names wait for their turns: this one would wait for hours."""

    def kill_pulumi(process: subprocess.Popen[str]) -> None:
        for one in psutil.Process(process.pid).children(recursive=True):
            one.kill()

    killed = cut_off(owner, aws, kill_pulumi, per_second=0.001)
    given = sum(name is not None for devices in live(ec2).values() for name in devices.values())

    owner.snapnames("name-owned")

    assert killed.code == 1
    assert killed.err.endswith("what was named stays so: `snapnames name-owned` goes on from here\n")
    assert given < 3 * COUNT
    assert live(ec2) == made


@pytest.mark.usefixtures("made")
@pytest.mark.fault("two updates of one stack at once")
def test_a_lock_whose_process_lives_is_respected(owner: Owner, aws: LocalAws) -> None:
    """The one that came second says who holds it, and changes nothing."""
    second, written = Ran(0, "", ""), ["not run"]

    def come_second(first: subprocess.Popen[str]) -> None:
        nonlocal second, written
        mark = aws.mark()
        second = owner.snapnames("name-owned", code=1)
        written = [call for call in writes(aws, mark) if call != "ec2.CreateTags"]
        holder = next(child for child in psutil.Process(first.pid).children(recursive=True) if child.name() == "pulumi")
        assert f", process {holder.pid}, since " in second.err
        first.send_signal(signal.SIGINT)

    first = cut_off(owner, aws, come_second)

    assert second.err.startswith("error: stack 'test' is locked by ")
    assert (
        "wait for it, or, when nothing runs any more, run `snapnames recover --unlock`, and the same command"
        in second.err
    )
    assert written == []
    assert first.code == 130


@pytest.mark.fault("image deregistered, or snapshot deleted, by hand")
def test_a_snapshot_that_is_deleted_meanwhile_is_named_in_the_error_and_keeps_no_other(
    owner: Owner, aws: LocalAws, ec2: EC2Client, made: dict[str, dict[str, str]]
) -> None:
    """The next run knows that it is gone."""
    gone: dict[str, list[str]] = {}

    def delete_one(process: subprocess.Popen[str]) -> None:
        found, named = images(ec2), live(ec2)
        last_in_turn = max(found, key=lambda name: (found[name]["CreationDate"], found[name]["ImageId"]))
        image, devices = last_in_turn, named[last_in_turn]
        gone[image] = [device for device, name in devices.items() if name is None]
        ec2.deregister_image(ImageId=found[image]["ImageId"], DeleteAssociatedSnapshots=True)
        assert process.poll() is None

    failed = cut_off(owner, aws, delete_one, per_second=1)
    [(image, devices)] = gone.items()
    left = {name: expected for name, expected in made.items() if name != image}
    after_failure = live(ec2)
    again = owner.snapnames("name-owned")

    assert failed.code == 1
    assert failed.err.count("InvalidSnapshot.NotFound") == len(devices)
    assert after_failure == left
    assert again.out.splitlines()[-1].split("] ")[1] == (
        f"done: {3 * COUNT - 3} named, 0 keep another name, 0 shared, 0 skipped"
    )
    assert owner.steps() == []


def test_a_release_that_waits_to_be_built_is_not_built(
    tmp_path: Path, aws: LocalAws, engine: engines.Engine, made: dict[str, dict[str, str]]
) -> None:
    """Without checkpoints a kill would lose the image; `pulumi up` builds it afterwards."""
    ec2 = aws.client("ec2")
    stack = Service(tmp_path / "stack", aws, engine)
    for key, value in (("releases[0]", "1"), ("ownedImages.namesPerSecond", "1000")):
        kind = "string" if key.startswith("releases") else "int"
        stack.pulumi("config", "set", "--path", "--type", kind, f"snapnames:{key}", value)

    stack.snapnames("name-owned")
    only_names = (sorted(images(ec2)), live(ec2))
    stack.up("--skip-preview")

    assert only_names == (sorted(made), made)
    assert set(images(ec2)) == {*made, "front-web-1"}
    assert names(ec2, "front-web-1") == {
        "/dev/sda1": "front-web-1(001)",
        "/dev/sdf": "front-web-1(002)",
        "/dev/sdg": "front-web-1(003)",
    }


def test_a_stack_that_names_no_owned_images_is_bad_usage(service: Service, aws: LocalAws) -> None:
    """With the key that is missing."""
    mark = aws.mark()

    refused = service.snapnames("name-owned", code=2)

    assert refused.err == (
        "error: snapnames:ownedImages is not set in Pulumi.test.yaml; it chooses the images: run `pulumi config set "
        "snapnames:ownedImages true`, and `pulumi preview` to see what that names\n"
    )
    assert aws.calls(mark) == []


def test_a_terminal_shows_a_bar_with_how_many_are_done(owner: Owner, made: dict[str, dict[str, str]]) -> None:
    """Of all that the preview found."""
    written = owner.on_a_terminal("name-owned")

    assert f"{3 * len(made)}/{3 * COUNT}" in written


def test_the_command_waits_for_nothing_when_all_is_named(
    owner: Owner, aws: LocalAws, made: dict[str, dict[str, str]]
) -> None:
    """A second run reads the account in bulk and updates nothing."""
    owner.snapnames("name-owned")
    mark = aws.mark()

    again = owner.snapnames("name-owned")

    assert made
    assert again.out.splitlines()[0].split("] ")[1] == "tags to make or change: 0"
    assert set(aws.calls(mark)) == {"ec2.DescribeImages", "ec2.DescribeSnapshots"}
