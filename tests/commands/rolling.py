"""A service whose fleet of four rolls its instances, and what is seen of it from outside."""

import subprocess
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from mypy_boto3_autoscaling import AutoScalingClient
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from tests.account import images
from tests.program import Program

Make = Callable[..., Program]

FLEET = {
    "launch": "template",
    "instanceType": "t3.micro",
    "minSize": 4,
    "maxSize": 4,
    "zones": ["ap-northeast-2a"],
    "instanceRefresh": {},
}


def service(source: str, *releases: str, **fleet: object) -> dict[str, Any]:
    """Config of these releases, newest first, and a fleet of four; None takes a setting of the fleet away."""
    wanted = {key: value for key, value in {**FLEET, **fleet}.items() if value is not None}
    return {"service": "front-web", "source": source, "releases": list(releases), "fleet": wanted}


def running(ec2: EC2Client, autoscaling: AutoScalingClient) -> Mapping[str, int]:
    """Image name to the number of instances in service that run it."""
    (group,) = autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    serving = [
        one["InstanceId"]
        for one in group["Instances"]
        if (one["LifecycleState"], one["HealthStatus"]) == ("InService", "Healthy")
    ]
    names = {image["ImageId"]: name for name, image in images(ec2).items()}
    described = ec2.describe_instances(InstanceIds=serving)["Reservations"] if serving else []
    return Counter(names[one["ImageId"]] for reservation in described for one in reservation["Instances"])


def group_name(autoscaling: AutoScalingClient) -> str:
    """The name of the only group."""
    (group,) = autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    return group["AutoScalingGroupName"]


def refreshes(autoscaling: AutoScalingClient) -> list[str]:
    """The states of the group's instance refreshes, the newest first."""
    found = autoscaling.describe_instance_refreshes(AutoScalingGroupName=group_name(autoscaling))
    return [one["Status"] for one in found["InstanceRefreshes"]]


def wait_until_followed(process: subprocess.Popen[str], aws: LocalAws, mark: int) -> None:
    """Wait until the command has started an instance refresh since the mark, and has asked for it twice.

    Fails the test if the command ends before.
    """
    while not _followed(aws.calls(mark)):
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)


def _followed(calls: list[str]) -> bool:
    start = "autoscaling.StartInstanceRefresh"
    since = calls[calls.index(start) :] if start in calls else []
    return since.count("autoscaling.DescribeInstanceRefreshes") >= 2
