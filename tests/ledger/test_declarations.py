"""A finding is one file that declares all of it: the docs and the policies are what these files say."""

import json
import pkgutil
import re
from datetime import timedelta
from typing import Any

import pytest
from snapnames.aws.session import StackSession
from snapnames.cli.ledger import findings, reads
from snapnames.cli.ledger.command import Wanted, kept
from snapnames.cli.ledger.findings import BY_NAME, Kind
from snapnames.cli.ledger.opened import Opened
from snapnames.testing.localaws.server import LocalAws

from tests.account import launch
from tests.program import ROOT

pytestmark = pytest.mark.xdist_group("ledger")

PAGE = (ROOT / "docs" / "ledger.md").read_text(encoding="utf-8")
BENEATH = {"advice", "finding"}
"""What the files of the findings share."""

DECLARED = {*(read for kind in BY_NAME.values() for read in kind.reads), *reads.PLAN, reads.REGIONS}
"""Every read of the ledger."""


def allowed(statements: list[dict[str, Any]]) -> set[str]:
    """The actions of a policy."""
    return {action for statement in statements for action in statement["Action"]}


def test_each_kind_of_findings_is_a_file_of_its_name() -> None:
    """And no file is without a kind."""
    files = {one.name for one in pkgutil.iter_modules(findings.__path__)}

    assert files == {*BY_NAME} | BENEATH
    assert [kind.find.__module__.rpartition(".")[2] for kind in BY_NAME.values()] == [*BY_NAME]


def test_the_table_of_the_docs_is_what_the_kinds_declare() -> None:
    """In their order."""
    section = PAGE.partition("## Findings")[2].partition("\n\n")[2].partition("\n\n")[0]
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in section.splitlines()[2:]]

    assert rows == [[f"`{kind.name}`", kind.means, kind.cure] for kind in BY_NAME.values()]


def test_the_policies_of_the_ledger_allow_what_the_reads_declare_and_nothing_else() -> None:
    """The policy file is for `releases` too, which also reads instance refreshes."""
    [shown] = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    file = json.loads((ROOT / "docs" / "iam" / "ledger.json").read_text(encoding="utf-8"))
    needed = {action for read in DECLARED for action in read.actions}

    assert allowed(json.loads(shown)["Statement"]) == needed
    assert allowed(file["Statement"]) == {*needed, "autoscaling:DescribeInstanceRefreshes"}


@pytest.mark.parametrize("name", BY_NAME)
def test_a_kind_that_may_delete_declares_the_reads_that_are_made_before(name: str) -> None:
    """A kind that deletes nothing needs no permission for them."""
    kind = BY_NAME[name]

    assert ("ec2:DescribeLockedSnapshots" in kind.actions) is (kind.deletes is not Kind.deletes)
    assert {"ec2:DescribeImages", "ec2:DescribeSnapshots"} <= kind.actions


def test_the_ledger_of_an_account_makes_all_declared_reads_and_no_other(aws: LocalAws, session: StackSession) -> None:
    """An image that can go, an orphan, a backup of a volume, and a launch template."""
    ec2 = aws.client("ec2")
    source = launch(ec2)
    gone, *_ = [
        ec2.create_image(InstanceId=source, Name=name, NoReboot=True)["ImageId"] for name in ("db-1", "web-1", "web-2")
    ]
    ec2.deregister_image(ImageId=gone)
    volume = ec2.create_volume(Size=3, AvailabilityZone="ap-northeast-2a")["VolumeId"]
    ec2.create_snapshot(VolumeId=volume)
    ec2.create_launch_template(LaunchTemplateName="other", LaunchTemplateData={"InstanceType": "c3.large"})
    before = aws.mark()

    kept(Opened(), session, Wanted(account=True, keep=1, older_than=timedelta(), all_regions=True))

    assert {*aws.calls(before)} == {read.call for read in DECLARED}


def test_no_read_is_made_twice_for_the_findings_and_the_plan(aws: LocalAws, session: StackSession) -> None:
    """An image that both look at: its launch permissions and references, and its snapshots' permissions and locks."""
    ec2 = aws.client("ec2")
    source = launch(ec2, mappings=[])
    for name in ("web-1", "web-2"):
        ec2.create_image(InstanceId=source, Name=name, NoReboot=True)
    before = aws.mark()

    ledger = kept(Opened(), session, Wanted(account=True, keep=1, older_than=timedelta()))

    calls = aws.calls(before)
    assert ledger.plan is not None
    assert len(ledger.plan.rows) == 1
    # Launch permissions are read of both unused images, and the rest only of the image that can go.
    counted = (
        "DescribeImageAttribute",
        "DescribeImageReferences",
        "DescribeSnapshotAttribute",
        "DescribeLockedSnapshots",
    )
    assert [calls.count(f"ec2.{call}") for call in counted] == [2, 1, 1, 1]
    assert calls.count("ec2.DescribeVolumes") == 0
