"""What uses an image, and what only looks as if it did."""

import pytest
from mypy_boto3_autoscaling import AutoScalingClient
from mypy_boto3_ec2 import EC2Client

from .conftest import Look
from .releases import Releases
from .test_findings import found

pytestmark = pytest.mark.xdist_group("ledger")


@pytest.mark.parametrize("use", ["instance", "launch configuration", "latest", "default", "older"])
def test_an_image_that_anything_uses_is_not_unused(
    releases: Releases, look: Look, ec2: EC2Client, autoscaling: AutoScalingClient, use: str
) -> None:
    """An instance, a launch configuration, or any version of a launch template, whichever it is."""
    releases.make("1")
    image_id, other = releases.images["1"], _public(ec2)
    versions = {"latest": [other, image_id], "default": [image_id, other], "older": [other, image_id, other]}
    unused = found(look(releases.state()))

    if use == "instance":
        ec2.run_instances(ImageId=image_id, MinCount=1, MaxCount=1)
    elif use == "launch configuration":
        autoscaling.create_launch_configuration(
            LaunchConfigurationName="web", ImageId=image_id, InstanceType="t3.micro"
        )
    else:
        first, *later = versions[use]
        ec2.create_launch_template(LaunchTemplateName="web", LaunchTemplateData={"ImageId": first})
        for version in later:
            ec2.create_launch_template_version(LaunchTemplateName="web", LaunchTemplateData={"ImageId": version})
    ledger = look(releases.state())

    assert [kind for kind, _, _ in unused] == ["unused"]
    assert found(ledger) == []
    kind = use if use in ("instance", "launch configuration") else "launch template"
    assert [one.kind for one in ledger.rows[0].used_by] == [kind]


def test_what_no_longer_launches_does_not_count_as_a_use(releases: Releases, look: Look, ec2: EC2Client) -> None:
    """An instance that was terminated, and an older version of the template that the stack itself goes on with."""
    releases.make("1", "2")
    old, new = releases.images["1"], releases.images["2"]
    gone = ec2.run_instances(ImageId=old, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    ec2.terminate_instances(InstanceIds=[gone])
    template = ec2.create_launch_template(LaunchTemplateName="own", LaunchTemplateData={"ImageId": old})
    template_id = template["LaunchTemplate"]["LaunchTemplateId"]
    ec2.create_launch_template_version(LaunchTemplateId=template_id, LaunchTemplateData={"ImageId": new})
    state = releases.state(["2", "1"])
    urn = "urn:pulumi:test::snapnames::aws:ec2/launchTemplate:LaunchTemplate::front-web"
    state["deployment"]["resources"].append(
        {"urn": urn, "type": "aws:ec2/launchTemplate:LaunchTemplate", "id": template_id}
    )

    ledger = look(state)

    assert found(ledger) == [("unused", old, tuple(sorted(releases.snapshots["1"].values())))]
    assert [(row.title, row.live, [one.name for one in row.used_by]) for row in ledger.rows if row.used_by] == [
        ("2", True, [f"own ({template_id}) version 2"])
    ]


def _public(ec2: EC2Client) -> str:
    return ec2.describe_images(Owners=["099720109477"])["Images"][0]["ImageId"]
