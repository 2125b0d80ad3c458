"""The policy for the script of the plan: enough for it, nothing more, and IAM itself keeps what others need."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.aws.session import StackSession
from snapnames.cli.ledger.command import Wanted, kept
from snapnames.cli.ledger.opened import Opened
from snapnames.testing.localaws.policies import Policy
from snapnames.testing.localaws.server import LocalAws

from tests.account import launch
from tests.ledger.aws_command import stand_in
from tests.ledger.scripts import held, run, written

from .documents import LETTING_GO, part, reductions
from .test_least_privilege import unneeded
from .test_policy_documents import _image, _snapshot

pytestmark = pytest.mark.xdist_group("ledger")

KEY = "letting-go"
"""The access key of the role that runs the script."""

REGION = "ap-northeast-2"

Run = Callable[[], tuple[int, list[str]]]


@pytest.fixture
def let_go(aws: LocalAws, session: StackSession, ec2: EC2Client, tmp_path: Path) -> Iterator[Run]:
    """Run the script of an account in which an image and three orphans can go, under the keys of that role."""
    source = launch(ec2)
    for name in ("web-1", "web-2", "web-3"):
        ec2.create_image(InstanceId=source, Name=name, NoReboot=True)
    [gone] = [one["ImageId"] for one in ec2.describe_images(Owners=["self"])["Images"] if one["Name"] == "web-3"]
    ec2.deregister_image(ImageId=gone)
    ec2.create_launch_template(LaunchTemplateName="other", LaunchTemplateData={"InstanceType": "c3.large"})
    script = written(tmp_path, kept(Opened(), session, Wanted(account=True, keep=1, older_than=timedelta())))

    def client(service: str, region: str) -> Any:  # noqa: ANN401 -- boto3 makes its clients at run time
        made: Any = boto3.client
        keys = {"aws_access_key_id": KEY, "aws_secret_access_key": KEY}
        return made(service, region_name=region, endpoint_url=aws.url, **keys)

    with stand_in(tmp_path / "bin", client) as commands:
        yield lambda: run(script, commands, aws, "--really")


def test_the_policy_is_enough_for_the_script_and_holds_nothing_more(let_go: Run, aws: LocalAws, ec2: EC2Client) -> None:
    """Without any of its actions or resources, something that the script asks for would be refused."""
    before = held(ec2)
    aws.restrict(KEY, part(LETTING_GO))

    code, lines = let_go()

    assert (code, lines[-1]) == (0, "4 of 4 rows were let go, 0 were skipped")
    assert len(before - held(ec2)) == 7
    assert unneeded(part(LETTING_GO), aws.authorized()) == []


@pytest.mark.parametrize(
    "reduced", [out for out, _ in reductions(part(LETTING_GO)) if ": Action " in out and "ec2:" in out]
)
def test_without_one_of_its_reads_the_script_skips_what_it_can_not_check(
    let_go: Run, aws: LocalAws, ec2: EC2Client, reduced: str
) -> None:
    """It never takes silence for a yes. Of an image whose delete AWS refuses, every snapshot is left too."""
    aws.restrict(KEY, dict(reductions(part(LETTING_GO)))[reduced])
    before = held(ec2)

    code, lines = let_go()

    assert code == 1
    assert any(line.startswith("skip ") for line in lines)
    gone = before - held(ec2)
    assert not any(one.startswith("ami-") for one in gone) or reduced == "LetGoSnapshots: Action ec2:DeleteSnapshot"
    assert len(gone) <= 3


@pytest.mark.parametrize(
    "tag",
    [
        *("aws:backup:source-resource", "aws:dlm:lifecycle-policy-id", "dlm:managed"),
        *("snapnames:stack", "snapnames:taken-in"),
    ],
)
def test_iam_itself_keeps_backups_of_other_tools_and_what_a_stack_has(tag: str) -> None:
    """Also if somebody edits the script. What has other tags can be let go."""
    policy = Policy(part(LETTING_GO))

    assert not policy.allows(_image("ec2:DeregisterImage", tags={tag: "x"}))
    assert not policy.allows(_snapshot("ec2:DeleteSnapshot", tags={"Name": "web", tag: "x"}))
    assert policy.allows(_image("ec2:DeregisterImage", tags={"team": "web"}))
    assert policy.allows(_snapshot("ec2:DeleteSnapshot", tags={"Name": "web-1(001)"}))
