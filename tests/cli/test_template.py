"""`snapnames deploy` and `rollback` of a fleet on a launch template."""

from pathlib import Path

from mypy_boto3_autoscaling import AutoScalingClient
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from dev.engine import Engine
from tests.account import images, names, snapshot_ids
from tests.main_job.test_releases import three_names

from .service import FLEET, Service


def _launched(ec2: EC2Client, autoscaling: AutoScalingClient) -> str:
    """The name of the image in the only group's version of the only template."""
    (group,) = autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    (template,) = ec2.describe_launch_templates()["LaunchTemplates"]
    (version,) = ec2.describe_launch_template_versions(
        LaunchTemplateId=template["LaunchTemplateId"], Versions=[group["LaunchTemplate"]["Version"]]
    )["LaunchTemplateVersions"]
    named = {image["ImageId"]: name for name, image in images(ec2).items()}
    return named[version["LaunchTemplateData"]["ImageId"]]


def test_deployments_a_failure_and_a_rollback_leave_one_template_and_the_kept_images(
    aws: LocalAws, ec2: EC2Client, autoscaling: AutoScalingClient, tmp_path: Path, engine: Engine
) -> None:
    """As with a launch configuration; the group is never on the image that failed."""
    service = Service(tmp_path / "stack", aws, engine, {**FLEET, "launch": "template", "instanceRefresh": {}})
    service.build("1", "2")
    service.snapnames("deploy", "--release", "3", "--keep", "2")
    deployed = _launched(ec2, autoscaling)
    aws.fail_next_image("Client.InternalError: out of space")
    failed = service.snapnames("deploy", "--release", "4", "--keep", "2", code=1)
    after_failure = _launched(ec2, autoscaling)

    service.snapnames("rollback")

    kept = ["front-web-2", "front-web-3"]
    assert sorted(images(ec2)) == kept
    assert {image: names(ec2, image) for image in kept} == {image: three_names(image) for image in kept}
    assert len(snapshot_ids(ec2)) == 3 * len(kept)
    assert "Client.InternalError: out of space" in failed.err
    assert (deployed, after_failure, _launched(ec2, autoscaling)) == ("front-web-3", "front-web-3", "front-web-2")
    assert autoscaling.describe_launch_configurations()["LaunchConfigurations"] == []
