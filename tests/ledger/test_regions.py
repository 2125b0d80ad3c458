"""The ledger of several regions: one report, and a region that can't be read never makes anything look safe."""

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from mypy_boto3_ec2 import EC2Client
from rich.console import Console
from snapnames.aws.session import StackSession
from snapnames.cli.errors import UsageError
from snapnames.cli.ledger.book import Ledger
from snapnames.cli.ledger.command import Wanted, kept
from snapnames.cli.ledger.document import document
from snapnames.cli.ledger.opened import Opened
from snapnames.cli.ledger.page import page
from snapnames.cli.ledger.plan_table import plan_table
from snapnames.cli.ledger.terminal import print_ledger
from snapnames.cli.state.declared import Declared
from snapnames.testing.localaws.server import ACCESS_KEY, LocalAws

from tests.account import DATA_VOLUMES, launch

from .aws_command import stand_in
from .scripts import held, run, written

pytestmark = pytest.mark.xdist_group("ledger")

HERE, THERE, UNPRICED = "ap-northeast-2", "eu-west-1", "sa-east-1"
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}

Look = Callable[..., Ledger]


@pytest.fixture
def look(session: StackSession) -> Look:
    """Read regions, with the plan that keeps the newest image of a service."""

    def read(*regions: str, opened: Opened | None = None, **more: object) -> Ledger:
        facts: dict[str, object] = {"account": True, "keep": 1, "older_than": timedelta(), **more}
        return kept(opened or Opened(), session, Wanted(regions=regions, **facts))  # type: ignore[arg-type] # options

    return read


def images(ec2: EC2Client, *names: str, volumes: int = 3) -> list[str]:
    """Images of one service in a region, in the order in which EC2 made them."""
    source = launch(ec2, mappings=DATA_VOLUMES[: volumes - 1])
    for name in names:
        ec2.create_image(InstanceId=source, Name=name, NoReboot=True)
    found = ec2.describe_images(Owners=["self"])["Images"]
    return [one["ImageId"] for one in sorted(found, key=lambda one: (one["CreationDate"], one["ImageId"]))]


def deny(aws: LocalAws, region: str, *actions: str, key: str = "local") -> None:
    """Let a key do nothing, or not these actions, in one region."""
    where = {"StringEquals": {"aws:RequestedRegion": region}}
    denied = {"Effect": "Deny", "Action": list(actions) or "*", "Resource": "*", "Condition": where}
    aws.restrict(key, {"Version": "2012-10-17", "Statement": [EVERYTHING, denied]})


def shown(ledger: Ledger, *, everything: bool = False) -> str:
    """What the terminal shows."""
    out = io.StringIO()
    print_ledger(Console(file=out), ledger, everything=everything)
    return out.getvalue()


def test_one_report_has_the_totals_of_each_region_and_of_all_and_the_plan_over_all_of_them(
    aws: LocalAws, look: Look
) -> None:
    """The largest row comes first, wherever it is. The newest image of a service is kept in each region."""
    small, _ = images(aws.client("ec2", HERE), "web-1", "web-2", volumes=1)
    large, _ = images(aws.client("ec2", THERE), "web-1", "web-2")

    ledger = look(HERE, THERE)

    assert ledger.plan is not None
    rows = [(row.candidate.region, row.candidate.found_id) for row in ledger.plan.rows]
    assert rows == [(THERE, large), (HERE, small)]
    assert [(one.name, one.totals.images) for one in ledger.regions] == [(HERE, 2), (THERE, 2)]
    assert ledger.totals.images == 4
    assert ledger.totals.size == sum(one.totals.size for one in ledger.regions)
    assert ledger.calls == sum(one.calls for one in ledger.regions)


def test_every_form_of_the_report_says_the_region_of_each_row(aws: LocalAws, look: Look) -> None:
    """JSON, CSV, the page and the terminal. A region without a known price is named, and its money is not guessed."""
    images(aws.client("ec2", THERE), "web-1", "web-2")
    images(aws.client("ec2", UNPRICED), "web-1", "web-2")

    ledger = look(THERE, UNPRICED)

    assert ledger.plan is not None
    told = document(ledger)
    sizes = {one["region"]: one["totals"]["usd_per_month"] for one in told["regions"]}
    assert (sizes[THERE] > 0, sizes[UNPRICED], told["totals"]["usd_per_month"]) == (True, None, None)
    assert (told["region"], told["price"]) == (None, None)
    assert [row["region"] for row in told["plan"]["safe"]] == [row.candidate.region for row in ledger.plan.rows]
    assert {row["region"] for row in told["images"]} == {one["region"] for one in told["findings"]} == {THERE, UNPRICED}
    lines = list(csv.DictReader(io.StringIO(plan_table(ledger.plan, ledger))))
    assert [line["region"] for line in lines[:2]] == [row.candidate.region for row in ledger.plan.rows]
    for text in (shown(ledger), page(ledger)):
        assert f"no price is known for {UNPRICED}: give --price-per-gb-month" in text
        assert f"without the 156 GiB in {UNPRICED}" in text
        assert "all that was read" in text
    assert f"  - {UNPRICED}: no instance, launch configuration or launch template uses" in shown(
        ledger, everything=True
    )
    assert f"<p>{UNPRICED}: <a href=" in page(ledger)


def test_a_region_that_can_not_be_read_is_a_row_that_says_why_and_the_others_are_there(
    aws: LocalAws, look: Look
) -> None:
    """Nothing of it is in any sum, and nothing of it is in the plan."""
    image_id, _ = images(aws.client("ec2", HERE), "web-1", "web-2")
    images(aws.client("ec2", THERE), "web-1", "web-2")
    deny(aws, THERE)

    ledger = look(HERE, THERE)

    assert ledger.plan is not None
    assert [(one.name, "UnauthorizedOperation" in one.unread) for one in ledger.regions] == [
        (HERE, False),
        (THERE, True),
    ]
    assert [row.candidate.found_id for row in ledger.plan.rows] == [image_id]
    assert {one.region for one in ledger.findings} == {one.region for one in ledger.rows} == {HERE}
    told = document(ledger)
    assert [(one["region"], one["totals"] is None) for one in told["regions"]] == [(HERE, False), (THERE, True)]
    assert "UnauthorizedOperation" in told["regions"][1]["not_read"]
    [line] = [one for one in csv.DictReader(io.StringIO(plan_table(ledger.plan, ledger))) if one["region"] == THERE]
    assert (line["verdict"], line["id"], "UnauthorizedOperation" in line["why"]) == ("region not read", "", True)
    for text in (shown(ledger), page(ledger)):
        assert f"{THERE} could not be read, so nothing of it is in this report: An error occurred" in text


def test_what_one_region_does_not_answer_keeps_the_rows_of_this_region_alone(aws: LocalAws, look: Look) -> None:
    """A lock that can't be read is no reason to call a snapshot free."""
    image_id, _ = images(aws.client("ec2", HERE), "web-1", "web-2")
    other, _ = images(aws.client("ec2", THERE), "web-1", "web-2")
    deny(aws, THERE, "ec2:DescribeLockedSnapshots")

    ledger = look(HERE, THERE)

    assert ledger.plan is not None
    assert [row.candidate.found_id for row in ledger.plan.rows] == [image_id]
    assert [row.candidate.found_id for row in ledger.plan.held] == [other]
    assert "DescribeLockedSnapshots could not be read (UnauthorizedOperation)" in shown(ledger)


def test_all_regions_are_those_that_are_enabled(aws: LocalAws, look: Look) -> None:
    """A region without an opt-in is not asked. With the opt-in, it is."""
    aws.ec2(opted_in=["eu-south-1"])
    images(aws.client("ec2", "eu-south-1"), "web-1")

    ledger = look(all_regions=True)

    assert (len(ledger.regions), ledger.unread) == (18, ())
    assert [one.name for one in ledger.regions if one.totals.images] == ["eu-south-1"]


def test_a_region_that_is_not_enabled_is_a_row_and_a_name_that_no_region_has_is_bad_usage(
    aws: LocalAws, look: Look
) -> None:
    """The first is asked, the second is not."""
    ledger = look("eu-south-1")
    [not_enabled] = ledger.regions

    assert "AuthFailure" in not_enabled.unread
    assert shown(ledger).splitlines()[-1] == "nothing could be read, so nothing is known"
    assert "no findings" not in page(ledger)
    before = aws.mark()
    with pytest.raises(UsageError, match="--region has 'eu-wst-1'; boto3 knows no region of this name"):
        look(HERE, "eu-wst-1")
    assert aws.calls(before) == []


def test_a_state_has_no_missing_image_in_a_region_that_is_not_its_stacks(aws: LocalAws, look: Look) -> None:
    """What bears the mark of the stack there is not taken for its release, and is kept."""
    there = aws.client("ec2", THERE)
    marked, _ = images(there, "front-web-1", "front-web-2")
    there.create_tags(Resources=[marked], Tags=[{"Key": "snapnames:stack", "Value": "organization/web/test"}])
    stack = Opened(
        "test", {"snapnames:service": "front-web"}, Declared("organization/web/test", {"ami-1": "front-web-1"})
    )

    ledger = look(THERE, opened=stack)
    both = look(HERE, THERE, opened=stack)

    assert {one.kind for one in ledger.findings} == {"unnamed", "unused"}
    assert [(one.kind, one.region) for one in both.findings if one.kind == "missing"] == [("missing", HERE)]
    assert ledger.plan is not None
    assert (ledger.plan.rows, dict(ledger.plan.kept)) == ((), {"newest": 1, "tagged": 1})


def test_the_commands_of_another_region_name_it(aws: LocalAws, look: Look) -> None:
    """Those of the stack's own region need not."""
    old, _ = images(aws.client("ec2", HERE), "web-1", "web-2")
    far, _ = images(aws.client("ec2", THERE), "web-1", "web-2")

    steps = {one.image_id: one.step for one in look(HERE, THERE).findings if one.kind == "unused"}

    delete = "`aws ec2 deregister-image --image-id {} --delete-associated-snapshots{}` removes it"
    assert steps[old].startswith(delete.format(old, ""))
    assert steps[far].startswith(delete.format(far, f" --region {THERE}"))


def test_the_script_deletes_in_the_region_of_each_row(aws: LocalAws, look: Look, tmp_path: Path) -> None:
    """Each command names its region, and exactly the rows of the plan go."""
    clients = [aws.client("ec2", region) for region in (HERE, THERE)]
    old = [images(ec2, "web-1", "web-2")[0] for ec2 in clients]
    before = [held(ec2) for ec2 in clients]

    with stand_in(tmp_path / "bin", aws.client) as commands:
        code, lines = run(written(tmp_path, look(HERE, THERE)), commands, aws, "--really")

    assert (code, lines[-1]) == (0, "2 of 2 rows were let go, 0 were skipped")
    done = [line for line in lines if line.startswith("done: ")]
    assert len([line for line in done if line.endswith(f" --region {HERE}")]) == len(done) / 2
    assert len([line for line in done if line.endswith(f" --region {THERE}")]) == len(done) / 2
    gone = [one - held(ec2) for one, ec2 in zip(before, clients, strict=True)]
    assert [image_id in ids for image_id, ids in zip(old, gone, strict=True)] == [True, True]
    assert [len(ids) for ids in gone] == [4, 4]


def test_a_region_that_does_not_answer_the_script_keeps_its_rows(aws: LocalAws, look: Look, tmp_path: Path) -> None:
    """The rows of the other region go."""
    clients = {region: aws.client("ec2", region) for region in (HERE, THERE)}
    for ec2 in clients.values():
        images(ec2, "web-1", "web-2")
    script = written(tmp_path, look(HERE, THERE))
    before = {region: held(ec2) for region, ec2 in clients.items()}
    deny(aws, THERE, "ec2:DescribeLaunchTemplates", key=ACCESS_KEY)

    with stand_in(tmp_path / "bin", aws.client) as commands:
        code, lines = run(script, commands, aws, "--really")

    assert (code, lines[-1]) == (1, "1 of 2 rows were let go, 1 were skipped")
    [skipped] = [line for line in lines if line.startswith("skip ")]
    assert skipped.endswith(f"AWS did not answer: launch configurations, launch templates and groups in {THERE}")
    assert {region: len(before[region] - held(ec2)) for region, ec2 in clients.items()} == {HERE: 4, THERE: 0}


def test_json_of_one_region_is_as_it_was(aws: LocalAws, look: Look) -> None:
    """With the region and its price at the top, and the same in the list of regions."""
    images(aws.client("ec2", HERE), "web-1")

    told = json.loads(json.dumps(document(look())))

    [region] = told["regions"]
    assert (told["region"], region["region"], region["not_read"]) == (HERE, HERE, None)
    assert told["price"] == region["price"] is not None
    assert {key: told["totals"][key] for key in region["totals"]} == region["totals"]
