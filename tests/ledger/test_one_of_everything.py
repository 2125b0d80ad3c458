"""60 images and 300 snapshots with one of everything: the plan lists exactly what may go, and its script deletes that.

Everything is made and looked at with boto3, from outside.
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.aws.session import StackSession
from snapnames.cli.ledger.command import Wanted, kept
from snapnames.cli.ledger.opened import Opened
from snapnames.testing.localaws.server import LocalAws

from tests.account import launch

from .aws_command import stand_in
from .releases import VOLUMES
from .scripts import held, run, written

pytestmark = pytest.mark.xdist_group("ledger")

IMAGES, SNAPSHOTS, KEEP = 60, 300, 5
OTHER_ACCOUNT = "210987654321"

Need = Callable[[str], object]
"""Makes something that needs an image, by its id."""


class Seeded:
    """The account. `free` is what may go."""

    def __init__(self, aws: LocalAws) -> None:
        """Make everything."""
        self.aws, self.ec2 = aws, aws.client("ec2")
        self.source = launch(self.ec2, mappings=VOLUMES)
        self.needed: set[str] = set()
        self.orphans = self._orphans()
        self._others()
        self.old = [self.image(f"web-{number:04d}") for number in range(45)]
        for number, need in enumerate(self._needs()):
            need(self.old[number])
            self.needed.add(self.old[number])
        self._fill()
        self.free = self._free()

    def image(self, name: str) -> str:
        """An image with four snapshots."""
        return self.ec2.create_image(InstanceId=self.source, Name=name, NoReboot=True)["ImageId"]

    def behind(self, image_id: str) -> list[str]:
        """Its snapshots."""
        found = self.ec2.describe_images(ImageIds=[image_id], IncludeDisabled=True)["Images"][0]["BlockDeviceMappings"]
        return sorted(one["Ebs"]["SnapshotId"] for one in found if "Ebs" in one)

    def tag(self, resource: str, key: str, value: str = "x") -> None:
        """Give it a tag."""
        self.ec2.create_tags(Resources=[resource], Tags=[{"Key": key, "Value": value}])

    def _orphans(self) -> set[str]:
        """Four free orphans; four of an image in the Recycle Bin; one that is locked, mapped, shared, a backup each."""
        gone, binned, needed = self.image("gone"), self.image("binned"), self.image("needed")
        free = self.behind(gone)
        locked, mapped, shared, backup = self.behind(needed)
        self.ec2.deregister_image(ImageId=gone)
        self.ec2.deregister_image(ImageId=needed)
        self.aws.ec2(image_retention_seconds=3600)
        self.ec2.deregister_image(ImageId=binned)
        self.aws.ec2(image_retention_seconds=0)
        self.ec2.lock_snapshot(SnapshotId=locked, LockMode="governance", LockDuration=1)
        self._maps(mapped, "maps-an-orphan")
        self._lend(shared)
        self.tag(backup, "dlm:managed", "true")
        return {*free}

    def _maps(self, snapshot_id: str, name: str) -> None:
        self.ec2.create_launch_template(
            LaunchTemplateName=name,
            LaunchTemplateData={
                "BlockDeviceMappings": [{"DeviceName": "/dev/sdx", "Ebs": {"SnapshotId": snapshot_id}}]
            },
        )

    def _lend(self, snapshot_id: str) -> None:
        self.ec2.modify_snapshot_attribute(
            SnapshotId=snapshot_id,
            Attribute="createVolumePermission",
            OperationType="add",
            UserIds=[OTHER_ACCOUNT],
        )

    def _others(self) -> None:
        """A backup that looks like one by its name, and a copy of an image that an instance runs."""
        self.image("AwsBackup_i-0123456789_1")
        copied = self.image("golden")
        self.ec2.copy_image(Name="golden-copy", SourceImageId=copied, SourceRegion="ap-northeast-2")
        self.ec2.run_instances(ImageId=copied, MinCount=1, MaxCount=1)

    def _needs(self) -> list[Need]:
        ec2, autoscaling = self.ec2, self.aws.client("autoscaling")
        return [
            lambda one: ec2.run_instances(ImageId=one, MinCount=1, MaxCount=1),
            lambda one: autoscaling.create_launch_configuration(
                LaunchConfigurationName="c", ImageId=one, InstanceType="c3.large"
            ),
            lambda one: ec2.create_launch_template(LaunchTemplateName="latest", LaunchTemplateData={"ImageId": one}),
            self._older_version,
            lambda one: ec2.modify_image_attribute(ImageId=one, LaunchPermission={"Add": [{"UserId": OTHER_ACCOUNT}]}),
            lambda one: ec2.modify_image_attribute(ImageId=one, LaunchPermission={"Add": [{"Group": "all"}]}),
            lambda one: ec2.enable_image_deregistration_protection(ImageId=one),
            lambda one: self.aws.client("ssm").put_parameter(Name="/web", Value=one, Type="String"),
            lambda one: ec2.lock_snapshot(SnapshotId=self.behind(one)[0], LockMode="governance", LockDuration=1),
            lambda one: self._lend(self.behind(one)[1]),
            lambda one: self._maps(self.behind(one)[2], "maps-a-snapshot"),
            lambda one: self.tag(one, "keep", "true"),
            lambda one: self.tag(self.behind(one)[3], "LegalHold"),
            lambda one: self.tag(one, "dlm:managed", "true"),
            lambda one: self.tag(one, "snapnames:stack", "organization/snapnames/other"),
            lambda one: self.tag(one, "snapnames:taken-in", "organization/snapnames/other"),
        ]

    def _older_version(self, image_id: str) -> None:
        self.ec2.create_launch_template(LaunchTemplateName="older", LaunchTemplateData={"ImageId": image_id})
        for _ in range(2):
            self.ec2.create_launch_template_version(
                LaunchTemplateName="older", LaunchTemplateData={"InstanceType": "c3.large"}
            )

    def _fill(self) -> None:
        """An image of a backup, images of other services, and backups and copies of a volume."""
        self.again = self.ec2.register_image(
            Name="again",
            RootDeviceName="/dev/sda1",
            BlockDeviceMappings=[{"DeviceName": "/dev/sda1", "Ebs": {"SnapshotId": self.behind(self.old[20])[0]}}],
        )["ImageId"]
        while len(self._images()) < IMAGES:
            self.image(f"service{'abcdefghijklmnop'[len(self._images()) % 16]}")
        volume = self.ec2.create_volume(Size=3, AvailabilityZone="ap-northeast-2a")["VolumeId"]
        backup = self.ec2.create_snapshot(VolumeId=volume, Description="nightly")["SnapshotId"]
        self.ec2.copy_snapshot(SourceSnapshotId=backup, SourceRegion="ap-northeast-2")
        while len(held(self.ec2)) < IMAGES + SNAPSHOTS:
            self.ec2.create_snapshot(VolumeId=volume, Description="nightly")

    def _images(self) -> dict[str, tuple[object, str]]:
        found = self.ec2.describe_images(Owners=["self"], IncludeDisabled=True)["Images"]
        return {one["ImageId"]: (one["CreationDate"], one["ImageId"]) for one in found}

    def _free(self) -> set[str]:
        """The old images that nothing needs and that are not the newest, with the snapshots that no other image has."""
        order = self._images()
        newest = sorted(self.old, key=lambda one: order[one])[-KEEP:]
        free = {*self.old} - self.needed - {*newest}
        behind = {snapshot for one in free for snapshot in self.behind(one)} - {*self.behind(self.again)}
        return free | behind | self.orphans


def launches(ec2: EC2Client) -> None:
    """Launch from every image of the account, and from every version of every template that names one."""
    for image in ec2.describe_images(Owners=["self"])["Images"]:
        ec2.run_instances(ImageId=image["ImageId"], MinCount=1, MaxCount=1)
    for template in ec2.describe_launch_templates()["LaunchTemplates"]:
        versions = ec2.describe_launch_template_versions(LaunchTemplateId=template["LaunchTemplateId"])
        for version in versions["LaunchTemplateVersions"]:
            image_id = version["LaunchTemplateData"].get("ImageId", "")
            more = {"ImageId": launchable(ec2)} if not image_id else {}
            ec2.run_instances(
                LaunchTemplate={
                    "LaunchTemplateId": template["LaunchTemplateId"],
                    "Version": str(version["VersionNumber"]),
                },
                MinCount=1,
                MaxCount=1,
                **more,  # type: ignore[arg-type] # one key
            )


def launchable(ec2: EC2Client) -> str:
    """Any image of the account."""
    return ec2.describe_images(Owners=["self"])["Images"][0]["ImageId"]


def test_the_plan_lists_exactly_what_may_go_and_everything_still_launches_after_its_script(
    aws: LocalAws, session: StackSession, tmp_path: Path
) -> None:
    """Every backup is there too."""
    seeded = Seeded(aws)
    before = held(seeded.ec2)
    assert (len(before), len(seeded.free)) > (IMAGES + SNAPSHOTS - 1, 50)

    ledger = kept(Opened(), session, Wanted(account=True, keep=KEEP, older_than=timedelta(), every_row=True))

    assert ledger.plan is not None
    assert {
        *(row.candidate.found_id for row in ledger.plan.rows),
        *(one.snapshot_id for row in ledger.plan.rows for one in row.candidate.snapshots),
    } == seeded.free
    sizes = [row.candidate.size for row in ledger.plan.rows]
    assert sizes == sorted(sizes, reverse=True)
    with stand_in(tmp_path / "bin", aws.client) as commands:
        code, lines = run(written(tmp_path, ledger), commands, aws, "--really")
    assert (code, lines[-1]) == (0, f"{len(sizes)} of {len(sizes)} rows were let go, 0 were skipped")
    assert before - held(seeded.ec2) == seeded.free
    launches(seeded.ec2)
