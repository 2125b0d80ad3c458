"""Resources in another region than their provider's, as pulumi-aws 7 has it: only the newest engine knows it."""

import os
from pathlib import Path

import pytest
from snapnames.testing.localaws.server import LocalAws

from dev import engine
from dev.engine.parts import NEWEST
from tests.account import images, launch
from tests.program import Program

pytestmark = [
    pytest.mark.engine,
    pytest.mark.slow,
    pytest.mark.skipif(
        not os.environ.get("SNAPNAMES_EVERY_ENGINE"), reason="builds the newest set of parts: make test-full runs it"
    ),
]

ELSEWHERE = "us-west-2"
PROGRAM = f"""
import pulumi
import pulumi_aws as aws

there = {{"region": "{ELSEWHERE}"}}
source = pulumi.Config().require("source")
image = aws.ec2.AmiFromInstance("web", name="web-1", source_instance_id=source, snapshot_without_reboot=True, **there)
snapshot = image.ebs_block_devices[0].snapshot_id
aws.ec2.Tag("name", resource_id=snapshot, key="Name", value="web-1(001)", **there)
settings = aws.ec2.LaunchConfiguration("web", image_id=image.id, instance_type="t3.micro", **there)
aws.ec2.LaunchTemplate("web", image_id=image.id, instance_type="t3.micro", **there)
sizes = {{"min_size": 0, "max_size": 1, "availability_zones": ["{ELSEWHERE}a"]}}
aws.autoscaling.Group("web", launch_configuration=settings.name, **sizes, **there)
"""


def test_resources_are_made_read_and_deleted_in_the_region_that_they_name(tmp_path: Path, aws: LocalAws) -> None:
    """The provider's own region sees none of them, and a second update has no changes."""
    there, here = aws.client("ec2", ELSEWHERE), aws.client("ec2")
    (tmp_path / "program").mkdir()
    (tmp_path / "program" / "__main__.py").write_text(PROGRAM, encoding="utf-8")
    config = {"source": launch(there, mappings=[])}
    stack = Program(tmp_path / "stack", aws, engine.ensure(NEWEST), config, tmp_path / "program")

    stack.up("--skip-preview")
    built = sorted(images(there)), sorted(images(here))
    groups = [
        len(aws.client("autoscaling", region).describe_auto_scaling_groups()["AutoScalingGroups"])
        for region in (ELSEWHERE, "ap-northeast-2")
    ]
    (snapshot,) = there.describe_snapshots(OwnerIds=["self"])["Snapshots"]
    stack.preview("--expect-no-changes", "--refresh")
    stack.destroy()

    assert built == (["web-1"], [])
    assert groups == [1, 0]
    assert {tag["Key"]: tag["Value"] for tag in snapshot["Tags"]} == {"Name": "web-1(001)"}
    assert images(there) == {}
