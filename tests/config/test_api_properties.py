"""What EC2 and Auto Scaling answer, as properties of pulumi-aws."""

from datetime import UTC, datetime
from typing import Any

import pulumi_aws as aws
from snapnames.config.api_properties import ApiProperties
from snapnames.config.aws_properties import property_faults


def test_the_data_of_a_template_gets_the_names_and_the_types_of_pulumi_aws() -> None:
    """Lists in the plural, truths that pulumi-aws takes as text, tags as a map. All of it passes as an input."""
    data: dict[str, Any] = {
        "EbsOptimized": True,
        "SecurityGroupIds": ["sg-1"],
        "SecurityGroups": ["default"],
        "RamDiskId": "ari-1",
        "Monitoring": {"Enabled": True},
        "MetadataOptions": {"State": "applied", "HttpTokens": "required", "HttpPutResponseHopLimit": 2},
        "NetworkInterfaces": [{"DeviceIndex": 0, "AssociatePublicIpAddress": False, "Groups": ["sg-2"]}],
        "BlockDeviceMappings": [
            {"DeviceName": "/dev/sdf", "Ebs": {"Encrypted": True, "DeleteOnTermination": False, "VolumeSize": 40}}
        ],
        "TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "team", "Value": "web"}]}],
        "InstanceMarketOptions": {
            "MarketType": "spot",
            "SpotOptions": {"MaxPrice": "0.05", "ValidUntil": datetime(2027, 1, 1, tzinfo=UTC)},
        },
        "InstanceRequirements": {"VCpuCount": {"Min": 2}, "MemoryMiB": {"Min": 1024}},
    }

    found = ApiProperties(data, aws.ec2.LaunchTemplateArgs)

    assert found.lost == []
    assert list(property_faults(found.given, aws.ec2.LaunchTemplateArgs, "template")) == []
    assert found.given == {
        "ebsOptimized": "true",
        "vpcSecurityGroupIds": ["sg-1"],
        "securityGroupNames": ["default"],
        "ramDiskId": "ari-1",
        "monitoring": {"enabled": True},
        "metadataOptions": {"httpTokens": "required", "httpPutResponseHopLimit": 2},
        "networkInterfaces": [{"deviceIndex": 0, "associatePublicIpAddress": "false", "securityGroups": ["sg-2"]}],
        "blockDeviceMappings": [
            {"deviceName": "/dev/sdf", "ebs": {"encrypted": "true", "deleteOnTermination": "false", "volumeSize": 40}}
        ],
        "tagSpecifications": [{"resourceType": "instance", "tags": {"team": "web"}}],
        "instanceMarketOptions": {
            "marketType": "spot",
            "spotOptions": {"maxPrice": "0.05", "validUntil": "2027-01-01T00:00:00+00:00"},
        },
        "instanceRequirements": {"vcpuCount": {"min": 2}, "memoryMib": {"min": 1024}},
    }


def test_what_pulumi_aws_has_no_property_for_is_named_by_its_path() -> None:
    """Nothing is left out without a word."""
    found = ApiProperties(
        {"ElasticGpuSpecifications": [{"Type": "x"}], "Placement": {"Tenancy": "default", "Orbit": 3}},
        aws.ec2.LaunchTemplateArgs,
    )

    assert found.lost == ["ElasticGpuSpecifications", "Placement.Orbit"]
    assert found.given == {"placement": {"tenancy": "default"}}


def test_addresses_that_are_maps_to_the_api_are_texts() -> None:
    """A map of one value. What has more is named."""
    interface = {"Ipv6Addresses": [{"Ipv6Address": "::1"}], "Ipv4Prefixes": [{"Ipv4Prefix": "10.0.0.0/28"}]}

    found = ApiProperties({"NetworkInterfaces": [interface]}, aws.ec2.LaunchTemplateArgs)
    odd = ApiProperties({"NetworkInterfaces": [{"Ipv6Addresses": [{"A": "1", "B": "2"}]}]}, aws.ec2.LaunchTemplateArgs)

    assert found.lost == []
    assert found.given == {"networkInterfaces": [{"ipv6Addresses": ["::1"], "ipv4Prefixes": ["10.0.0.0/28"]}]}
    assert odd.lost == ["NetworkInterfaces.Ipv6Addresses"]


def test_addresses_of_an_interface_have_other_names_in_pulumi_aws() -> None:
    """How many there are, and which."""
    interfaces = [
        {"DeviceIndex": 0, "SecondaryPrivateIpAddressCount": 2, "Ipv6AddressCount": 1, "PrimaryIpv6": True},
        {"DeviceIndex": 1, "PrivateIpAddresses": [{"PrivateIpAddress": "10.0.0.1"}], "Ipv6PrefixCount": 1},
    ]

    found = ApiProperties({"NetworkInterfaces": interfaces}, aws.ec2.LaunchTemplateArgs)

    assert found.lost == []
    assert list(property_faults(found.given, aws.ec2.LaunchTemplateArgs, "template")) == []
    assert found.given["networkInterfaces"] == [
        {"deviceIndex": 0, "ipv4AddressCount": 2, "ipv6AddressCount": 1, "primaryIpv6": "true"},
        {"deviceIndex": 1, "ipv4Addresses": ["10.0.0.1"], "ipv6PrefixCount": 1},
    ]


def test_a_mixed_instances_policy_gets_them_too() -> None:
    """Weights are text there."""
    policy = {
        "InstancesDistribution": {"OnDemandBaseCapacity": 1, "SpotAllocationStrategy": "lowest-price"},
        "LaunchTemplate": {"Overrides": [{"InstanceType": "t3.small", "WeightedCapacity": "2"}]},
    }

    found = ApiProperties(policy, aws.autoscaling.GroupMixedInstancesPolicyArgs)

    assert found.lost == []
    assert found.given == {
        "instancesDistribution": {"onDemandBaseCapacity": 1, "spotAllocationStrategy": "lowest-price"},
        "launchTemplate": {"overrides": [{"instanceType": "t3.small", "weightedCapacity": "2"}]},
    }
