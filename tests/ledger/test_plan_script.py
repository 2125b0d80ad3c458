"""The script of the plan: what it writes, and that it checks each row again before it deletes."""

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.aws.session import StackSession
from snapnames.cli.ledger.book import Ledger
from snapnames.cli.ledger.command import Wanted, kept
from snapnames.cli.ledger.opened import Opened
from snapnames.testing.localaws.server import LocalAws

from tests.account import launch

from .aws_command import stand_in
from .scripts import held, run, written

pytestmark = pytest.mark.xdist_group("ledger")

HOSTILE = "x'; touch taken; echo `touch taken` $(touch taken)\u202e"


class Account:
    """An image and three orphans that can go, and a newer image of the same service.

    With one volume, it is one orphan.
    """

    def __init__(self, aws: LocalAws, *, volumes: Literal[1, 3] = 3) -> None:
        """Make them."""
        self.aws, self.ec2 = aws, aws.client("ec2")
        self.source = launch(self.ec2, mappings=[] if volumes == 1 else None)
        two, gone = [self._image("web-1"), self._image("web-2")], self._image("web-3")
        described = self.ec2.describe_images(ImageIds=two)["Images"]
        ordered = sorted(described, key=lambda image: (image["CreationDate"], image["ImageId"]))
        self.image, self.newest = (image["ImageId"] for image in ordered)
        self.snapshots, self.orphans = self.behind(self.image), self.behind(gone)
        self.ec2.deregister_image(ImageId=gone)

    def _image(self, name: str) -> str:
        return self.ec2.create_image(InstanceId=self.source, Name=name, NoReboot=True)["ImageId"]

    def behind(self, image_id: str) -> list[str]:
        """The snapshots of an image."""
        mappings = self.ec2.describe_images(ImageIds=[image_id])["Images"][0]["BlockDeviceMappings"]
        return [one["Ebs"]["SnapshotId"] for one in mappings if "Ebs" in one]

    @property
    def free(self) -> set[str]:
        """What the plan lets go."""
        return {self.image, *self.snapshots, *self.orphans}


@pytest.fixture
def account(aws: LocalAws) -> Account:
    """The account."""
    return Account(aws)


@pytest.fixture
def look(session: StackSession) -> Callable[[], Ledger]:
    """Make the plan that keeps the newest image of each service."""
    return lambda: kept(Opened(), session, Wanted(account=True, keep=1, older_than=timedelta()))


@pytest.fixture
def commands(tmp_path: Path, aws: LocalAws) -> Iterator[Path]:
    """A folder with a stand-in for the aws command."""
    with stand_in(tmp_path / "bin", aws.client) as folder:
        yield folder


def test_the_script_only_says_what_it_would_delete_until_it_is_told_to(
    account: Account, look: Callable[[], Ledger], aws: LocalAws, commands: Path, tmp_path: Path
) -> None:
    """With --really, exactly the rows of the plan go."""
    script = written(tmp_path, look())
    before = held(account.ec2)

    dry = run(script, commands, aws)
    after_dry = held(account.ec2)
    really = run(script, commands, aws, "--really")

    assert dry[0] == 0
    assert dry[1][-1] == f"4 of 4 rows would be let go, 0 would be skipped; sh {script} --really lets them go"
    assert [line.split(" ")[0:2] for line in dry[1][:-1]] == [["would", "run:"]] * 7
    assert after_dry == before
    assert really[0] == 0
    assert really[1][-1] == "4 of 4 rows were let go, 0 were skipped"
    assert before - held(account.ec2) == account.free


@pytest.mark.skipif(shutil.which("aws") is None, reason="the machine has no aws command")
def test_the_real_aws_command_gives_the_script_what_it_asks_for(
    look: Callable[[], Ledger], aws: LocalAws, tmp_path: Path
) -> None:
    """The tags are compared by what this command prints, also one that is no plain text.

    It takes a second for each of the calls that a row needs, so there is one row of each kind.
    """
    account = Account(aws, volumes=1)
    account.ec2.create_tags(Resources=[account.image], Tags=[{"Key": "Name", "Value": "web é\t1"}])
    account.ec2.create_tags(Resources=[account.image], Tags=[{"Key": "Empty", "Value": ""}])
    script = written(tmp_path, look())
    before = held(account.ec2)

    really = run(script, tmp_path, aws, "--really")

    assert really[1][-1] == "2 of 2 rows were let go, 0 were skipped"
    assert before - held(account.ec2) == account.free


def _template(account: Account, **data: object) -> None:
    account.ec2.create_launch_template(LaunchTemplateName="other", LaunchTemplateData=data)  # type: ignore[arg-type]


def _old_version(account: Account) -> None:
    _template(account, ImageId=account.image)
    account.ec2.create_launch_template_version(
        LaunchTemplateName="other", LaunchTemplateData={"ImageId": account.newest}
    )
    account.ec2.modify_launch_template(LaunchTemplateName="other", DefaultVersion="2")


CHANGES: dict[str, Callable[[Account], object]] = {
    "tag": lambda one: one.ec2.create_tags(Resources=[one.image], Tags=[{"Key": "keep", "Value": "1"}]),
    "tag of a snapshot": lambda one: one.ec2.create_tags(
        Resources=[one.snapshots[1]], Tags=[{"Key": "Name", "Value": "mine"}]
    ),
    "share": lambda one: one.ec2.modify_image_attribute(
        ImageId=one.image, LaunchPermission={"Add": [{"UserId": "210987654321"}]}
    ),
    "public": lambda one: one.ec2.modify_image_attribute(
        ImageId=one.image, LaunchPermission={"Add": [{"Group": "all"}]}
    ),
    "share of a snapshot": lambda one: one.ec2.modify_snapshot_attribute(
        SnapshotId=one.snapshots[2],
        Attribute="createVolumePermission",
        OperationType="add",
        UserIds=["210987654321"],
    ),
    "lock": lambda one: one.ec2.lock_snapshot(SnapshotId=one.snapshots[0], LockMode="governance", LockDuration=1),
    "protection": lambda one: one.ec2.enable_image_deregistration_protection(ImageId=one.image),
    "instance": lambda one: one.ec2.run_instances(ImageId=one.image, MinCount=1, MaxCount=1),
    "launch configuration": lambda one: one.aws.client("autoscaling").create_launch_configuration(
        LaunchConfigurationName="c", ImageId=one.image, InstanceType="c3.large"
    ),
    "template": lambda one: _template(one, ImageId=one.image),
    "older version": _old_version,
    "mapping": lambda one: _template(
        one, BlockDeviceMappings=[{"DeviceName": "/dev/sdx", "Ebs": {"SnapshotId": one.snapshots[1]}}]
    ),
    "other image": lambda one: one.ec2.register_image(
        Name="again",
        RootDeviceName="/dev/sda1",
        BlockDeviceMappings=[{"DeviceName": "/dev/sda1", "Ebs": {"SnapshotId": one.snapshots[0]}}],
    ),
    "parameter": lambda one: one.aws.client("ssm").put_parameter(Name="/web", Value=one.image, Type="String"),
    "deregistration": lambda one: one.ec2.deregister_image(ImageId=one.image),
}
"""What somebody does after the plan was made."""


@pytest.mark.parametrize("change", CHANGES)
def test_what_has_changed_since_the_plan_is_skipped_and_nothing_of_it_is_deleted(
    account: Account, look: Callable[[], Ledger], aws: LocalAws, commands: Path, tmp_path: Path, change: str
) -> None:
    """The other rows go."""
    script = written(tmp_path, look())
    CHANGES[change](account)
    before = held(account.ec2)

    code, lines = run(script, commands, aws, "--really")

    assert code == 1
    assert lines[-1] == "3 of 4 rows were let go, 1 were skipped"
    assert next(line for line in lines if line.startswith("skip ")).startswith(f"skip {account.image}: ")
    assert before - held(account.ec2) == {*account.orphans}


ORPHAN_CHANGES: dict[str, Callable[[Account], object]] = {
    "archive": lambda one: one.ec2.modify_snapshot_tier(SnapshotId=one.orphans[0], StorageTier="archive"),
    "tag": lambda one: one.ec2.create_tags(Resources=[one.orphans[0]], Tags=[{"Key": "dlm:managed", "Value": "1"}]),
    "lock": lambda one: one.ec2.lock_snapshot(SnapshotId=one.orphans[0], LockMode="governance", LockDuration=1),
    "image": lambda one: one.ec2.register_image(
        Name="again",
        RootDeviceName="/dev/sda1",
        BlockDeviceMappings=[{"DeviceName": "/dev/sda1", "Ebs": {"SnapshotId": one.orphans[0]}}],
    ),
    "mapping": lambda one: _template(
        one, BlockDeviceMappings=[{"DeviceName": "/dev/sdx", "Ebs": {"SnapshotId": one.orphans[0]}}]
    ),
}


@pytest.mark.parametrize("change", ORPHAN_CHANGES)
def test_an_orphan_that_something_needs_since_the_plan_is_skipped(
    account: Account, look: Callable[[], Ledger], aws: LocalAws, commands: Path, tmp_path: Path, change: str
) -> None:
    """The other rows go."""
    script = written(tmp_path, look())
    ORPHAN_CHANGES[change](account)
    before = held(account.ec2)

    code, lines = run(script, commands, aws, "--really")

    assert (code, lines[-1]) == (1, "3 of 4 rows were let go, 1 were skipped")
    assert before - held(account.ec2) == account.free - {account.orphans[0]}


def test_the_snapshots_of_an_image_that_goes_to_the_recycle_bin_stay(
    account: Account, look: Callable[[], Ledger], aws: LocalAws, commands: Path, tmp_path: Path
) -> None:
    """Without them, the image could not be restored."""
    script = written(tmp_path, look())
    aws.ec2(image_retention_seconds=3600)
    before = held(account.ec2)

    code, lines = run(script, commands, aws, "--really")

    assert code == 1
    assert f"skip {account.image}: the Recycle Bin keeps image {account.image}" in lines
    assert before - held(account.ec2) == {account.image, *account.orphans}


def test_a_name_from_aws_is_never_part_of_a_command(
    account: Account, look: Callable[[], Ledger], aws: LocalAws, commands: Path, tmp_path: Path
) -> None:
    """It stands in a comment, without the characters that a shell or a terminal obeys. Tags are a checksum."""
    account.ec2.create_tags(Resources=[*account.orphans], Tags=[{"Key": "Name", "Value": HOSTILE + "\n touch taken"}])
    script = written(tmp_path, look())

    _, lines = run(script, commands, aws)

    text = script.read_text(encoding="utf-8")
    named = [line for line in text.splitlines() if "touch taken" in line]
    assert len(named) == 3
    assert all(line.startswith("# x?? touch taken? echo ?touch taken?") for line in named)
    assert lines[-1].startswith("4 of 4 rows would be let go")
    assert not (tmp_path / "taken").exists()


def test_the_script_refuses_keys_of_another_account(
    look: Callable[[], Ledger], account: Account, aws: LocalAws, commands: Path, tmp_path: Path
) -> None:
    """Ids of one account mean nothing in another."""
    script = written(tmp_path, look())
    before = held(account.ec2)
    script.write_text(
        script.read_text(encoding="utf-8").replace("account=123456789012", "account=210987654321"), encoding="utf-8"
    )

    code, lines = run(script, commands, aws, "--really")

    error = "these keys are of the account 123456789012, and the plan is of 210987654321: set AWS_PROFILE"
    assert (code, lines) == (1, [error])
    assert held(account.ec2) == before


def test_a_plan_without_a_row_writes_no_script(look: Callable[[], Ledger], ec2: EC2Client, tmp_path: Path) -> None:
    """There is nothing to run."""
    ec2.create_image(InstanceId=launch(ec2), Name="web-1", NoReboot=True)

    assert not written(tmp_path, look()).exists()
