"""The command as a person or a script runs it."""

import json
from pathlib import Path
from typing import Any

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

import dev.engine as engines
from tests.account import launch
from tests.faults import FaultProxy
from tests.program import ROOT, Program

from .releases import CONFIG, DEVICES, Releases, snapshot_name
from .schemas import faults

pytestmark = pytest.mark.xdist_group("ledger")

SCHEMA = json.loads((ROOT / "docs" / "ledger.schema.json").read_text(encoding="utf-8"))


@pytest.fixture
def stack(tmp_path: Path, aws: LocalAws, engine: engines.Engine, proxy: FaultProxy) -> Program:
    """A stack that was never deployed, behind the proxy."""
    return Program(tmp_path / "stack", aws, engine, CONFIG, endpoint=proxy.url)


def import_state(stack: Program, state: dict[str, Any]) -> None:
    """Give the stack a state."""
    path = stack.folder / "state.json"
    path.write_text(json.dumps(state), encoding="utf-8")
    stack.pulumi("stack", "import", "--file", str(path))


def test_a_script_gets_json_of_the_schema_and_fails_on_the_kinds_that_it_names(
    stack: Program, releases: Releases, proxy: FaultProxy, tmp_path: Path
) -> None:
    """With a page beside it. Nothing is written to the account or the stack, whatever is found."""
    releases.make("1", "2")
    releases.rename("1", "/dev/sdf", "edited")
    import_state(stack, releases.state())
    before = (stack.pulumi("stack", "export").out, (stack.folder / "Pulumi.test.yaml").read_bytes())
    mark = proxy.mark()
    page = tmp_path / "ledger.html"

    passed = stack.snapnames("ledger", "--json", "--fail-on", "orphans,untracked")
    failed = stack.snapnames("ledger", "--json", "--fail-on", "drift, unused", "--html", str(page), code=3)

    assert faults(failed.json, SCHEMA) == []
    assert failed.json["findings"] == passed.json["findings"]
    assert failed.json["totals"]["findings"] == {
        **dict.fromkeys(failed.json["totals"]["findings"], 0),
        "drift": 1,
        "unused": 2,
    }
    assert failed.err.splitlines() == [f"written: {page}", "findings that --fail-on lists: drift, unused"]
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    called = {call.name for call in proxy.calls(mark)}
    assert called == DESCRIBES - {"ec2.DescribeLaunchTemplateVersions"} | {"ec2.DescribeImageAttribute"}
    assert (stack.pulumi("stack", "export").out, (stack.folder / "Pulumi.test.yaml").read_bytes()) == before


def test_a_person_gets_the_findings_the_images_and_the_sums(stack: Program, releases: Releases) -> None:
    """And the next step for each, with the price that was given."""
    releases.make("1")
    releases.unname("1", "/dev/sdh")
    import_state(stack, releases.state())

    said = stack.snapnames("ledger", "--all", "--price-per-gb-month", "0.1").out

    gone = releases.snapshots["1"]["/dev/sdh"]
    assert said.splitlines()[4:7] == [
        "drift: 1 name that is not as declared",
        f"  - snapshot {gone} is declared as 'front-web-1(004)' and has no name",
        "    -> run `pulumi up --refresh`: it puts the name back",
    ]
    for device in DEVICES:
        name = "-" if device == "/dev/sdh" else snapshot_name("1", device)
        assert f"{device} {releases.snapshots['1'][device]} {name} " in said
    assert said.splitlines()[:4] == [
        (
            "the images and snapshots of stack test in ap-northeast-2: 1 image, 4 snapshots, at most 80 GiB, "
            "8.00 USD a month"
        ),
        "of it images that nothing uses: at most 80 GiB, 8.00 USD a month",
        "size is that of the whole volumes: snapshots are incremental, and EC2 bills less",
        "price: 0.1 USD per GB-month (--price-per-gb-month)",
    ]


def test_the_plan_is_of_the_whole_account_and_its_script_has_the_rows_that_json_has(
    stack: Program, ec2: EC2Client, tmp_path: Path
) -> None:
    """Two images that a script made: the newer one is kept. --keep asks for the account, as --account does."""
    source = launch(ec2)
    for name in ("web-1", "web-2"):
        ec2.create_image(InstanceId=source, Name=name, NoReboot=True)
    script = tmp_path / "plan.sh"

    said = stack.snapnames("ledger", "--keep", "1", "--older-than", "0d", "--script", str(script), "--json")

    assert faults(said.json, SCHEMA) == []
    [row] = said.json["plan"]["safe"]
    assert (said.json["scope"], row["service"], len(row["snapshot_ids"])) == ("account", "web", 3)
    assert said.json["plan"]["kept"] == {"newest": 1}
    assert said.err == f"written: {script}; `sh {script}` checks each row again and says what it would delete\n"
    written = script.read_text(encoding="utf-8")
    assert all(one in written for one in (row["image_id"], *row["snapshot_ids"]))


def test_an_account_is_read_where_no_stack_was_ever_deployed_and_where_there_is_none(
    stack: Program, ec2: EC2Client, tmp_path: Path
) -> None:
    """The stack's own region and endpoint then, or those of the environment."""
    made = ec2.create_image(InstanceId=launch(ec2), Name="by-hand", NoReboot=True)["ImageId"]

    refused = stack.snapnames("ledger", code=1)
    of_stack = stack.snapnames("ledger", "--account", "--json").json
    outside = Program.snapnames(_Outside(stack, tmp_path), "ledger", "--account", "--json").json
    nowhere = Program.snapnames(_Outside(stack, tmp_path), "ledger", code=2)

    assert refused.err == (
        "error: stack 'test' was never deployed, so it has no images: run `snapnames deploy`, or give --account for "
        "all that the account has\n"
    )
    assert [one["image_id"] for one in of_stack["images"]] == [made]
    assert (of_stack["stack"], outside["stack"]) == ("test", None)
    assert outside["images"][0]["snapshots"] == of_stack["images"][0]["snapshots"]
    assert nowhere.err.startswith("error: ")
    assert nowhere.err.endswith("; or give --account, for all that the account has\n")


def test_a_region_that_can_not_be_read_ends_the_command_with_1_after_the_report(stack: Program, ec2: EC2Client) -> None:
    """The other region is in the report, whatever the form."""
    made = ec2.create_image(InstanceId=launch(ec2), Name="by-hand", NoReboot=True)["ImageId"]
    regions = ("--region", "ap-northeast-2", "--region", "eu-south-1")

    said = stack.snapnames("ledger", *regions, "--json", "--fail-on", "unused", code=1)
    shown = stack.snapnames("ledger", *regions, code=1)

    assert faults(said.json, SCHEMA) == []
    assert [one["image_id"] for one in said.json["images"]] == [made]
    assert said.err.splitlines()[-1] == "regions that could not be read: eu-south-1"
    assert "eu-south-1 could not be read, so nothing of it is in this report: " in shown.out


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (
            ["--region", "eu-west-1", "--all-regions"],
            "--region and --all-regions exclude each other: give one of them",
        ),
        (
            ["--fail-on", "drift,mistakes"],
            (
                "--fail-on has 'mistakes'; the kinds of findings are failed, missing, untracked, drift, unnamed, "
                "orphans, duplicates, shared, unused: give some of these"
            ),
        ),
        (
            ["--older-than", "3 months"],
            "--older-than has '3 months'; it takes a number of days: give for example 90d",
        ),
        (
            ["--html", "nowhere/ledger.html"],
            "--html nowhere/ledger.html can't be written; it takes a file in a folder that exists: give another path",
        ),
    ],
)
def test_bad_usage_is_said_before_anything_is_read(
    stack: Program, proxy: FaultProxy, arguments: list[str], error: str
) -> None:
    """With what to give instead."""
    refused = stack.snapnames("ledger", *arguments, code=2)

    assert refused.err == f"error: {error}\n"
    assert proxy.calls() == []


def test_names_are_compared_with_what_the_stack_declared_also_after_a_refresh(stack: Program, ec2: EC2Client) -> None:
    """A refresh reads an edited name into the state. A person's name under ownedImages is no drift, a lost one is."""
    source = launch(ec2)
    ec2.create_image(InstanceId=source, Name="by-hand", NoReboot=True)
    stack.config |= {"source": source, "releases": ["1"], "ownedImages": True}
    stack.up("--skip-preview")
    release, by_hand = (_snapshots(ec2, name) for name in ("front-web-1", "by-hand"))
    _name(ec2, release["/dev/sdf"], "edited")
    _name(ec2, by_hand["/dev/sda1"], "a person's")
    ec2.delete_tags(Resources=[by_hand["/dev/sdg"]], Tags=[{"Key": "Name"}])

    stack.pulumi("refresh", "--yes", "--skip-preview")
    after = stack.snapnames("ledger", "--json").json
    stack.up("--refresh", "--skip-preview")
    mended = stack.snapnames("ledger", "--json").json

    drift = {
        (release["/dev/sdf"], "front-web-1(002)", "edited"),
        (by_hand["/dev/sdg"], "by-hand(003)", None),
    }
    assert _drift(after) == drift
    assert _drift(mended) == set()
    assert {one["kind"] for one in mended["findings"]} == {"unused"}
    assert {image["image"]: image["release"] for image in mended["images"]} == {"front-web-1": "1", "by-hand": None}


DESCRIBES = {
    "ec2.DescribeImages",
    "ec2.DescribeSnapshots",
    "ec2.DescribeInstances",
    "ec2.DescribeLaunchTemplates",
    "ec2.DescribeLaunchTemplateVersions",
    "autoscaling.DescribeAutoScalingGroups",
    "autoscaling.DescribeLaunchConfigurations",
    "ec2.DescribeFleets",
    "ec2.DescribeSpotFleetRequests",
    "ec2.DescribeSpotInstanceRequests",
}
"""All that the command calls for the whole account."""


class _Outside(Program):
    """The same environment in a folder without a project."""

    def __init__(self, stack: Program, folder: Path) -> None:
        self.folder = folder / "outside"
        self.folder.mkdir(exist_ok=True)
        self.environment, self.stack_options = stack.environment, ()

    def _write_config(self) -> None:
        """There is none."""


def _drift(ledger: dict[str, Any]) -> set[tuple[str, str, str | None]]:
    return {
        (one["snapshot_ids"][0], one["declared_name"], one["live_name"])
        for one in ledger["findings"]
        if one["kind"] == "drift"
    }


def _name(ec2: EC2Client, snapshot_id: str, name: str) -> None:
    ec2.create_tags(Resources=[snapshot_id], Tags=[{"Key": "Name", "Value": name}])


def _snapshots(ec2: EC2Client, image: str) -> dict[str, str]:
    mappings = ec2.describe_images(Filters=[{"Name": "name", "Values": [image]}])["Images"][0]["BlockDeviceMappings"]
    return {one["DeviceName"]: one["Ebs"]["SnapshotId"] for one in mappings if "Ebs" in one}
