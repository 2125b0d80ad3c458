"""Three more accounts: a group on `$Latest` of a template, on `$Default`, and with a mixed instances policy."""

from collections.abc import Callable
from typing import Any

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from tests.account import images, snapshot_ids
from tests.program import Program

from .account import GROUP, group, launched, running, unchanging
from .templates import seed_template

INTERFACE = [{"DeviceIndex": 0, "NetworkCardIndex": 0, "DeleteOnTermination": True}]


@pytest.mark.parametrize(
    ("version", "mixed", "kind"),
    [("$Latest", False, "t3.micro"), ("$Default", False, "t3.nano"), ("$Default", True, "t3.nano")],
)
def test_a_group_on_a_template_is_taken_over_deployed_to_rolled_back_and_left(
    program: Callable[..., Program], aws: LocalAws, ec2: EC2Client, version: str, kind: str, *, mixed: bool
) -> None:
    """After each step only the image differs from what the group launched before. The team's template is as it was."""
    aws.settings(pending_seconds=0)
    theirs = seed_template(aws, version, mixed=mixed, interfaces=INTERFACE, DesiredCapacity=2)
    before = _seen(aws, ec2, theirs)
    fleet = {"adopt": GROUP, "instanceRefresh": {}}
    stack = program({"service": "web", "source": "fleet", "releases": ["1"], "fleet": fleet})

    ran = []
    stack.up("--skip-preview")
    stack.preview("--expect-no-changes")
    ran.append(("1", running(aws), _seen(aws, ec2, theirs)))
    stack.snapnames("deploy", "--release", "2")
    stack.config["releases"] = ["2", "1"]
    ran.append(("2", running(aws), _seen(aws, ec2, theirs)))
    stack.config["live"] = stack.snapnames("rollback", "--json").json["live"]
    ran.append(("1", running(aws), _seen(aws, ec2, theirs)))
    there = {release: images(ec2)[f"web-{release}"]["ImageId"] for release in ("1", "2")}
    at_the_end = group(aws)
    stack.destroy()
    ran.append(("1", running(aws), _seen(aws, ec2, theirs)))

    assert before["launches"]["InstanceType"] == kind
    for release, instances, seen in ran:
        assert (release, instances, seen) == (release, [there[release]] * 2, before)
    assert group(aws) == at_the_end
    assert [*images(ec2)] == ["web-1"]
    [left] = images(ec2).values()
    assert snapshot_ids(ec2) == {one["Ebs"]["SnapshotId"] for one in left["BlockDeviceMappings"] if "Ebs" in one}
    assert len(ec2.describe_launch_templates()["LaunchTemplates"]) == len({"theirs", "ours"})


def _seen(aws: LocalAws, ec2: EC2Client, template_id: str) -> dict[str, Any]:
    """Everything that is to stay: the group, what it launches but for the image, and the team's own template."""
    return {
        "group": unchanging(aws),
        "launches": {key: value for key, value in launched(aws).items() if key != "ImageId"},
        "theirs": ec2.describe_launch_template_versions(LaunchTemplateId=template_id)["LaunchTemplateVersions"],
    }
