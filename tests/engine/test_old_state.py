"""A stack that the oldest engine has made, under the newest one: a team updates Pulumi and goes on."""

import os
from pathlib import Path

import pytest
from snapnames.testing.localaws.server import LocalAws

from dev import engine
from dev.engine import Engine
from dev.engine.parts import NEWEST, OLDEST
from tests.account import images, names, snapshot_ids, writes
from tests.cli.service import FLEET, Service
from tests.main_job.test_releases import three_names
from tests.program import Program

pytestmark = [
    pytest.mark.engine,
    pytest.mark.slow,
    pytest.mark.skipif(
        not os.environ.get("SNAPNAMES_EVERY_ENGINE"), reason="builds both sets of parts: make test-full runs it"
    ),
]


def launched(aws: LocalAws) -> str:
    """The name of the image that the only group launches, from a launch configuration or from a launch template."""
    ec2, autoscaling = aws.client("ec2"), aws.client("autoscaling")
    (group,) = autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    if "LaunchConfigurationName" in group:
        (found,) = autoscaling.describe_launch_configurations(
            LaunchConfigurationNames=[group["LaunchConfigurationName"]]
        )["LaunchConfigurations"]
        image_id = found["ImageId"]
    else:
        template = group["LaunchTemplate"]
        (version,) = ec2.describe_launch_template_versions(
            LaunchTemplateId=template["LaunchTemplateId"], Versions=[template["Version"]]
        )["LaunchTemplateVersions"]
        image_id = version["LaunchTemplateData"]["ImageId"]
    return next(name for name, image in images(ec2).items() if image["ImageId"] == image_id)


def use(stack: Program, other: Engine) -> None:
    """Run the stack's next commands on another engine."""
    before = stack.environment["PATH"].split(os.pathsep)
    path = [folder for folder in before if not (Path(folder) / "pulumi").exists()]
    stack.environment |= {"PATH": os.pathsep.join([path[0], str(other.bin), *path[1:]]), "PULUMI_HOME": str(other.home)}


@pytest.mark.parametrize("launch", ["configuration", "template"])
def test_a_stack_of_the_oldest_engine_goes_on_with_the_newest(launch: str, tmp_path: Path, aws: LocalAws) -> None:
    """A refresh adds the region, which the older plugin does not keep, and nothing else; then all is as on one engine.

    Without it, the region is all that the first update adds.
    """
    ec2, autoscaling = aws.client("ec2"), aws.client("autoscaling")
    service = Service(tmp_path / "stack", aws, engine.ensure(OLDEST), {**FLEET, "launch": launch})
    service.snapnames("deploy", "--release", "1")
    mark = aws.mark()

    use(service, engine.ensure(NEWEST))
    unread = {(step["op"], *step["detailedDiff"]) for step in service.steps()}
    service.up("--skip-preview", "--expect-no-changes", "--refresh")
    service.preview("--expect-no-changes")
    untouched = writes(aws, mark)
    service.snapnames("deploy", "--release", "2", "--keep", "2")
    deployed = launched(aws)
    service.snapnames("rollback")
    rolled_back = launched(aws)
    kept = {image: names(ec2, image) for image in images(ec2)}
    service.destroy()

    assert unread == {("update", "region")}
    assert untouched == []
    assert (deployed, rolled_back) == ("front-web-2", "front-web-1")
    assert kept == {image: three_names(image) for image in ("front-web-1", "front-web-2")}
    assert snapshot_ids(ec2) == set()
    assert autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"] == []
