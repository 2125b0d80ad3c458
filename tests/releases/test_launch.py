"""A fleet on a launch template, and instances that a new release replaces."""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

from mypy_boto3_autoscaling import AutoScalingClient
from mypy_boto3_autoscaling.type_defs import AutoScalingGroupTypeDef
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from tests.account import images
from tests.program import STACK_TAG, Program

Make = Callable[[Mapping[str, Any]], Program]
TEMPLATE = {"launch": "template", "instanceType": "t3.micro", "zones": ["ap-northeast-2a"]}


def _group(autoscaling: AutoScalingClient) -> AutoScalingGroupTypeDef:
    (group,) = autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    return group


def test_a_group_launches_the_version_of_a_template_that_has_the_new_image_by_its_number(
    program: Make, ec2: EC2Client, autoscaling: AutoScalingClient, source: str
) -> None:
    """The template stays one, with a version for each release; no launch configuration is made."""
    config = {"service": "front-web", "releases": ["1"], "source": source}
    stack = program({**config, "fleet": {**TEMPLATE, "userData": "#!/bin/sh", "instanceProfile": "web"}})
    stack.up("--skip-preview")
    stack.preview("--expect-no-changes")
    first = _group(autoscaling)["LaunchTemplate"]
    stack.config["releases"] = ["2", "1"]

    stack.up("--skip-preview")

    second = _group(autoscaling)["LaunchTemplate"]
    (template,) = ec2.describe_launch_templates()["LaunchTemplates"]
    versions = ec2.describe_launch_template_versions(LaunchTemplateId=template["LaunchTemplateId"])
    data = {str(v["VersionNumber"]): v["LaunchTemplateData"] for v in versions["LaunchTemplateVersions"]}
    assert (first["LaunchTemplateId"], first["Version"]) == (template["LaunchTemplateId"], "1")
    assert (second["LaunchTemplateId"], second["Version"]) == (template["LaunchTemplateId"], "2")
    assert {number: version["ImageId"] for number, version in data.items()} == {
        "1": images(ec2)["front-web-1"]["ImageId"],
        "2": images(ec2)["front-web-2"]["ImageId"],
    }
    assert data["2"]["IamInstanceProfile"] == {"Name": "web"}
    assert base64.b64decode(data["2"]["UserData"]) == b"#!/bin/sh"
    assert autoscaling.describe_launch_configurations()["LaunchConfigurations"] == []
    stack.preview("--expect-no-changes")


def test_user_data_of_a_template_is_a_secret_in_the_state(program: Make, source: str) -> None:
    """Neither as text nor as the base64 that EC2 gets."""
    stack = program(
        {
            "service": "front-web",
            "releases": ["1"],
            "source": source,
            "fleet": {**TEMPLATE, "userData": "PASSWORD=correct-horse"},
        }
    )

    said = stack.up("--diff").out

    state = json.dumps(stack.resources())
    for form in ("correct-horse", base64.b64encode(b"PASSWORD=correct-horse").decode()):
        assert form not in said
        assert form not in state


def test_a_fleet_moves_from_a_launch_configuration_to_a_template_and_leaves_none_behind(
    program: Make, autoscaling: AutoScalingClient, source: str
) -> None:
    """What an account that was made before 2024-10-01 does one day."""
    config = {"service": "front-web", "releases": ["1"], "source": source}
    stack = program({**config, "fleet": {**TEMPLATE, "launch": "configuration"}})
    stack.up("--skip-preview")
    before = _group(autoscaling)
    stack.config["fleet"] = TEMPLATE

    stack.up("--skip-preview")

    after = _group(autoscaling)
    assert before["AutoScalingGroupName"] == after["AutoScalingGroupName"]
    assert "LaunchConfigurationName" in before
    assert "LaunchConfigurationName" not in after
    assert autoscaling.describe_launch_configurations()["LaunchConfigurations"] == []


def test_a_release_rolls_the_running_instances_only_when_the_config_says_so(
    program: Make, aws: LocalAws, autoscaling: AutoScalingClient, source: str
) -> None:
    """Off by default; on, with the preferences of the config."""
    stack = program({"service": "front-web", "releases": ["1"], "source": source, "fleet": TEMPLATE})
    stack.up("--skip-preview")
    stack.config["releases"] = ["2", "1"]
    mark = aws.mark()
    stack.up("--skip-preview")
    quiet = [call for call in aws.calls(mark) if "InstanceRefresh" in call]
    refresh = {"minHealthyPercentage": 50, "instanceWarmup": 60, "autoRollback": True}
    stack.config.update(releases=["3", "2", "1"], fleet={**TEMPLATE, "instanceRefresh": refresh})

    stack.up("--skip-preview")

    assert quiet == []
    name = _group(autoscaling)["AutoScalingGroupName"]
    (started,) = autoscaling.describe_instance_refreshes(AutoScalingGroupName=name)["InstanceRefreshes"]
    preferences = started["Preferences"]
    assert preferences["MinHealthyPercentage"] == 50
    assert preferences["InstanceWarmup"] == 60
    assert preferences["AutoRollback"] is True


def test_an_account_that_gets_no_launch_configurations_goes_on_with_a_template(
    program: Make, aws: LocalAws, autoscaling: AutoScalingClient, source: str
) -> None:
    """After AWS's refusal one setting is enough: the image is built already."""
    aws.settings(launch_configurations=False)
    stack = program(
        {
            "service": "front-web",
            "releases": ["1"],
            "source": source,
            "fleet": {**TEMPLATE, "launch": "configuration"},
        }
    )

    refused = stack.up("--skip-preview", code=None)
    stack.config["fleet"] = TEMPLATE
    mark = aws.mark()
    stack.up("--skip-preview")

    assert refused.code != 0
    assert "The Launch Configuration creation operation is not available in your account" in refused.out
    assert "ec2.CreateImage" not in aws.calls(mark)
    assert "LaunchTemplate" in _group(autoscaling)


def test_group_and_template_bear_the_stacks_tag_and_its_instances_do_not(
    program: Make, ec2: EC2Client, autoscaling: AutoScalingClient, source: str
) -> None:
    """Backup tools copy the tags of an instance onto the image that they make of it."""
    stack = program({"service": "front-web", "releases": ["1"], "source": source, "fleet": TEMPLATE})

    stack.up("--skip-preview")

    (instance,) = _group(autoscaling)["Instances"]
    tagged = ec2.describe_tags(Filters=[{"Name": "key", "Values": ["snapnames:stack"]}])["Tags"]
    values = {tag["ResourceId"]: tag["Value"] for tag in tagged}
    (template,) = ec2.describe_launch_templates()["LaunchTemplates"]
    assert instance["InstanceId"] not in values
    assert [tag["Value"] for tag in _group(autoscaling)["Tags"] if tag["Key"] == "snapnames:stack"] == [STACK_TAG]
    assert values[template["LaunchTemplateId"]] == STACK_TAG
