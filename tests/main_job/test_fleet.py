"""What a fleet launches from, and its group, as Auto Scaling tells them."""

import base64
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from mypy_boto3_autoscaling import AutoScalingClient
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from tests.account import images, launch, writes
from tests.program import STACK_TAG, Program

Make = Callable[[Mapping[str, Any]], Program]
SECRET = "#!/bin/sh\nPASSWORD=correct-horse /usr/bin/front-web\n"


@pytest.fixture
def source(ec2: EC2Client) -> str:
    """An instance with a single volume."""
    return launch(ec2, mappings=[])


def config(source: str, fleet: Mapping[str, Any]) -> dict[str, Any]:
    """One release, and this fleet."""
    return {"service": "front-web", "releases": ["1"], "source": source, "fleet": fleet}


def launched_from(autoscaling: AutoScalingClient) -> dict[str, Any]:
    """The only launch configuration."""
    (found,) = autoscaling.describe_launch_configurations()["LaunchConfigurations"]
    return dict(found)


def group(autoscaling: AutoScalingClient) -> dict[str, Any]:
    """The only group."""
    (found,) = autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    return dict(found)


def network(ec2: EC2Client) -> tuple[str, str]:
    """A subnet and a security group of the default VPC."""
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    security_group = ec2.create_security_group(GroupName="web", Description="web")["GroupId"]
    ec2.create_key_pair(KeyName="ops")
    return subnet, security_group


def test_every_key_of_a_fleet_reaches_auto_scaling_and_user_data_is_shown_to_nobody(
    program: Make, ec2: EC2Client, autoscaling: AutoScalingClient, source: str
) -> None:
    """User data is a secret in the state; neither it nor its base64 is in the output of a command."""
    subnet, security_group = network(ec2)
    stack = program(
        config(
            source,
            {
                "instanceType": "t3.small",
                "minSize": 0,
                "maxSize": 4,
                "desiredCapacity": 2,
                "subnets": [subnet],
                "securityGroups": [security_group],
                "keyName": "ops",
                "instanceProfile": "web",
                "userData": SECRET,
                "healthCheck": "ELB",
                "healthCheckGracePeriod": 90,
                "tags": {"team": "web"},
            },
        )
    )

    previewed = stack.preview("--diff").out
    updated = stack.up("--skip-preview", "--diff").out
    exported = stack.pulumi("stack", "export").out

    from_, auto_scaling_group = launched_from(autoscaling), group(autoscaling)
    assert {
        key: from_.get(key)
        for key in ("ImageId", "InstanceType", "SecurityGroups", "KeyName", "IamInstanceProfile", "UserData")
    } == {
        "ImageId": images(ec2)["front-web-1"]["ImageId"],
        "InstanceType": "t3.small",
        "SecurityGroups": [security_group],
        "KeyName": "ops",
        "IamInstanceProfile": "web",
        "UserData": base64.b64encode(SECRET.encode()).decode(),
    }
    assert {
        key: auto_scaling_group.get(key)
        for key in (
            "LaunchConfigurationName",
            "MinSize",
            "MaxSize",
            "DesiredCapacity",
            "VPCZoneIdentifier",
            "HealthCheckType",
            "HealthCheckGracePeriod",
        )
    } == {
        "LaunchConfigurationName": from_["LaunchConfigurationName"],
        "MinSize": 0,
        "MaxSize": 4,
        "DesiredCapacity": 2,
        "VPCZoneIdentifier": subnet,
        "HealthCheckType": "ELB",
        "HealthCheckGracePeriod": 90,
    }
    assert sorted((tag["Key"], tag["Value"], tag["PropagateAtLaunch"]) for tag in auto_scaling_group["Tags"]) == [
        ("snapnames:stack", STACK_TAG, False),
        ("team", "web", True),
    ]
    assert "userData" in previewed
    for shown in (previewed, updated, exported):
        assert "correct-horse" not in shown
        assert base64.b64encode(SECRET.encode()).decode() not in shown
    assert stack.outputs()["launchSettings"] == from_["LaunchConfigurationName"]
    assert stack.outputs()["autoScalingGroup"] == auto_scaling_group["AutoScalingGroupName"]


def test_a_fleet_of_two_keys_gets_the_defaults_and_leaves_the_capacity_to_auto_scaling(
    program: Make, aws: LocalAws, autoscaling: AutoScalingClient, source: str
) -> None:
    """A desired capacity that was changed since is no diff, beside a maximum size that is one."""
    fleet = {"instanceType": "t3.small", "zones": ["ap-northeast-2a"], "maxSize": 3}
    stack = program(config(source, fleet))
    stack.up("--skip-preview")
    made = group(autoscaling)
    autoscaling.set_desired_capacity(AutoScalingGroupName=made["AutoScalingGroupName"], DesiredCapacity=3)
    mark = aws.mark()

    stack.up("--refresh", "--skip-preview", "--expect-no-changes")
    after = group(autoscaling)
    fleet["maxSize"] = 4
    steps = stack.steps()

    assert {
        key: made[key] for key in ("MinSize", "MaxSize", "DesiredCapacity", "AvailabilityZones", "HealthCheckType")
    } == {
        "MinSize": 1,
        "MaxSize": 3,
        "DesiredCapacity": 1,
        "AvailabilityZones": ["ap-northeast-2a"],
        "HealthCheckType": "EC2",
    }
    assert [(tag["Key"], tag["Value"]) for tag in made["Tags"]] == [("snapnames:stack", STACK_TAG)]
    assert (writes(aws, mark), after["DesiredCapacity"]) == ([], 3)
    assert [(step["op"], list(step["detailedDiff"])) for step in steps] == [("update", ["maxSize"])]


def test_sizes_that_do_not_fit_fail_before_anything_is_registered(program: Make, aws: LocalAws, source: str) -> None:
    """Not even the image is built, which is done before the group."""
    stack = program(
        config(source, {"instanceType": "t3.small", "zones": ["ap-northeast-2a"], "minSize": 2, "maxSize": 1})
    )
    mark = aws.mark()

    refused = stack.up("--skip-preview", code=1)

    assert (
        "error: snapnames:fleet has the minimum size 2 and the maximum size 1; Auto Scaling wants 0 <= minimum <= "
        "maximum: set both\n"
    ) in refused.out
    assert aws.calls(mark) == []
    assert [resource["type"] for resource in stack.resources()] == ["pulumi:pulumi:Stack"]


def test_user_data_beyond_the_limit_of_ec2_is_refused_unseen(program: Make, aws: LocalAws, source: str) -> None:
    """The provider would refuse it as well, and print it."""
    fleet = {"instanceType": "t3.small", "zones": ["ap-northeast-2a"], "userData": SECRET + "#" * 16384}
    stack = program(config(source, fleet))
    mark = aws.mark()

    refused = stack.preview("--diff", code=1)

    assert (
        f"error: snapnames:fleet has user data of {len(SECRET) + 16384} bytes; EC2 takes 1 to 16384: let it fetch the "
        "rest\n"
    ) in refused.out
    assert "correct-horse" not in refused.out
    assert aws.calls(mark) == []
