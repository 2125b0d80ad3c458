"""A group as a team has made it by hand, behind load balancers, and all that the account says of it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from snapnames.testing.localaws.server import LocalAws

GROUP, CONFIGURATION, HOOK = "web-prod", "web-2018-03-10", "drain"
ZONE = "ap-northeast-2a"
REFRESH_SECONDS = 0.25
CHANGES = ("Instances", "LaunchConfigurationName", "LaunchTemplate", "MixedInstancesPolicy")
"""What a release changes of a group: what it launches from, and its instances."""


def public_image(aws: LocalAws) -> str:
    """An image of somebody else with an EBS root."""
    images = aws.client("ec2").describe_images(Owners=["amazon"])["Images"]
    return min(image["ImageId"] for image in images if image["RootDeviceType"] == "ebs")


def seed(aws: LocalAws, image_id: str = "") -> None:
    """Four instances of a launch configuration of 2018, behind a target group and a classic load balancer.

    They launch this image, or a public one.
    """
    ec2, scaling, image_id = aws.client("ec2"), aws.client("autoscaling"), image_id or public_image(aws)
    subnet = next(one for one in ec2.describe_subnets()["Subnets"] if one["AvailabilityZone"] == ZONE)
    security_group = ec2.create_security_group(GroupName="web", Description="web", VpcId=subnet["VpcId"])["GroupId"]
    target = aws.client("elbv2").create_target_group(
        Name="web", Protocol="HTTP", Port=80, VpcId=subnet["VpcId"], TargetType="instance"
    )["TargetGroups"][0]["TargetGroupArn"]
    aws.client("elb").create_load_balancer(
        LoadBalancerName="web-classic",
        Listeners=[{"Protocol": "HTTP", "LoadBalancerPort": 80, "InstancePort": 80}],
        AvailabilityZones=[ZONE],
    )
    scaling.create_launch_configuration(
        LaunchConfigurationName=CONFIGURATION,
        ImageId=image_id,
        InstanceType="t3.small",
        SecurityGroups=[security_group],
        UserData="#!/bin/sh\necho begin",
        AssociatePublicIpAddress=False,
        MetadataOptions={"HttpTokens": "required", "HttpEndpoint": "enabled"},
    )
    scaling.create_auto_scaling_group(
        AutoScalingGroupName=GROUP,
        LaunchConfigurationName=CONFIGURATION,
        MinSize=2,
        MaxSize=10,
        DesiredCapacity=4,
        VPCZoneIdentifier=subnet["SubnetId"],
        TargetGroupARNs=[target],
        LoadBalancerNames=["web-classic"],
        HealthCheckType="ELB",
        HealthCheckGracePeriod=120,
        DefaultCooldown=180,
        TerminationPolicies=["OldestInstance"],
        Tags=[
            {"Key": "Name", "Value": "web", "PropagateAtLaunch": True},
            {"Key": "cost-center", "Value": "42", "PropagateAtLaunch": False},
        ],
    )
    _around(aws)


def set_aside(aws: LocalAws) -> str:
    """Have one instance in standby, beside four that serve, and a warm pool; the instance's id."""
    scaling = aws.client("autoscaling")
    instance_id: str = group(aws)["Instances"][0]["InstanceId"]
    scaling.enter_standby(InstanceIds=[instance_id], AutoScalingGroupName=GROUP, ShouldDecrementDesiredCapacity=False)
    scaling.put_warm_pool(
        AutoScalingGroupName=GROUP,
        MinSize=1,
        MaxGroupPreparedCapacity=6,
        PoolState="Stopped",
        InstanceReusePolicy={"ReuseOnScaleIn": True},
    )
    return instance_id


def _around(aws: LocalAws) -> None:
    scaling = aws.client("autoscaling")
    scaling.suspend_processes(AutoScalingGroupName=GROUP, ScalingProcesses=["AZRebalance"])
    scaling.enable_metrics_collection(AutoScalingGroupName=GROUP, Granularity="1Minute")
    scaling.put_lifecycle_hook(
        AutoScalingGroupName=GROUP,
        LifecycleHookName=HOOK,
        LifecycleTransition="autoscaling:EC2_INSTANCE_TERMINATING",
        HeartbeatTimeout=60,
    )
    scaling.put_scheduled_update_group_action(
        AutoScalingGroupName=GROUP, ScheduledActionName="night", Recurrence="0 22 * * *", MinSize=2, MaxSize=4
    )
    scaling.put_scaling_policy(
        AutoScalingGroupName=GROUP,
        PolicyName="cpu",
        PolicyType="TargetTrackingScaling",
        TargetTrackingConfiguration={
            "PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"},
            "TargetValue": 50.0,
        },
    )


def group(aws: LocalAws, name: str = GROUP) -> dict[str, Any]:
    """The group, as Auto Scaling describes it."""
    scaling = aws.client("autoscaling")
    [found] = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"]
    return dict(found)


def unchanging(aws: LocalAws, name: str = GROUP) -> dict[str, Any]:
    """All that stays of a group, with its policies, hooks and scheduled actions."""
    scaling = aws.client("autoscaling")
    return {
        **{key: value for key, value in group(aws, name).items() if key not in CHANGES},
        "mixed": _without_template(group(aws, name)),
        "policies": scaling.describe_policies(AutoScalingGroupName=name)["ScalingPolicies"],
        "hooks": scaling.describe_lifecycle_hooks(AutoScalingGroupName=name)["LifecycleHooks"],
        "scheduled": scaling.describe_scheduled_actions(AutoScalingGroupName=name)["ScheduledUpdateGroupActions"],
        "warm pool": scaling.describe_warm_pool(AutoScalingGroupName=name).get("WarmPoolConfiguration"),
        "standby": [one for one in group(aws, name)["Instances"] if one["LifecycleState"] == "Standby"],
    }


def _without_template(found: dict[str, Any]) -> dict[str, Any]:
    """The mixed instances policy but for the version that it launches; the provider writes out an empty price."""
    policy = found.get("MixedInstancesPolicy", {})
    launch = {
        key: value for key, value in policy.get("LaunchTemplate", {}).items() if key != "LaunchTemplateSpecification"
    }
    distribution = {key: value for key, value in policy.get("InstancesDistribution", {}).items() if value != ""}
    return {"launch": launch, "distribution": distribution}


def launched(aws: LocalAws, name: str = GROUP) -> dict[str, Any]:
    """The data of the launch template's version that a group launches."""
    found = group(aws, name)
    mixed = found.get("MixedInstancesPolicy", {}).get("LaunchTemplate", {})
    named = found.get("LaunchTemplate") or mixed["LaunchTemplateSpecification"]
    [version] = aws.client("ec2").describe_launch_template_versions(
        LaunchTemplateId=named["LaunchTemplateId"], Versions=[named["Version"]]
    )["LaunchTemplateVersions"]
    return dict(version["LaunchTemplateData"])


def running(aws: LocalAws, name: str = GROUP) -> list[str]:
    """The image ids of the group's instances, without those that somebody has in standby."""
    members = group(aws, name)["Instances"]
    ids = [instance["InstanceId"] for instance in members if instance["LifecycleState"] != "Standby"]
    reservations = aws.client("ec2").describe_instances(InstanceIds=ids)["Reservations"]
    return [instance["ImageId"] for one in reservations for instance in one["Instances"]]


@contextmanager
def watched(aws: LocalAws) -> Iterator[list[int]]:
    """How many instances the target group has healthy, as asked for again and again while the block runs.

    With `REFRESH_SECONDS`, each phase of a refresh is seen. To ask more often takes half a processor.
    """
    balancers, ended, seen = aws.client("elbv2"), threading.Event(), list[int]()
    target = balancers.describe_target_groups()["TargetGroups"][0]["TargetGroupArn"]

    def watch() -> None:
        while not ended.is_set():
            found = balancers.describe_target_health(TargetGroupArn=target)["TargetHealthDescriptions"]
            seen.append(sum(one["TargetHealth"]["State"] == "healthy" for one in found))
            ended.wait(REFRESH_SECONDS / 2.5)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        ended.set()
        watcher.join()
