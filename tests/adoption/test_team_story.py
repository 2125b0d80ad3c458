"""The account of a team that has deployed by a script since 2018, from `snapnames adopt` to `pulumi destroy`."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from dev.engine import Engine
from tests.account import images, snapshot_ids, writes
from tests.shell import Shell
from tests.taken_in.account import Team, names_of
from tests.taken_in.account import seed as seed_images

from .account import CONFIGURATION, GROUP, ZONE, group, launched, running, seed, unchanging, watched

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        "SNAPNAMES_WHOLE_STORY" not in os.environ, reason="thirteen deployments: make test-full runs them"
    ),
]

MORE = 10
"""How many releases follow."""

BAD = "20180402"
KEPT = 3


@dataclass(frozen=True)
class Account:
    """The account, and what may not change in it."""

    aws: LocalAws
    ec2: EC2Client
    team: Team

    def seen(self) -> dict[str, Any]:
        """The group but for what it launches; another group; images that are not taken in; renamed snapshots."""
        there, names = images(self.ec2), names_of(self.ec2)
        others = [*self.team.images][:-KEPT]
        return {
            "group": unchanging(self.aws),
            "batch": (group(self.aws, "batch"), unchanging(self.aws, "batch")),
            "configurations": self.aws.client("autoscaling").describe_launch_configurations()["LaunchConfigurations"],
            "images": {release: there[f"web-{release}"] for release in others},
            "renamed": {one for one in {*names} & {*self.team.named} if names[one] != self.team.named[one]},
        }

    @property
    def old(self) -> set[str]:
        """The ids of the images that were there before."""
        return {*self.team.images.values()}


@pytest.fixture
def account(aws: LocalAws, ec2: EC2Client) -> Account:
    """Thirty images of the script, a group that launches the newest, and a group on a template of an old one."""
    aws.settings(pending_seconds=0, refresh_seconds=0.05)
    team = seed_images(ec2, 30)
    *_, newest = team.images.values()
    seed(aws, newest)
    data: Any = {"ImageId": [*team.images.values()][10], "InstanceType": "t3.micro"}
    template = ec2.create_launch_template(LaunchTemplateName="batch", LaunchTemplateData=data)["LaunchTemplate"]
    aws.client("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName="batch",
        LaunchTemplate={"LaunchTemplateId": template["LaunchTemplateId"], "Version": "$Default"},
        MinSize=1,
        MaxSize=1,
        AvailabilityZones=[ZONE],
    )
    return Account(aws, ec2, team)


def test_a_team_takes_its_group_over_deploys_goes_back_prunes_and_leaves_and_nothing_else_has_moved(
    account: Account, engine: Engine, tmp_path: Path
) -> None:
    """After each step, all that AWS tells is compared with before. The load balancer always has enough instances."""
    aws, ec2, shell = account.aws, account.ec2, Shell(tmp_path, account.aws, engine)
    before, runs, mark = account.seen(), running(aws), aws.mark()
    shell("snapnames", "adopt", GROUP, "--region", "ap-northeast-2", "--keep", str(KEPT))
    adopted = writes(aws, mark), group(aws)["LaunchConfigurationName"], running(aws), account.seen()

    assert adopted == ([], CONFIGURATION, runs, before)
    with watched(aws) as healthy:
        shell.snapnames("deploy", "--release", "20180401")
        _runs(account, "20180401", before)
        aws.settings(unhealthy_images=[f"web-{BAD}"], refresh_timeout_seconds=1)
        failed = shell.failing("deploy", "--release", BAD)
        _runs(account, "20180401", before)
        aws.settings(unhealthy_images=[], refresh_timeout_seconds=3600)
        shell.snapnames("rollback", [*account.team.images][-1])
        _runs(account, [*account.team.images][-1], before)
        shell.snapnames("prune", "--keep", str(KEPT))
        _runs(account, [*account.team.images][-1], before)
        for number in range(MORE):
            shell.snapnames("deploy", "--release", f"201805{number + 1:02d}", "--keep", str(KEPT))
            _runs(account, f"201805{number + 1:02d}", before)
    last = f"web-201805{MORE:02d}"
    kept, at_the_end, seen = images(ec2)[last], group(aws), account.seen()
    shell("pulumi", "destroy", "--yes", "--stack", "production")

    assert BAD in failed
    # A refresh keeps 90 percent of four, which is 3.6, and replaces at least one at a time.
    assert 3 <= min(healthy) <= max(healthy) <= 5
    assert (group(aws), account.seen()) == (at_the_end, seen)
    assert {name for name, image in images(ec2).items() if image["ImageId"] not in account.old} == {last}
    behind = {
        one["Ebs"]["SnapshotId"]
        for image in images(ec2).values()
        for one in image["BlockDeviceMappings"]
        if "Ebs" in one
    }
    assert snapshot_ids(ec2) == behind
    assert launched(aws)["ImageId"] == kept["ImageId"]
    assert len(ec2.describe_launch_templates()["LaunchTemplates"]) == len({"batch", "ours"})


def _runs(account: Account, release: str, before: dict[str, Any]) -> None:
    """The group runs and launches the release, and all else is as before."""
    image_id = images(account.ec2)[f"web-{release}"]["ImageId"]

    assert running(account.aws) == [image_id] * 4
    assert launched(account.aws)["ImageId"] == image_id
    assert account.seen() == before
