"""A fleet behind a load balancer: each property of pulumi-aws that it passes through reaches AWS as it was declared."""

import base64
from collections.abc import Callable, Mapping
from typing import Any

from mypy_boto3_autoscaling import AutoScalingClient
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from tests.account import images
from tests.faults import FaultProxy
from tests.program import STACK_TAG, Program

Make = Callable[..., Program]
SCRIPT = base64.b64encode(b"PASSWORD=correct-horse").decode()
GROUP: dict[str, Any] = {
    "terminationPolicies": ["OldestInstance", "Default"],
    "warmPool": {"poolState": "Stopped", "minSize": 1, "instanceReusePolicy": {"reuseOnScaleIn": True}},
    "mixedInstancesPolicy": {
        "instancesDistribution": {
            "onDemandBaseCapacity": 1,
            "onDemandPercentageAboveBaseCapacity": 50,
            "spotAllocationStrategy": "capacity-optimized",
        },
        "launchTemplate": {"overrides": [{"instanceType": "t3.small", "weightedCapacity": "2"}]},
    },
    "suspendedProcesses": ["AZRebalance"],
    "enabledMetrics": ["GroupMinSize"],
    "defaultCooldown": 60,
    "tags": [{"key": "team", "value": "web", "propagateAtLaunch": True}],
}
TEMPLATE: dict[str, Any] = {
    "metadataOptions": {"httpTokens": "required", "httpEndpoint": "enabled"},
    "blockDeviceMappings": [
        {"deviceName": "/dev/sda1", "ebs": {"volumeSize": 20, "volumeType": "gp3", "encrypted": "true"}}
    ],
    "tagSpecifications": [
        {"resourceType": "instance", "tags": {"costCenter": "7"}},
        {"resourceType": "volume", "tags": {"costCenter": "8"}},
    ],
    "monitoring": {"enabled": True},
    "userData": SCRIPT,
    "tags": {"team": "web"},
}


def parameters(proxy: FaultProxy, mark: int, name: str) -> dict[str, str]:
    """What the only call of that name was given, but for what each call has."""
    (call,) = (call for call in proxy.calls(mark) if call.name == name)
    return {key: value for key, value in call.parameters.items() if key not in ("Action", "Version", "ClientToken")}


def load_balancers(aws: LocalAws, ec2: EC2Client) -> dict[str, Any]:
    """A target group and a load balancer of the older kind, as properties of a group."""
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    made = aws.client("elbv2").create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=vpc)
    aws.client("elb").create_load_balancer(
        LoadBalancerName="older",
        Listeners=[{"Protocol": "HTTP", "LoadBalancerPort": 80, "InstancePort": 80}],
        AvailabilityZones=["ap-northeast-2a"],
    )
    return {"targetGroupArns": [made["TargetGroups"][0]["TargetGroupArn"]], "loadBalancers": ["older"]}


def test_a_group_gets_each_property_that_is_passed_through(
    program: Make, aws: LocalAws, ec2: EC2Client, proxy: FaultProxy, source: str
) -> None:
    """Target groups, termination policies, a warm pool, and a mixed instances policy with the fleet's own template."""
    balanced = load_balancers(aws, ec2)
    fleet = {
        "launch": "template",
        "instanceType": "t3.micro",
        "zones": ["ap-northeast-2a"],
        "maxSize": 2,
        "healthCheck": "ELB",
        "group": {**GROUP, **balanced},
        "template": TEMPLATE,
    }
    stack = program({"service": "front-web", "releases": ["1"], "source": source, "fleet": fleet}, proxy.url)
    mark = proxy.mark()

    stack.up("--skip-preview")

    (template,) = ec2.describe_launch_templates()["LaunchTemplates"]
    name = stack.outputs()["autoScalingGroup"]
    asked = parameters(proxy, mark, "autoscaling.CreateAutoScalingGroup")
    mixed = "MixedInstancesPolicy."
    assert {key: value for key, value in asked.items() if not key.startswith("Tags.")} == {
        "AutoScalingGroupName": name,
        "AvailabilityZones.member.1": "ap-northeast-2a",
        "DefaultCooldown": "60",
        "HealthCheckGracePeriod": "300",
        "HealthCheckType": "ELB",
        "LoadBalancerNames.member.1": "older",
        "MaxSize": "2",
        "MinSize": "1",
        f"{mixed}InstancesDistribution.OnDemandBaseCapacity": "1",
        f"{mixed}InstancesDistribution.OnDemandPercentageAboveBaseCapacity": "50",
        f"{mixed}InstancesDistribution.SpotAllocationStrategy": "capacity-optimized",
        f"{mixed}InstancesDistribution.SpotMaxPrice": "",
        f"{mixed}LaunchTemplate.LaunchTemplateSpecification.LaunchTemplateId": template["LaunchTemplateId"],
        f"{mixed}LaunchTemplate.LaunchTemplateSpecification.Version": "1",
        f"{mixed}LaunchTemplate.Overrides.member.1.InstanceType": "t3.small",
        f"{mixed}LaunchTemplate.Overrides.member.1.WeightedCapacity": "2",
        "NewInstancesProtectedFromScaleIn": "false",
        "TargetGroupARNs.member.1": balanced["targetGroupArns"][0],
        "TerminationPolicies.member.1": "OldestInstance",
        "TerminationPolicies.member.2": "Default",
    }
    tags = [f"Tags.member.{number}." for number in (1, 2)]
    assert sorted((asked[f"{tag}Key"], asked[f"{tag}Value"], asked[f"{tag}PropagateAtLaunch"]) for tag in tags) == [
        ("snapnames:stack", STACK_TAG, "false"),
        ("team", "web", "true"),
    ]
    assert parameters(proxy, mark, "autoscaling.PutWarmPool") == {
        "AutoScalingGroupName": name,
        "InstanceReusePolicy.ReuseOnScaleIn": "true",
        "MaxGroupPreparedCapacity": "-1",
        "MinSize": "1",
        "PoolState": "Stopped",
    }
    assert parameters(proxy, mark, "autoscaling.SuspendProcesses")["ScalingProcesses.member.1"] == "AZRebalance"
    assert parameters(proxy, mark, "autoscaling.EnableMetricsCollection")["Metrics.member.1"] == "GroupMinSize"
    stack.up("--refresh", "--skip-preview", "--expect-no-changes")


def test_a_maintenance_policy_reaches_the_group_and_its_refreshes(
    program: Make, autoscaling: AutoScalingClient, proxy: FaultProxy, source: str
) -> None:
    """In Auto Scaling itself it decides of a refresh as well; the provider would send defaults of its own."""
    policy = {"instanceMaintenancePolicy": {"minHealthyPercentage": 50, "maxHealthyPercentage": 120}}
    fleet = {"launch": "template", "instanceType": "t3.micro", "zones": ["ap-northeast-2a"], "group": policy}
    stack = program(
        {"service": "front-web", "releases": ["1"], "source": source, "fleet": {**fleet, "instanceRefresh": {}}},
        proxy.url,
    )
    mark = proxy.mark()
    stack.up("--skip-preview")
    asked = parameters(proxy, mark, "autoscaling.CreateAutoScalingGroup")
    stack.config["releases"] = ["2", "1"]

    stack.up("--skip-preview")

    assert asked["InstanceMaintenancePolicy.MinHealthyPercentage"] == "50"
    assert asked["InstanceMaintenancePolicy.MaxHealthyPercentage"] == "120"
    name = stack.outputs()["autoScalingGroup"]
    (started,) = autoscaling.describe_instance_refreshes(AutoScalingGroupName=name)["InstanceRefreshes"]
    preferences = started["Preferences"]
    assert (preferences["MinHealthyPercentage"], preferences["MaxHealthyPercentage"]) == (50, 120)


def test_a_template_gets_each_property_that_is_passed_through(
    program: Make, ec2: EC2Client, autoscaling: AutoScalingClient, source: str
) -> None:
    """IMDSv2, volumes, tags of instances and volumes; user data is shown to nobody."""
    fleet = {"launch": "template", "instanceType": "t3.micro", "zones": ["ap-northeast-2a"], "template": TEMPLATE}
    stack = program({"service": "front-web", "releases": ["1"], "source": source, "fleet": fleet})

    said = stack.up("--diff").out
    exported = stack.pulumi("stack", "export").out

    (template,) = ec2.describe_launch_templates()["LaunchTemplates"]
    (version,) = ec2.describe_launch_template_versions(LaunchTemplateId=template["LaunchTemplateId"])[
        "LaunchTemplateVersions"
    ]
    assert version["LaunchTemplateData"] == {
        "ImageId": images(ec2)["front-web-1"]["ImageId"],
        "InstanceType": "t3.micro",
        "MetadataOptions": {"HttpTokens": "required", "HttpEndpoint": "enabled"},
        "BlockDeviceMappings": [
            {"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": 20, "VolumeType": "gp3", "Encrypted": True}}
        ],
        "TagSpecifications": [
            {"ResourceType": "instance", "Tags": [{"Key": "costCenter", "Value": "7"}]},
            {"ResourceType": "volume", "Tags": [{"Key": "costCenter", "Value": "8"}]},
        ],
        "Monitoring": {"Enabled": True},
        "UserData": SCRIPT,
    }
    assert sorted((tag["Key"], tag["Value"]) for tag in template["Tags"]) == [
        ("snapnames:stack", STACK_TAG),
        ("team", "web"),
    ]
    (group,) = autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    assert group["LaunchTemplate"]["Version"] == "1"
    for form in ("correct-horse", SCRIPT):
        assert form not in said
        assert form not in exported
    stack.up("--refresh", "--skip-preview", "--expect-no-changes")


def test_a_launch_configuration_gets_each_property_that_is_passed_through(
    program: Make, autoscaling: AutoScalingClient, source: str
) -> None:
    """IMDSv2, the root volume, and user data that is encoded already, which is shown to nobody."""
    properties: Mapping[str, Any] = {
        "metadataOptions": {"httpTokens": "required", "httpEndpoint": "enabled"},
        "rootBlockDevice": {"volumeSize": 20, "volumeType": "gp3"},
        "spotPrice": "0.05",
        "userDataBase64": SCRIPT,
    }
    fleet = {"instanceType": "t3.micro", "zones": ["ap-northeast-2a"], "configuration": properties}
    stack = program({"service": "front-web", "releases": ["1"], "source": source, "fleet": fleet})

    said = stack.up("--diff").out
    exported = stack.pulumi("stack", "export").out

    (made,) = autoscaling.describe_launch_configurations()["LaunchConfigurations"]
    assert made["MetadataOptions"] == {"HttpTokens": "required", "HttpEndpoint": "enabled"}
    assert [(one["DeviceName"], one["Ebs"]["VolumeSize"]) for one in made["BlockDeviceMappings"]] == [("/dev/sda1", 20)]
    assert (made["SpotPrice"], made["UserData"]) == ("0.05", SCRIPT)
    for form in ("correct-horse", SCRIPT):
        assert form not in said
        assert form not in exported
