"""Groups on a template's `$Latest` or `$Default` version, with a mixed instances policy, and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from dev.engine import Engine
from tests.account import images, launch
from tests.program import Program

from .account import GROUP, ZONE, group, launched, seed, unchanging
from .templates import INTERFACES, seed_template

if TYPE_CHECKING:
    from mypy_boto3_autoscaling.type_defs import InstanceMaintenancePolicyTypeDef

Make = Callable[..., Program]
FLEET = {"adopt": GROUP}


@pytest.mark.parametrize(("version", "kind"), [("$Latest", "t3.micro"), ("$Default", "t3.nano")])
def test_a_group_on_a_template_launches_the_same_with_the_new_image_from_a_template_of_the_stack(
    program: Make, aws: LocalAws, ec2: EC2Client, version: str, kind: str
) -> None:
    """The team's template is not touched. Then nothing is left to do. Its user data is a secret of the state."""
    aws.settings(pending_seconds=0)
    theirs = seed_template(aws, version)
    before = unchanging(aws)
    versions = ec2.describe_launch_template_versions(LaunchTemplateId=theirs)["LaunchTemplateVersions"]
    stack = program({"service": "web", "source": launch(ec2), "releases": ["1"], "fleet": FLEET})

    stack.up("--skip-preview")
    stack.preview("--expect-no-changes")

    data = launched(aws)
    assert (data["ImageId"], data["InstanceType"]) == (images(ec2)["web-1"]["ImageId"], kind)
    assert (data["UserData"], data["Monitoring"]) == ("IyEvYmluL3NoCg==", {"Enabled": True})
    assert data["UserData"] not in json.dumps(stack.resources())
    assert data["TagSpecifications"] == [{"ResourceType": "volume", "Tags": [{"Key": "team", "Value": "web"}]}]
    assert [*map(_sorted, sorted(data["NetworkInterfaces"], key=lambda one: one["DeviceIndex"]))] == [
        *map(_sorted, INTERFACES)
    ]
    assert group(aws)["LaunchTemplate"]["LaunchTemplateId"] != theirs
    assert ec2.describe_launch_template_versions(LaunchTemplateId=theirs)["LaunchTemplateVersions"] == versions
    assert unchanging(aws) == before


def _sorted(interface: dict[str, Any]) -> dict[str, Any]:
    """The interface with its lists in one order: the provider has sets."""
    return {
        key: sorted(value, key=lambda one: sorted(map(str, one.items()))) if isinstance(value, list) else value
        for key, value in interface.items()
    }


def test_a_mixed_instances_policy_stays_and_launches_from_the_template_of_the_stack(
    program: Make, aws: LocalAws, ec2: EC2Client
) -> None:
    """Its types and its distribution too."""
    aws.settings(pending_seconds=0)
    seed_template(aws, "$Latest", mixed=True)
    before = group(aws)["MixedInstancesPolicy"]
    stack = program({"service": "web", "source": launch(ec2), "releases": ["1"], "fleet": FLEET})

    stack.up("--skip-preview")
    stack.preview("--expect-no-changes")

    after = group(aws)["MixedInstancesPolicy"]
    assert launched(aws)["ImageId"] == images(ec2)["web-1"]["ImageId"]
    assert after["LaunchTemplate"]["Overrides"] == before["LaunchTemplate"]["Overrides"]
    # The provider writes an empty price, which stands for the price of an instance on demand, as no price does.
    assert after["InstancesDistribution"] == {**before["InstancesDistribution"], "SpotMaxPrice": ""}


def test_a_refresh_keeps_to_the_maintenance_policy_of_the_group(program: Make, aws: LocalAws, ec2: EC2Client) -> None:
    """The team wants another instance to serve before one goes. The policy stays, and the config need not repeat it."""
    aws.settings(pending_seconds=0)
    seed(aws)
    scaling = aws.client("autoscaling")
    policy: InstanceMaintenancePolicyTypeDef = {"MinHealthyPercentage": 100, "MaxHealthyPercentage": 150}
    scaling.update_auto_scaling_group(AutoScalingGroupName=GROUP, InstanceMaintenancePolicy=policy)
    before = unchanging(aws)
    fleet = {**FLEET, "instanceRefresh": {}}
    stack = program({"service": "web", "source": launch(ec2), "releases": ["1"], "fleet": fleet})

    stack.up("--skip-preview")
    stack.preview("--expect-no-changes")

    [refresh] = scaling.describe_instance_refreshes(AutoScalingGroupName=GROUP)["InstanceRefreshes"]
    assert refresh["Preferences"].items() >= policy.items()
    assert unchanging(aws) == before


def test_a_group_that_is_not_there_or_that_something_else_manages_is_refused_at_the_preview(
    program: Make, aws: LocalAws, ec2: EC2Client
) -> None:
    """Unless the config says that this is meant."""
    seed(aws)
    before = group(aws)
    stack = program({"service": "web", "source": launch(ec2), "releases": ["1"], "fleet": {"adopt": "web-prd"}})

    missing = stack.preview(code=None)
    stack.config["fleet"] = FLEET
    refused = {}
    for key in ("aws:cloudformation:stack-name", "elasticbeanstalk:environment-name", "snapnames:stack"):
        tag = {"Key": key, "Value": "shop", "ResourceId": GROUP, "ResourceType": "auto-scaling-group"}
        aws.client("autoscaling").create_or_update_tags(Tags=[{**tag, "PropagateAtLaunch": False}])  # type: ignore[typeddict-item]
        refused[key] = stack.preview(code=None)
        stack.config["force"] = ["other-owner"]
        assert stack.preview().code == 0
        del stack.config["force"]
        aws.client("autoscaling").delete_tags(Tags=[tag])  # type: ignore[list-item]

    assert missing.code == 1
    assert "the Auto Scaling group 'web-prd', which does not exist in 123456789012 ap-northeast-2" in missing.out
    for key, run in refused.items():
        assert run.code == 1
        assert f"'shop' manages, by its tag {key}: each of the two would undo what the other does" in run.out
    assert group(aws) == before


def test_a_second_group_and_the_end_of_the_first_are_refused(
    program: Make, aws: LocalAws, ec2: EC2Client, engine: Engine, tmp_path: Path
) -> None:
    """A stack has one group: its own, or the one that it has taken over."""
    aws.settings(pending_seconds=0)
    seed(aws)
    own = {"instanceType": "t3.micro", "zones": [ZONE]}
    stack = program({"service": "web", "source": launch(ec2), "releases": ["1"], "fleet": own})
    stack.up("--skip-preview")
    config = {"service": "api", "source": launch(ec2), "releases": ["1"], "fleet": FLEET}
    other = Program(tmp_path / "other", aws, engine, config, stack="other")
    other.up("--skip-preview")

    stack.config["fleet"] = FLEET
    with_own = stack.preview(code=None)
    third = Program(tmp_path / "third", aws, engine, {**config, "service": "db"}, stack="third")
    taken = third.preview(code=None)
    other.config["fleet"] = own
    without = other.preview(code=None)
    other.config |= {"fleet": FLEET, "releases": ["2"]}
    leaking = other.preview(code=None)

    assert (with_own.code, taken.code, without.code, leaking.code) == (1, 1, 1, 1)
    assert "launches from a launch template of the Pulumi stack 'organization/snapnames/other'" in taken.out
    assert "which it has made, and which this update would delete" in with_own.out
    assert (
        f"snapnames:fleet.adopt is gone, and the stack has taken over the Auto Scaling group '{GROUP}'" in without.out
    )
    assert "snapnames:releases does not list '1', which the group 'web-prod' launched" in leaking.out
    assert "snapnames:stack" not in str(group(aws)["Tags"])
