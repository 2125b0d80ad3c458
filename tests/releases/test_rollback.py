"""Going back to an older release, and forth again."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from mypy_boto3_autoscaling import AutoScalingClient
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from tests.account import images, snapshot_ids, writes
from tests.program import Program

Make = Callable[[Mapping[str, Any]], Program]


def _launched(ec2: EC2Client, autoscaling: AutoScalingClient) -> str:
    """The name of the image that the group launches."""
    (group,) = autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    if template := group.get("LaunchTemplate"):
        (version,) = ec2.describe_launch_template_versions(
            LaunchTemplateId=template["LaunchTemplateId"], Versions=[template["Version"]]
        )["LaunchTemplateVersions"]
        image_id = version["LaunchTemplateData"]["ImageId"]
    else:
        configurations = autoscaling.describe_launch_configurations()["LaunchConfigurations"]
        (image_id,) = [
            c["ImageId"] for c in configurations if c["LaunchConfigurationName"] == group["LaunchConfigurationName"]
        ]
    return {image["ImageId"]: name for name, image in images(ec2).items()}[image_id]


@pytest.mark.parametrize("launch", ["configuration", "template"])
def test_rolling_back_changes_only_what_the_fleet_launches(
    program: Make, aws: LocalAws, ec2: EC2Client, autoscaling: AutoScalingClient, source: str, launch: str
) -> None:
    """One config value: no image is made or destroyed, in the preview and in EC2."""
    fleet = {"launch": launch, "instanceType": "t3.micro", "zones": ["ap-northeast-2a"]}
    stack = program({"service": "front-web", "releases": ["1"], "source": source, "fleet": fleet})
    stack.up("--skip-preview")
    stack.config["releases"] = ["2", "1"]
    stack.up("--skip-preview")
    deployed = _launched(ec2, autoscaling)
    before = snapshot_ids(ec2)
    stack.config["live"] = "1"

    steps = stack.steps()
    mark = aws.mark()
    stack.up("--skip-preview")

    types = {step["urn"].split("::")[2].split("$")[-1] for step in steps}
    assert types <= {
        "aws:ec2/launchConfiguration:LaunchConfiguration",
        "aws:ec2/launchTemplate:LaunchTemplate",
        "aws:autoscaling/group:Group",
        "pulumi:pulumi:Stack",
    }
    assert (deployed, _launched(ec2, autoscaling)) == ("front-web-2", "front-web-1")
    assert snapshot_ids(ec2) == before
    assert {"ec2.CreateImage", "ec2.DeregisterImage", "ec2.CreateTags"} & set(writes(aws, mark)) == set()


def test_live_that_is_no_release_is_an_error_that_lists_them(program: Make, source: str) -> None:
    """Also after the live release was dropped from the list."""
    stack = program({"service": "front-web", "releases": ["3", "2"], "live": "1", "source": source})

    said = stack.preview(code=1).out

    assert (
        "snapnames:live is '1', which is not in snapnames:releases (3, 2); the fleet runs one of these: put it back "
        "into the list, or set live to one of them"
    ) in said
