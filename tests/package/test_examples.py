"""Each program in examples/, as somebody runs it who has installed the wheel."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from mypy_boto3_autoscaling import AutoScalingClient
from mypy_boto3_ec2 import EC2Client
from snapnames.testing import Program
from snapnames.testing.localaws.server import LocalAws

from dev.engine import Engine
from tests.account import images, launch, names, snapshot_ids
from tests.program import ROOT

from .installation import Installation
from .outside import outside

pytestmark = [pytest.mark.xdist_group("package-examples"), pytest.mark.slow]

EXAMPLES = ROOT / "examples"
ZONES = ["ap-northeast-2a"]
Example = Callable[..., Program]


@pytest.fixture
def example(installed: Installation, tmp_path: Path, aws: LocalAws, engine: Engine) -> Example:
    """Make a stack of an example with this config, or of another program under the example's name."""

    def make(name: str, program: str = "", **config: Any) -> Program:  # noqa: ANN401 -- as the example wants it
        project = yaml.safe_load((EXAMPLES / name / "Pulumi.yaml").read_text(encoding="utf-8"))
        assert project["runtime"] == "python"
        return outside(program or EXAMPLES / name, tmp_path, installed, aws, engine, config, project["name"])

    return make


def test_every_example_has_a_test() -> None:
    """A new folder needs one here; two_services has its tests in tests/commands, adopted_group in tests/adoption."""
    folders = {path.parent.name for path in EXAMPLES.glob("*/__main__.py")}

    assert folders == {
        *("release_image", "fleet", "owned_images"),
        *("existing_stack", "adopted_group", "two_services"),
    }


def test_the_example_of_a_release_image_names_and_tags_each_snapshot(example: Example, ec2: EC2Client) -> None:
    """And shows the names before the image exists."""
    stack = example("release_image", release="42", instance=launch(ec2))
    image = "front-web-42"
    expected = {"/dev/sda1": f"{image}(001)", "/dev/sdf": f"{image}(002)", "/dev/sdg": f"{image}(003)"}

    previewed = stack.preview().out
    stack.up("--skip-preview")

    assert [name for name in expected.values() if name not in previewed] == []
    assert names(ec2, image) == expected == stack.outputs()["names"]
    tagged = ec2.describe_tags(Filters=[{"Name": "key", "Values": ["team"]}])["Tags"]
    assert {tag["ResourceId"] for tag in tagged if tag["Value"] == "web"} == snapshot_ids(ec2)


def test_the_example_of_a_fleet_launches_from_the_image(
    example: Example, ec2: EC2Client, autoscaling: AutoScalingClient
) -> None:
    """From a launch template."""
    image = ec2.create_image(InstanceId=launch(ec2), Name="front-web-1")["ImageId"]
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    stack = example("fleet", image=image, subnets=[subnet])

    stack.up("--skip-preview")

    (group,) = autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    (instance,) = group["Instances"]
    (reservation,) = ec2.describe_instances(InstanceIds=[instance["InstanceId"]])["Reservations"]
    assert reservation["Instances"][0]["ImageId"] == image
    assert group["VPCZoneIdentifier"] == subnet
    assert group["LaunchTemplate"]["LaunchTemplateId"] == stack.outputs()["launchTemplate"]


def test_the_example_of_owned_images_names_what_its_globs_choose(example: Example, ec2: EC2Client) -> None:
    """With its own pattern."""
    instance = launch(ec2, mappings=[])
    for name in ("db-1", "db-2-scratch", "web-1"):
        ec2.create_image(InstanceId=instance, Name=name)
    stack = example("owned_images")

    stack.up("--skip-preview")

    found = {name: names(ec2, name) for name in ("db-1", "db-2-scratch", "web-1")}
    assert found == {
        "db-1": {"/dev/sda1": "db-1 /dev/sda1"},
        "db-2-scratch": {"/dev/sda1": None},
        "web-1": {"/dev/sda1": None},
    }


BEFORE = """
import pulumi
import pulumi_aws as aws

config = pulumi.Config()
template = aws.ec2.LaunchTemplate("web", image_id=config.require("ami"), instance_type="t3.micro")
group = aws.autoscaling.Group(
    "web",
    min_size=1,
    max_size=2,
    availability_zones=config.require_object("zones"),
    launch_template={"id": template.id, "version": template.latest_version.apply(str)},
)
"""


def test_an_existing_stack_gets_its_images_from_a_component_and_keeps_its_template_and_group(
    example: Example, ec2: EC2Client, autoscaling: AutoScalingClient, tmp_path: Path
) -> None:
    """The second release is built beside the first, which needs no source instance any more."""
    instance = launch(ec2, mappings=[])
    stack = example("existing_stack", BEFORE, zones=ZONES, ami=_image_of(ec2, instance))
    stack.up("--skip-preview")
    before = _group(autoscaling)
    main = tmp_path / "main" / "__main__.py"
    main.write_bytes((EXAMPLES / "existing_stack" / "__main__.py").read_bytes())

    for releases in (["1"], ["2", "1"]):
        stack.config.update(releases=releases, instance=instance)
        stack.up("--skip-preview")

    after = _group(autoscaling)
    template = after["LaunchTemplate"]
    (version,) = ec2.describe_launch_template_versions(
        LaunchTemplateId=template["LaunchTemplateId"], Versions=[template["Version"]]
    )["LaunchTemplateVersions"]
    assert after["AutoScalingGroupName"] == before["AutoScalingGroupName"]
    assert template["LaunchTemplateId"] == before["LaunchTemplate"]["LaunchTemplateId"]
    assert version["LaunchTemplateData"]["ImageId"] == images(ec2)["front-web-2"]["ImageId"]
    assert {name: names(ec2, name) for name in images(ec2)} == {
        "front-web-1": {"/dev/sda1": "front-web-1(001)"},
        "front-web-2": {"/dev/sda1": "front-web-2(001)"},
    }


def _image_of(ec2: EC2Client, instance_id: str) -> str:
    """The public image that an instance was launched from."""
    (reservation,) = ec2.describe_instances(InstanceIds=[instance_id])["Reservations"]
    return reservation["Instances"][0]["ImageId"]


def _group(autoscaling: AutoScalingClient) -> Any:  # noqa: ANN401 -- as boto3 gives it
    (group,) = autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    return group
