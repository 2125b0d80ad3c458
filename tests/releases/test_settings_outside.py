"""What somebody set on the group in the console, or another tool: an update leaves it, unless the config says it."""

from collections.abc import Callable, Mapping
from typing import Any

from mypy_boto3_autoscaling import AutoScalingClient
from snapnames.testing.localaws.server import LocalAws

from tests.account import writes
from tests.program import STACK_TAG, Program

Make = Callable[[Mapping[str, Any]], Program]
FLEET: dict[str, Any] = {
    "launch": "template",
    "instanceType": "t3.micro",
    "zones": ["ap-northeast-2a"],
    "tags": {"team": "web", "stage": "live"},
}
SET_OUTSIDE = (
    "MinSize",
    "MaxSize",
    "DesiredCapacity",
    "DefaultCooldown",
    "HealthCheckType",
    "HealthCheckGracePeriod",
    "NewInstancesProtectedFromScaleIn",
    "SuspendedProcesses",
    "EnabledMetrics",
    "TerminationPolicies",
)


def group(autoscaling: AutoScalingClient) -> dict[str, Any]:
    """The only group."""
    (found,) = autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    return dict(found)


def tags(autoscaling: AutoScalingClient) -> dict[str, str]:
    """The tags of the only group."""
    return {tag["Key"]: tag["Value"] for tag in group(autoscaling)["Tags"]}


def set_outside(autoscaling: AutoScalingClient) -> dict[str, Any]:
    """Change what a person may change, of a group that the config says little of; the settings then."""
    name = group(autoscaling)["AutoScalingGroupName"]
    autoscaling.update_auto_scaling_group(
        AutoScalingGroupName=name,
        MinSize=2,
        MaxSize=5,
        DesiredCapacity=3,
        DefaultCooldown=77,
        HealthCheckType="ELB",
        HealthCheckGracePeriod=90,
        NewInstancesProtectedFromScaleIn=True,
        TerminationPolicies=["OldestInstance"],
    )
    autoscaling.suspend_processes(AutoScalingGroupName=name, ScalingProcesses=["AZRebalance"])
    autoscaling.enable_metrics_collection(
        AutoScalingGroupName=name, Metrics=["GroupInServiceInstances"], Granularity="1Minute"
    )
    tag(autoscaling, "owner", "ops")
    return settings(autoscaling)


def tag(autoscaling: AutoScalingClient, key: str, value: str) -> None:
    """Tag the only group."""
    name, kind = group(autoscaling)["AutoScalingGroupName"], "auto-scaling-group"
    autoscaling.create_or_update_tags(
        Tags=[{"ResourceId": name, "ResourceType": kind, "Key": key, "Value": value, "PropagateAtLaunch": True}]
    )


def settings(autoscaling: AutoScalingClient) -> dict[str, Any]:
    """What is set outside in these tests."""
    found = group(autoscaling)
    return {key: found.get(key) for key in SET_OUTSIDE}


def launched_version(autoscaling: AutoScalingClient) -> str:
    """The version of its template that the only group launches from."""
    return str(group(autoscaling)["LaunchTemplate"]["Version"])


def test_the_next_release_changes_only_what_a_group_launches_from(
    program: Make, aws: LocalAws, autoscaling: AutoScalingClient, source: str
) -> None:
    """A refresh reads all of it into the state; nothing is planned of it, and the release leaves it."""
    stack = program({"service": "front-web", "releases": ["1"], "source": source, "fleet": FLEET})
    stack.up("--skip-preview")
    before = set_outside(autoscaling)
    mark = aws.mark()
    stack.up("--refresh", "--skip-preview", "--expect-no-changes")
    written = writes(aws, mark)
    stack.config["releases"] = ["2", "1"]

    steps = {step["urn"].split("::")[2].rpartition("$")[2]: step for step in stack.steps() if step["op"] == "update"}
    stack.up("--skip-preview")

    assert before["HealthCheckType"] == "ELB"
    assert written == []
    assert list(steps["aws:autoscaling/group:Group"]["detailedDiff"]) == ["launchTemplate.version"]
    assert settings(autoscaling) == before
    assert tags(autoscaling) == {"team": "web", "stage": "live", "owner": "ops", "snapnames:stack": STACK_TAG}
    assert group(autoscaling)["LaunchTemplate"]["Version"] == "2"


def test_without_a_refresh_a_release_leaves_what_was_set_outside_but_scale_in_protection(
    program: Make, autoscaling: AutoScalingClient, source: str
) -> None:
    """The provider sends the protection with each update of a group, as the state has it."""
    stack = program({"service": "front-web", "releases": ["1"], "source": source, "fleet": FLEET})
    stack.up("--skip-preview")
    before = set_outside(autoscaling)
    stack.config["releases"] = ["2", "1"]

    stack.up("--skip-preview")

    assert settings(autoscaling) == {**before, "NewInstancesProtectedFromScaleIn": False}
    assert tags(autoscaling)["owner"] == "ops"


def test_a_key_that_is_given_later_arrives_and_one_that_is_taken_out_leaves_what_is_there(
    program: Make, autoscaling: AutoScalingClient, source: str
) -> None:
    """So does one that changes; tags come and go by their keys."""
    stack = program({"service": "front-web", "releases": ["1"], "source": source, "fleet": FLEET})
    stack.up("--skip-preview")
    set_outside(autoscaling)
    given = {"healthCheckGracePeriod": 30, "maxSize": 6, "group": {"suspendedProcesses": ["Launch"]}}

    stack.config["fleet"] = {**FLEET, **given, "tags": {"team": "shop"}}
    stack.up("--refresh", "--skip-preview")
    later, later_tags = settings(autoscaling), tags(autoscaling)
    stack.config["fleet"] = {**FLEET, **given, "healthCheckGracePeriod": 40, "tags": {"team": "shop"}}
    stack.up("--refresh", "--skip-preview")
    changed = settings(autoscaling)
    stack.config["fleet"] = {**FLEET, "tags": {"team": "shop"}}
    stack.up("--refresh", "--skip-preview", "--expect-no-changes")

    assert (later["HealthCheckGracePeriod"], later["MaxSize"], later["HealthCheckType"]) == (30, 6, "ELB")
    assert [process["ProcessName"] for process in later["SuspendedProcesses"]] == ["Launch"]
    assert later_tags == {"team": "shop", "owner": "ops", "snapnames:stack": STACK_TAG}
    assert changed == {**later, "HealthCheckGracePeriod": 40}
    assert settings(autoscaling) == changed


def test_a_group_goes_from_zones_to_subnets(program: Make, aws: LocalAws, source: str) -> None:
    """AWS takes one of the two: what was there before is not kept beside the new one."""
    ec2 = aws.client("ec2")
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    stack = program({"service": "front-web", "releases": ["1"], "source": source, "fleet": FLEET})
    stack.up("--skip-preview")
    stack.config["fleet"] = {**{key: value for key, value in FLEET.items() if key != "zones"}, "subnets": [subnet]}

    stack.up("--skip-preview")

    (found,) = aws.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    assert found["VPCZoneIdentifier"] == subnet


def test_a_change_of_tags_rolls_the_instances_only_where_the_config_asks_for_it(
    program: Make, autoscaling: AutoScalingClient, source: str
) -> None:
    """With the trigger `tag` the tags are declared as a whole: those of others go."""
    rolling = {**FLEET, "instanceRefresh": {"triggers": ["tag"]}}
    stack = program({"service": "front-web", "releases": ["1"], "source": source, "fleet": rolling})
    stack.up("--skip-preview")
    tag(autoscaling, "owner", "ops")
    stack.config["fleet"] = {**rolling, "tags": {"team": "shop"}}

    stack.up("--refresh", "--skip-preview")

    name = group(autoscaling)["AutoScalingGroupName"]
    assert len(autoscaling.describe_instance_refreshes(AutoScalingGroupName=name)["InstanceRefreshes"]) == 1
    assert tags(autoscaling) == {"team": "shop", "snapnames:stack": STACK_TAG}


def test_what_was_set_outside_survives_a_deployment_and_a_rollback_by_the_command(
    program: Make, aws: LocalAws, autoscaling: AutoScalingClient, source: str
) -> None:
    """Scale-in protection too, which the provider would send as the state has it: the command reads it first."""
    aws.settings(pending_seconds=0)
    stack = program({"service": "front-web", "releases": ["1"], "source": source, "fleet": FLEET})
    stack.up("--skip-preview")
    before = set_outside(autoscaling)

    previewed = stack.snapnames("deploy", "--release", "2", "--preview", "--json").json
    stack.snapnames("deploy", "--release", "2")
    deployed, deployed_tags, version = settings(autoscaling), tags(autoscaling), launched_version(autoscaling)
    autoscaling.update_auto_scaling_group(
        AutoScalingGroupName=group(autoscaling)["AutoScalingGroupName"],
        NewInstancesProtectedFromScaleIn=False,
        DesiredCapacity=4,
    )
    changed = settings(autoscaling)
    stack.config["releases"] = ["2", "1"]
    stack.snapnames("rollback")

    assert {one["property"] for one in previewed["properties"] if "Auto Scaling group" in one["resource"]} == {
        "launchTemplate"
    }
    assert (deployed, version) == (before, "2")
    assert deployed_tags["owner"] == "ops"
    assert (settings(autoscaling), launched_version(autoscaling)) == (changed, "3")
    assert changed["DesiredCapacity"] == 4
    assert tags(autoscaling) == {"team": "web", "stage": "live", "owner": "ops", "snapnames:stack": STACK_TAG}
