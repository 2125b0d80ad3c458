"""Needs of a real account that an image's own read does not show: each keeps it in the plan, and in the script."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from snapnames.aws.session import StackSession
from snapnames.cli.ledger.book import Ledger
from snapnames.cli.ledger.command import Wanted, kept
from snapnames.cli.ledger.opened import Opened
from snapnames.testing.localaws.server import LocalAws

from tests.account import launch

from .aws_command import stand_in
from .scripts import held, run, written

pytestmark = pytest.mark.xdist_group("ledger")

NO_PARAMETERS: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": "ssm:GetParameters", "Resource": "*"},
    ],
}
ZONE = "ap-northeast-2a"


class Account:
    """An old image that can go, a newer one of its service, and a snapshot whose image is gone."""

    def __init__(self, aws: LocalAws) -> None:
        """Make them."""
        self.aws, self.ec2 = aws, aws.client("ec2")
        source = launch(self.ec2, mappings=[])
        two = [self._image(source, name) for name in ("web-1", "web-2")]
        gone = self._image(source, "web-3")
        described = self.ec2.describe_images(ImageIds=two)["Images"]
        ordered = sorted(described, key=lambda image: (image["CreationDate"], image["ImageId"]))
        self.image, self.newest = (image["ImageId"] for image in ordered)
        self.snapshot, self.orphan = self._behind(self.image), self._behind(gone)
        self.ec2.deregister_image(ImageId=gone)

    def _image(self, source: str, name: str) -> str:
        return self.ec2.create_image(InstanceId=source, Name=name, NoReboot=True)["ImageId"]

    def _behind(self, image_id: str) -> str:
        [root] = self.ec2.describe_images(ImageIds=[image_id])["Images"][0]["BlockDeviceMappings"]
        return root["Ebs"]["SnapshotId"]

    def tag(self, resource: str, key: str, value: str) -> None:
        """Give it a tag."""
        self.ec2.create_tags(Resources=[resource], Tags=[{"Key": key, "Value": value}])

    def restores(self, snapshot: str) -> None:
        """Switch fast restores on."""
        self.ec2.enable_fast_snapshot_restores(SourceSnapshotIds=[snapshot], AvailabilityZones=[ZONE])

    def archive(self) -> None:
        """Archive the orphan, and restore it for some days."""
        self.ec2.modify_snapshot_tier(SnapshotId=self.orphan, StorageTier="archive")
        self.ec2.restore_snapshot_tier(SnapshotId=self.orphan, TemporaryRestoreDays=3)

    def pinned(self) -> None:
        """A template finds the image by the first version of a parameter, whose present value is another image."""
        ssm = self.aws.client("ssm")
        for image_id in (self.image, self.newest):
            ssm.put_parameter(Name="/web", Value=image_id, Type="String", DataType="aws:ec2:image", Overwrite=True)
        self.ec2.create_launch_template(
            LaunchTemplateName="pinned", LaunchTemplateData={"ImageId": "resolve:ssm:/web:1"}
        )

    def override(self) -> None:
        """A group launches an image that only an override of its mixed instances policy names."""
        self.ec2.create_launch_template(LaunchTemplateName="group", LaunchTemplateData={"ImageId": self.newest})
        self.aws.client("autoscaling").create_auto_scaling_group(
            AutoScalingGroupName="mixed",
            MinSize=0,
            MaxSize=0,
            AvailabilityZones=[ZONE],
            MixedInstancesPolicy={
                "LaunchTemplate": {
                    "LaunchTemplateSpecification": {"LaunchTemplateName": "group", "Version": "$Latest"},
                    "Overrides": [{"InstanceType": "c3.large", "ImageId": self.image}],
                }
            },
        )


@pytest.fixture
def account(aws: LocalAws) -> Account:
    """The account."""
    return Account(aws)


@pytest.fixture
def look(session: StackSession) -> Callable[[], Ledger]:
    """Make the plan that keeps the newest image of each service."""
    return lambda: kept(Opened(), session, Wanted(account=True, keep=1, older_than=timedelta()))


def listed(ledger: Ledger) -> set[str]:
    """The rows that can go."""
    assert ledger.plan is not None
    return {row.candidate.found_id for row in ledger.plan.rows}


IMAGE: dict[str, Callable[[Account], object]] = {
    "fast restores": lambda one: one.restores(one.snapshot),
    "Fast Launch": lambda one: one.ec2.enable_fast_launch(ImageId=one.image),
    "a version of a parameter": Account.pinned,
    "an override of a group": Account.override,
    "Image Builder": lambda one: one.tag(one.image, "Ec2ImageBuilderArn", "arn:aws:imagebuilder:::image/web/1.0.0/1"),
    "a tag of another cleaner": lambda one: one.tag(one.image, "do_not_clean", "true"),
    "a tag that denies a delete": lambda one: one.tag(one.image, "auto-delete", "false"),
    "a day to come": lambda one: one.tag(one.snapshot, "DeleteOn", "2999-01-31"),
}
ORPHAN: dict[str, Callable[[Account], object]] = {
    "fast restores": lambda one: one.restores(one.orphan),
    "a restore from the archive": Account.archive,
    "a day to come": lambda one: one.tag(one.orphan, "expiry-date", "2999-01-31T00:00:00Z"),
}


@pytest.mark.parametrize("need", IMAGE)
def test_an_image_that_is_needed_is_in_no_plan(account: Account, look: Callable[[], Ledger], need: str) -> None:
    """The orphan can still go."""
    before = listed(look())

    IMAGE[need](account)

    assert before == {account.image, account.orphan}
    assert listed(look()) == {account.orphan}


@pytest.mark.parametrize("need", ORPHAN)
def test_a_snapshot_that_is_needed_is_in_no_plan(account: Account, look: Callable[[], Ledger], need: str) -> None:
    """The image can still go."""
    ORPHAN[need](account)

    assert listed(look()) == {account.image}


def test_the_day_of_a_tag_that_is_over_keeps_nothing(account: Account, look: Callable[[], Ledger]) -> None:
    """Whatever should have deleted it did not."""
    account.tag(account.image, "DeleteOn", "2018-01-31")
    account.tag(account.orphan, "auto-delete", "true")

    assert listed(look()) == {account.image, account.orphan}


def test_a_parameter_that_could_not_be_read_keeps_every_image_and_says_which_template_has_it(
    account: Account, look: Callable[[], Ledger]
) -> None:
    """What is denied is not known. A parameter that does not exist launches nothing, so it keeps nothing."""
    account.pinned()
    account.aws.restrict("local", NO_PARAMETERS)

    denied = look()
    account.aws.restrict("local", {**NO_PARAMETERS, "Statement": NO_PARAMETERS["Statement"][:1]})
    account.aws.client("ssm").delete_parameter(Name="/web")

    assert listed(denied) == {account.orphan}
    [step] = [one.step for one in denied.findings if one.image_id == account.image and one.kind == "unused"]
    assert "pinned" in step
    assert "resolve:ssm:/web:1 launches an image, and AWS did not say which one" in step
    assert listed(look()) == {account.image, account.orphan}


def test_a_snapshot_with_the_description_of_another_goes_neither_with_the_image_nor_after_it(
    account: Account, look: Callable[[], Ledger]
) -> None:
    """A backup script copies the description of the snapshot before it. CreateImage makes one for each volume."""
    [made] = account.ec2.describe_snapshots(SnapshotIds=[account.snapshot])["Snapshots"]
    backup = account.ec2.create_snapshot(VolumeId=made["VolumeId"], Description=made["Description"])["SnapshotId"]

    ledger = look()
    account.ec2.deregister_image(ImageId=account.image)

    assert ledger.plan is not None
    [row] = [row for row in ledger.plan.rows if row.candidate.found_id == account.image]
    assert [one.snapshot_id for one in row.candidate.snapshots] == [account.snapshot]
    assert [one.snapshot_id for one in row.candidate.others] == [backup]
    assert listed(look()) == {account.orphan}


SINCE: dict[str, tuple[str, Callable[[Account], object]]] = {
    "fast restores": ("has fast restores", IMAGE["fast restores"]),
    "Fast Launch": ("EC2 Fast Launch holds snapshots ready", IMAGE["Fast Launch"]),
    "a version of a parameter": ("a launch template", Account.pinned),
    "an override of a group": ("a group", Account.override),
    "the newest is gone": (
        "which is newer and which the plan keeps",
        lambda one: one.ec2.deregister_image(ImageId=one.newest),
    ),
    "the newest is disabled": (
        "which is newer and which the plan keeps",
        lambda one: one.ec2.disable_image(ImageId=one.newest),
    ),
}


@pytest.mark.parametrize("change", SINCE)
def test_what_an_image_is_needed_for_since_the_plan_is_seen_by_the_script(
    account: Account, look: Callable[[], Ledger], tmp_path: Path, change: str
) -> None:
    """The row is skipped with the reason, and the other row goes."""
    words, put = SINCE[change]
    script = written(tmp_path, look())
    put(account)
    before = held(account.ec2)

    with stand_in(tmp_path / "bin", account.aws.client) as commands:
        code, lines = run(script, commands, account.aws, "--really")

    assert (code, lines[-1]) == (1, "1 of 2 rows were let go, 1 were skipped")
    [skipped] = [line for line in lines if line.startswith("skip ")]
    assert skipped.startswith(f"skip {account.image}: ")
    assert words in skipped
    assert before - held(account.ec2) == {account.orphan}


@pytest.mark.parametrize("change", ["fast restores", "a restore from the archive"])
def test_what_an_orphan_is_needed_for_since_the_plan_is_seen_by_the_script(
    account: Account, look: Callable[[], Ledger], tmp_path: Path, change: str
) -> None:
    """The row is skipped, and the image goes."""
    script = written(tmp_path, look())
    ORPHAN[change](account)
    before = held(account.ec2)

    with stand_in(tmp_path / "bin", account.aws.client) as commands:
        code, lines = run(script, commands, account.aws, "--really")

    assert (code, lines[-1]) == (1, "1 of 2 rows were let go, 1 were skipped")
    assert before - held(account.ec2) == {account.image, account.snapshot}


def test_the_script_says_what_a_denied_parameter_means_and_takes_one_that_is_gone_for_no_use(
    account: Account, look: Callable[[], Ledger], tmp_path: Path
) -> None:
    """A template whose parameter was deleted launches nothing."""
    script = written(tmp_path, look())
    account.pinned()
    account.aws.client("ssm").delete_parameter(Name="/web")

    with stand_in(tmp_path / "bin", account.aws.client) as commands:
        code, lines = run(script, commands, account.aws)

    assert (code, lines[-1]) == (
        0,
        f"2 of 2 rows would be let go, 0 would be skipped; sh {script} --really lets them go",
    )
