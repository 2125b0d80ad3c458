"""`snapnames name-owned --targets`, with a stack for each account and region."""

import json
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

import dev.engine as engines
from tests.account import launch
from tests.faults import Call, FaultProxy
from tests.faults.call import Answer
from tests.faults.fates import Fail, Hold
from tests.program import Program, kill_all

if TYPE_CHECKING:
    import subprocess

ALL = bool(os.environ.get("SNAPNAMES_EVERY_TARGET"))
"""24 targets in place of 4: minutes, so `make test-full` sets it."""

ACCOUNTS = [f"1111222233{number:02d}" for number in range(6 if ALL else 2)]
REGIONS = ["ap-northeast-2", "eu-west-1", "us-east-1", "us-west-2"][: 4 if ALL else 2]
PLACES = [(account, region) for account in ACCOUNTS for region in REGIONS]
MINE = "a person's name"


class Many(Program):
    """A project with a list of targets, each of which has an image of three snapshots."""

    def __init__(self, folder: Path, aws: LocalAws, engine: engines.Engine, proxy: FaultProxy) -> None:
        """Write the list."""
        super().__init__(folder, aws, engine, {}, endpoint=proxy.url)
        self.stack_options = ()
        (folder / f"Pulumi.{self.stack}.yaml").unlink()
        config = self._provider()
        for key in ("aws:region", "aws:skipRequestingAccountId"):
            del config[key]
        defaults = {"role": "names", "regions": REGIONS, "config": config}
        listed = {"defaults": defaults, "targets": [{"account": account} for account in ACCOUNTS]}
        (folder / "targets.yaml").write_text(yaml.safe_dump(listed), encoding="utf-8")

    def _write_config(self) -> None:
        """Write it for the stack of each project of the tests. The command writes the files of its own stacks."""
        if self.stack_options:
            super()._write_config()

    def start_naming(self, *options: str) -> "subprocess.Popen[str]":
        """Start the command."""
        return self.command("name-owned", "--targets", "targets.yaml", *options)


@pytest.fixture
def clients(ec2_of: Callable[[str, str], EC2Client]) -> dict[tuple[str, str], EC2Client]:
    """A client of each target, which has an image `<region>` whose root device's snapshot a person has named."""
    made = {place: ec2_of(*place) for place in PLACES}
    for (_, region), client in made.items():
        client.create_image(InstanceId=launch(client), Name=region, NoReboot=True)
        [root] = [snapshot for device, snapshot in _snapshots(client) if device == "/dev/sda1"]
        client.create_tags(Resources=[root], Tags=[{"Key": "Name", "Value": MINE}])
    return made


@pytest.fixture
def many(tmp_path: Path, aws: LocalAws, engine: engines.Engine, proxy: FaultProxy) -> Many:
    """The project. Its list leads to the targets through the proxy."""
    return Many(tmp_path / "stack", aws, engine, proxy)


def _snapshots(client: EC2Client) -> Iterator[tuple[str, str]]:
    """Device and snapshot of the account's image."""
    [image] = client.describe_images(Owners=["self"])["Images"]
    for mapping in image["BlockDeviceMappings"]:
        if "Ebs" in mapping:
            yield mapping["DeviceName"], mapping["Ebs"]["SnapshotId"]


def names(client: EC2Client) -> dict[str, str]:
    """Device to the Name of its snapshot."""
    live = {
        one["SnapshotId"]: tag["Value"]
        for one in client.describe_snapshots(OwnerIds=["self"])["Snapshots"]
        for tag in one.get("Tags", [])
        if tag["Key"] == "Name"
    }
    return {device: live[snapshot] for device, snapshot in _snapshots(client) if snapshot in live}


def wanted(region: str) -> dict[str, str]:
    """The names of a target when all are given."""
    return {"/dev/sda1": MINE, "/dev/sdf": f"{region}(002)", "/dev/sdg": f"{region}(003)"}


def lines(out: str) -> dict[tuple[str, str], dict[str, Any]]:
    """The lines of JSON, by their places."""
    found = [json.loads(line) for line in out.splitlines()]
    return {(one["account"], one["region"]): one for one in found}


def test_a_role_that_cannot_be_assumed_fails_alone_and_the_same_command_ends_what_is_left(
    many: Many, proxy: FaultProxy, clients: dict[tuple[str, str], EC2Client]
) -> None:
    """With AWS's reason, a line for each target, an exit code, and a last line that says how many failed."""
    bad = ACCOUNTS[-1]
    proxy.schedule.at(
        lambda call: call.name == "sts.AssumeRole" and bad in call.parameters["RoleArn"],
        1,
        Fail(code="AccessDenied", status=403),
        times=None,
    )

    failed = many.snapnames("name-owned", "--targets", "targets.yaml", "--json", code=1)
    after_failure = {place: names(client) for place, client in clients.items()}
    proxy.schedule.clear()
    mark = proxy.mark()
    again = many.snapnames("name-owned", "--targets", "targets.yaml", "--json")

    told = lines(failed.out)
    assert sorted(told) == PLACES
    assert {place[0] for place, line in told.items() if line["error"]} == {bad}
    assert all("AccessDenied" in line["error"] for line in told.values() if line["error"])
    assert failed.err.splitlines()[-1].split("] ")[1] == (
        f"{len(PLACES)} targets: {len(PLACES) - len(REGIONS)} done, {len(REGIONS)} failed, 0 not tried"
    )
    assert after_failure == {
        (account, region): {"/dev/sda1": MINE} if account == bad else wanted(region) for account, region in PLACES
    }
    assert {place: names(client) for place, client in clients.items()} == {place: wanted(place[1]) for place in PLACES}
    assert {place: sorted(line["names"].values()) for place, line in lines(again.out).items()} == {
        place: sorted(name for name in wanted(place[1]).values() if name != MINE) for place in PLACES
    }
    assert len([call for call in proxy.writes(mark) if call.name == "ec2.CreateTags"]) == 2 * len(REGIONS)


def test_shards_that_are_killed_and_run_again_give_every_name_once_and_no_persons_name_is_lost(
    many: Many, proxy: FaultProxy, clients: dict[tuple[str, str], EC2Client]
) -> None:
    """Two shards at once, each killed with all that it started while a call of it is on its way."""
    shards = [("--shard", f"{number}/2", "--max-concurrent", "1") for number in (1, 2)]
    half = len(ACCOUNTS) // 2
    for accounts in (ACCOUNTS[:half], ACCOUNTS[half:]):
        proxy.schedule.at(_names(_ids(clients, accounts)), 2, Hold())

    with ExitStack() as running:
        processes = [running.enter_context(many.start_naming(*options)) for options in shards]
        proxy.held(2)
        for process in processes:
            kill_all(process)
            process.communicate()
    proxy.release()
    proxy.settle()
    proxy.schedule.clear()
    for options in shards:
        many.snapnames("name-owned", "--targets", "targets.yaml", *options)

    written = Counter(
        call.parameters["ResourceId.1"]
        for call in proxy.writes()
        if call.name == "ec2.CreateTags" and call.answer is Answer.PASSED
    )
    assert {place: names(client) for place, client in clients.items()} == {place: wanted(place[1]) for place in PLACES}
    assert set(written.values()) == {1}
    assert len(written) == 2 * len(PLACES)


def test_a_stop_ends_the_name_that_is_begun_and_begins_no_other_target(
    many: Many, proxy: FaultProxy, clients: dict[tuple[str, str], EC2Client]
) -> None:
    """The lines say what was not tried, and the exit code is that of a stop."""
    proxy.schedule.at("ec2.CreateTags", 1, Hold())

    with many.start_naming("--json", "--max-concurrent", "1") as process:
        [held] = proxy.held()
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        stopping = process.stderr.readline()
        proxy.release()
        out, err = process.communicate()

    told = lines(out)
    given = [name for client in clients.values() for name in names(client).values() if name != MINE]
    assert process.returncode == 130
    assert stopping == "stopping when the names that are begun are given; ^C again stops at once\n"
    assert (
        err.splitlines()[-1].split("] ")[1] == f"{len(PLACES)} targets: 0 done, 1 failed, {len(PLACES) - 1} not tried"
    )
    assert [told[place]["error"] for place in PLACES] == [
        "stopped",
        *["not tried: the command was stopped"] * (len(PLACES) - 1),
    ]
    assert held.parameters["Tag.1.Value"] in given


def _ids(clients: dict[tuple[str, str], EC2Client], accounts: list[str]) -> set[str]:
    """The snapshots of these accounts: no call says its account."""
    return {one for (account, _), client in clients.items() if account in accounts for _, one in _snapshots(client)}


def _names(ids: set[str]) -> Callable[[Call], bool]:
    """Picks the calls that name one of these snapshots."""
    return lambda call: call.name == "ec2.CreateTags" and call.parameters["ResourceId.1"] in ids
