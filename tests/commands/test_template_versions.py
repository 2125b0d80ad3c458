"""A version of the stack's launch template goes with the image that it launches."""

from collections.abc import Callable

from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from tests.account import ACCESS_KEY, all_but, images, launch
from tests.program import Program

FLEET = {
    "launch": "template",
    "instanceType": "t3.small",
    "minSize": 1,
    "maxSize": 1,
    "zones": ["ap-northeast-2a"],
    "instanceRefresh": {},
}


def _versions(ec2: EC2Client) -> dict[int, str]:
    """Version to the image that it launches, of the only template."""
    [template] = ec2.describe_launch_templates()["LaunchTemplates"]
    found = ec2.describe_launch_template_versions(LaunchTemplateId=template["LaunchTemplateId"])
    return {one["VersionNumber"]: one["LaunchTemplateData"]["ImageId"] for one in found["LaunchTemplateVersions"]}


def test_versions_that_launch_a_dropped_image_are_deleted_and_a_refusal_holds_up_nothing(
    program: Callable[..., Program], aws: LocalAws, ec2: EC2Client
) -> None:
    """Every version that is left launches an image that is there. The warning says what deletes the rest."""
    aws.settings(pending_seconds=0)
    stack = program({"service": "web", "source": launch(ec2), "releases": ["1"], "fleet": FLEET})
    stack.up("--skip-preview")
    stack.config["releases"] = ["2", "1"]
    stack.up("--skip-preview")

    third = stack.snapnames("deploy", "--release", "3", "--keep", "2")
    after_third = _versions(ec2)
    stack.config["releases"] = ["3", "2"]
    aws.restrict(ACCESS_KEY, all_but("ec2:DeleteLaunchTemplateVersions"))
    fourth = stack.snapnames("deploy", "--release", "4", "--keep", "2")

    there = {name: image["ImageId"] for name, image in images(ec2).items()}
    [template] = ec2.describe_launch_templates()["LaunchTemplates"]
    named = f"launch template {template['LaunchTemplateId']}"
    assert after_third == {2: after_third[2], 3: there["web-3"]}
    assert f"deleted version 1 of {named}: its image is dropped" in third.out
    assert sorted(there) == ["web-3", "web-4"]
    assert f"warning: {named} keeps its versions that launch a dropped image: " in fourth.out
    assert "delete-launch-template-versions --launch-template-id " in fourth.out
    assert "--versions 2`" in fourth.out
