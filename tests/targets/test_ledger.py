"""One ledger of 24 targets, 6 accounts in 4 regions, of which 18 can't be read, each for a reason of its own."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.cli.app import app
from snapnames.cli.targets.document import document, read_document
from snapnames.cli.targets.page import page
from snapnames.testing.localaws.server import LocalAws
from typer.testing import CliRunner, Result

from tests.account import DATA_VOLUMES, launch
from tests.ledger.schemas import faults
from tests.program import ROOT

from .broken import Broken, broken

ONE, TWO, REFUSED, THROTTLED, AWAY, ODD = (f"{number:06}{number:06}" for number in range(1, 7))
OPEN, CLOSED = ("eu-west-1", "eu-west-2", "us-east-1"), "eu-south-1"
NOWHERE = "http://127.0.0.1:9"
EVERYTHING = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
TRUST = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"}]}

Snapnames = Callable[..., Result]


@pytest.fixture
def snapnames(caller: LocalAws) -> Snapnames:
    """Run the command in the environment of the caller."""
    assert caller.url
    return lambda *arguments: CliRunner().invoke(app, [str(one) for one in arguments], catch_exceptions=False)


@pytest.fixture
def nothing_good() -> Iterator[Broken]:
    """Endpoints that do not answer as EC2 does."""
    with broken() as server:
        yield server


@pytest.fixture
def file(tmp_path: Path, aws: LocalAws, ec2_of: Callable[[str, str], EC2Client], nothing_good: Broken) -> Path:
    """The list. Two accounts have images, of which one has two and a backup of a volume."""
    for account, region, names in ((ONE, OPEN[0], ("web-1", "web-2")), (TWO, OPEN[1], ("web-1",))):
        ec2 = ec2_of(account, region)
        instance = launch(ec2, mappings=DATA_VOLUMES)
        for name in names:
            ec2.create_image(InstanceId=instance, Name=name, NoReboot=True)
    ec2 = ec2_of(ONE, OPEN[2])
    ec2.create_snapshot(VolumeId=ec2.create_volume(AvailabilityZone="us-east-1a", Size=100)["VolumeId"])
    role = {"trust": TRUST, "policy": EVERYTHING}
    aws.roles({f"arn:aws:iam::{account}:role/names": role for account in (ONE, TWO, THROTTLED, AWAY, ODD)})

    def endpoint(url: str) -> dict[str, Any]:
        return {"aws:endpoints": [{"ec2": url}], "aws:maxRetries": 1}

    configs = {
        THROTTLED: endpoint(f"{nothing_good.url}/throttled"),
        AWAY: endpoint(NOWHERE),
        ODD: endpoint(f"{nothing_good.url}/page"),
    }
    path = tmp_path / "targets.yaml"
    accounts = (ONE, TWO, REFUSED, THROTTLED, AWAY, ODD)
    entries = [{"account": one, **({"config": configs[one]} if one in configs else {})} for one in accounts]
    text = {"defaults": {"role": "names", "regions": [*OPEN, CLOSED]}, "targets": entries}
    path.write_text(json.dumps(text), encoding="utf-8")
    return path


def test_a_target_that_can_not_be_read_is_a_row_that_says_why_and_not_an_end(
    snapnames: Snapnames, file: Path, nothing_good: Broken
) -> None:
    """And the exit code says that there are some."""
    ran = snapnames("ledger", "--targets", file, "--json", "--keep", "1", "--older-than", "0d")

    found = json.loads(ran.stdout)
    reasons = {(one["account"], one["region"]): one["not_read"] or "" for one in found["targets"]}
    wanted = {
        **{(account, region): "" for account in (ONE, TWO) for region in OPEN},
        **{(account, CLOSED): "AuthFailure" for account in (ONE, TWO)},
        **{(REFUSED, region): "is not authorized to perform: sts:AssumeRole" for region in (*OPEN, CLOSED)},
        **{(THROTTLED, region): "RequestLimitExceeded" for region in (*OPEN, CLOSED)},
        **{(AWAY, region): f'Could not connect to the endpoint URL: "{NOWHERE}' for region in (*OPEN, CLOSED)},
        **{(ODD, region): "Unable to parse response" for region in (*OPEN, CLOSED)},
    }
    assert ran.exit_code == 1
    assert reasons.keys() == wanted.keys()
    wrong = {place: reasons[place] for place, part in wanted.items() if part not in reasons[place]}
    assert wrong == {}
    assert [place for place, why in reasons.items() if not why] == [place for place, part in wanted.items() if not part]
    assert nothing_good.calls.count("/throttled") == 8, "each of 4 targets is tried once more"
    assert "[0:00:" in ran.stderr
    assert "24 of 24 targets" in ran.stderr


def test_the_sums_are_those_of_what_could_be_read(snapnames: Snapnames, file: Path) -> None:
    """Of each account, and of all."""
    found = json.loads(snapnames("ledger", "--targets", file, "--json", "--keep", "1", "--older-than", "0d").stdout)

    totals = found["totals"]
    assert (found["targets_read"], found["targets_not_read"]) == (6, 18)
    assert totals["images"] == 3
    assert totals["snapshots"] == {"count": 9, "size_gib": 234, "usd_per_month": 11.93}
    assert totals["others"] == {"count": 1, "size_gib": 100, "usd_per_month": 5.0}
    assert totals["unused"]["count"] == 3
    assert totals["can_go"] == {"count": 1, "size_gib": 78, "usd_per_month": 3.9}
    assert totals["findings"] == {"unnamed": 9, "unused": 3}
    accounts = {one["account"]: one["images"] for one in found["accounts"]}
    assert accounts == {ONE: 2, TWO: 1, REFUSED: 0, THROTTLED: 0, AWAY: 0, ODD: 0}


def test_the_json_is_as_its_schema_says(snapnames: Snapnames, file: Path) -> None:
    """With targets that could not be read."""
    schema = json.loads((ROOT / "docs" / "targets-ledger.schema.json").read_text(encoding="utf-8"))
    found = json.loads(snapnames("ledger", "--targets", file, "--json").stdout)

    assert faults(found, schema) == []
    assert faults({**found, "totals": {}}, schema) != []


def test_shards_read_each_target_once_and_merge_to_the_report_of_one_run(
    aws: LocalAws, snapnames: Snapnames, file: Path, tmp_path: Path
) -> None:
    """Whatever the number of machines is."""
    whole = json.loads(snapnames("ledger", "--targets", file, "--json").stdout)
    files = []
    for index in range(1, 4):
        files.append(tmp_path / f"{index}.json")
        ran = snapnames("ledger", "--targets", file, "--json", "--shard", f"{index}/3")
        files[-1].write_text(ran.stdout, encoding="utf-8")
    mark = aws.mark()

    merged = snapnames("merge", *files, "--json")

    again = json.loads(merged.stdout)
    assert merged.exit_code == 1
    assert {**again, "taken_at": ""} == {**whole, "taken_at": ""}
    assert aws.calls(mark) == []


def test_a_region_with_neither_image_nor_snapshot_takes_two_calls(
    aws: LocalAws, snapnames: Snapnames, file: Path, tmp_path: Path
) -> None:
    """Most regions of an organization are empty."""
    empty = tmp_path / "empty.yaml"
    empty.write_text(f"targets: [{{account: {TWO}, role: names, regions: [us-east-1]}}]", encoding="utf-8")
    assert file.exists()
    mark = aws.mark()

    found = json.loads(snapnames("ledger", "--targets", empty, "--json").stdout)

    assert aws.calls(mark) == ["sts.AssumeRole", "ec2.DescribeSnapshots", "ec2.DescribeImages"]
    assert found["calls"] == 2


def test_one_screen_a_page_and_a_table_say_the_same(snapnames: Snapnames, file: Path, tmp_path: Path) -> None:
    """A reason that many targets share is said once."""
    html, table = tmp_path / "page.html", tmp_path / "table.csv"

    ran = snapnames("ledger", "--targets", file, "--html", html, "--csv", table)

    said = ran.stdout.splitlines()
    assert said[0] == "24 targets (6 accounts, 4 regions): 6 read, 18 could not be read"
    assert "3 images, 9 snapshots behind them, at most 234 GiB, 11.93 USD a month" in said
    assert len([line for line in said if "sts:AssumeRole" in line]) == 1
    assert len(said) < 50
    rows = list(csv.DictReader(io.StringIO(table.read_text(encoding="utf-8"))))
    assert [(row["account"], row["region"]) for row in rows] == sorted((row["account"], row["region"]) for row in rows)
    assert len(rows) == 24
    assert [row["images"] for row in rows if row["account"] == ONE] == ["", "2", "0", "0"]
    shown = html.read_text(encoding="utf-8")
    assert "3 images, 9 snapshots behind them, at most 234 GiB" in shown
    assert "RequestLimitExceeded" in shown
    assert "targets that could not be read: 000001000001 eu-south-1" in ran.stderr


def test_an_answer_of_another_shape_is_a_row_too(
    snapnames: Snapnames, file: Path, nothing_good: Broken, tmp_path: Path
) -> None:
    """It is XML, but no snapshot."""
    text = {
        "targets": [
            {
                "account": ODD,
                "role": "names",
                "regions": ["eu-west-1"],
                "config": {"aws:endpoints": [{"ec2": f"{nothing_good.url}/other"}]},
            }
        ]
    }
    other = tmp_path / "other.yaml"
    other.write_text(json.dumps(text), encoding="utf-8")
    assert file.exists()

    ran = snapnames("ledger", "--targets", other)

    assert ran.exit_code == 1
    assert "the answer has another shape than AWS documents (KeyError: 'SnapshotId')" in ran.stdout
    assert "nothing could be read, so nothing is known" in ran.stdout


def test_findings_that_fail_on_lists_end_with_3_if_all_could_be_read(
    snapnames: Snapnames, file: Path, tmp_path: Path
) -> None:
    """Else with 1, since not everything is known."""
    assert snapnames("ledger", "--targets", file, "--fail-on", "unnamed").exit_code == 1
    good = tmp_path / "good.yaml"
    good.write_text(f"targets: [{{account: {ONE}, role: names, regions: [eu-west-1]}}]", encoding="utf-8")

    assert snapnames("ledger", "--targets", good, "--fail-on", "unnamed").exit_code == 3
    assert snapnames("ledger", "--targets", good, "--fail-on", "drift").exit_code == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--region", "eu-west-1"), "--targets and --region exclude each other; --region is of one account"),
        (("--script", "plan.sh"), "--targets and --script exclude each other"),
        (("--all",), "--targets and --all exclude each other"),
        (("--stack", "dev"), "--targets and --stack exclude each other"),
        (("--shard", "3/2"), "--shard is '3/2'; it is I/N"),
        (("--html", "/nowhere/page.html"), "--html /nowhere/page.html can't be written"),
    ],
)
def test_options_of_one_account_are_bad_usage_and_nothing_is_read(
    aws: LocalAws, snapnames: Snapnames, file: Path, options: tuple[str, ...], said: str
) -> None:
    """Also for a shard that there is not."""
    mark = aws.mark()

    ran = snapnames("ledger", "--targets", file, *options)

    assert (ran.exit_code, said in ran.stderr) == (2, True)
    assert aws.calls(mark) == []


def test_a_shard_needs_targets(snapnames: Snapnames) -> None:
    """The ledger of one account has no parts."""
    ran = snapnames("ledger", "--shard", "1/2")

    assert (ran.exit_code, "give --targets too, or leave out --shard" in ran.stderr) == (2, True)


def test_what_aws_says_is_shown_harmless(snapnames: Snapnames, file: Path) -> None:
    """On the page it is text, whatever it is."""
    found = json.loads(snapnames("ledger", "--targets", file, "--json").stdout)
    found["targets"][-1]["not_read"] = "<script>alert(1)</script>\x1b[2J"
    report = read_document(found)

    assert "<script>alert" not in page(report)
    assert "\x1b" not in page(report)
    assert document(report)["targets"][-1]["not_read"] == "<script>alert(1)</script>\x1b[2J"
