"""What a launch configuration launches, as the data of a launch template."""

from typing import Any

import pytest
from snapnames.rules.launch_data import data_of_configuration, mapped_snapshots, plain_addresses, without_image

OF_2018: dict[str, Any] = {
    "LaunchConfigurationName": "web-2018-03-10",
    "LaunchConfigurationARN": "arn:aws:autoscaling:…",
    "CreatedTime": "2018-03-10",
    "ImageId": "ami-1",
    "InstanceType": "t3.small",
    "KeyName": "ops",
    "SecurityGroups": ["sg-1", "sg-2"],
    "UserData": "IyEvYmluL3NoCg==",
    "InstanceMonitoring": {"Enabled": True},
    "EbsOptimized": False,
    "IamInstanceProfile": "web",
    "SpotPrice": "0.05",
    "PlacementTenancy": "dedicated",
    "MetadataOptions": {"HttpTokens": "required"},
    "BlockDeviceMappings": [{"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 40}}],
    "ClassicLinkVPCSecurityGroups": [],
    "KernelId": "",
    "RamdiskId": "",
}


def test_a_template_launches_all_that_the_configuration_launches() -> None:
    """Each setting under its name there; what a configuration leaves empty is left out."""
    data, lost = data_of_configuration(OF_2018)

    assert data == {
        "InstanceType": "t3.small",
        "KeyName": "ops",
        "SecurityGroupIds": ["sg-1", "sg-2"],
        "UserData": "IyEvYmluL3NoCg==",
        "Monitoring": {"Enabled": True},
        "EbsOptimized": False,
        "IamInstanceProfile": {"Name": "web"},
        "InstanceMarketOptions": {"MarketType": "spot", "SpotOptions": {"MaxPrice": "0.05"}},
        "Placement": {"Tenancy": "dedicated"},
        "MetadataOptions": {"HttpTokens": "required"},
        "BlockDeviceMappings": [{"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 40}}],
    }
    assert lost == []


def test_a_public_address_is_a_setting_of_the_interface_which_then_has_the_security_groups() -> None:
    """EC2 refuses groups beside an interface. Within it, it takes ids alone."""
    by_id, lost = data_of_configuration({"AssociatePublicIpAddress": False, "SecurityGroups": ["sg-1"]})
    _, lost_names = data_of_configuration({"AssociatePublicIpAddress": True, "SecurityGroups": ["default"]})

    assert by_id == {"NetworkInterfaces": [{"DeviceIndex": 0, "AssociatePublicIpAddress": False, "Groups": ["sg-1"]}]}
    assert (lost, lost_names) == ([], ["SecurityGroups by name"])


def test_a_profile_is_given_by_name_or_by_arn_and_groups_by_name_stay_names() -> None:
    """A configuration has both in one field."""
    data, lost = data_of_configuration(
        {"IamInstanceProfile": "arn:aws:iam::1:x", "SecurityGroups": ["default", "sg-1"]}
    )

    assert data == {
        "IamInstanceProfile": {"Arn": "arn:aws:iam::1:x"},
        "SecurityGroupIds": ["sg-1"],
        "SecurityGroups": ["default"],
    }
    assert lost == []


def test_what_a_template_cannot_have_is_named() -> None:
    """ClassicLink, and whatever Auto Scaling may add."""
    _, lost = data_of_configuration({**OF_2018, "ClassicLinkVPCId": "vpc-1", "Somersault": True})

    assert lost == ["ClassicLinkVPCId", "Somersault"]


def test_only_the_snapshots_of_the_old_image_are_left_out() -> None:
    """A data volume that is made of a snapshot of its own is no part of the image."""
    own = {"DeviceName": "/dev/sdg", "Ebs": {"SnapshotId": "snap-data"}}
    of_image = {"DeviceName": "/dev/sda1", "Ebs": {"SnapshotId": "snap-root", "VolumeSize": 8}}
    data = {"ImageId": "ami-1", "BlockDeviceMappings": [of_image, own, {"DeviceName": "/dev/sdb", "NoDevice": ""}]}

    assert mapped_snapshots(data) == ["snap-root", "snap-data"]
    assert without_image(data, {"snap-root"})["BlockDeviceMappings"] == [
        {"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": 8}},
        own,
        {"DeviceName": "/dev/sdb", "NoDevice": "true"},
    ]


@pytest.mark.parametrize(
    ("given", "carried"),
    [
        ({"NoDevice": ""}, {"NoDevice": "true"}),
        ({"NoDevice": True}, {"NoDevice": "true"}),
        ({"NoDevice": False}, {}),
        ({}, {}),
    ],
)
def test_a_device_that_is_left_out_stays_left_out(given: dict[str, Any], carried: dict[str, Any]) -> None:
    """A template has an empty text for it, and a configuration a truth."""
    assert without_image({"BlockDeviceMappings": [{"DeviceName": "/dev/sdb", **given}]}, ()) == {
        "BlockDeviceMappings": [{"DeviceName": "/dev/sdb", **carried}]
    }


def test_what_ec2_answers_with_nothing_is_no_setting() -> None:
    """An empty list, and that no service manages the template. A managed one is not carried over silently."""
    assert without_image({"ElasticGpuSpecifications": [], "Operator": {"Managed": False}, "KeyName": ""}, ()) == {}
    assert without_image({"Operator": {"Managed": True}}, ()) == {"Operator": {"Managed": True}}


ONE, TWO = {"PrivateIpAddress": "10.0.0.1"}, {"PrivateIpAddress": "10.0.0.2"}


@pytest.mark.parametrize(
    "interface",
    [
        {"DeviceIndex": 0, "SecondaryPrivateIpAddressCount": 2, "PrimaryIpv6": True},
        {"PrivateIpAddresses": [{**ONE, "Primary": False}, TWO]},
        {"PrivateIpAddress": "10.0.0.1", "PrivateIpAddresses": [{**ONE, "Primary": True}, {**TWO, "Primary": False}]},
        {"Ipv6Addresses": [{"Ipv6Address": "2001:db8::1", "IsPrimaryIpv6": False}], "Ipv6AddressCount": 0},
    ],
)
def test_addresses_are_carried_over_when_the_provider_sends_them_as_they_were(interface: dict[str, Any]) -> None:
    """It marks the address as primary that the interface has as its own."""
    data, lost = plain_addresses({"InstanceType": "t3.nano", "NetworkInterfaces": [interface]})

    flags = ("Primary", "IsPrimaryIpv6")
    expected = {
        key: [{name: text for name, text in one.items() if name not in flags} for one in value]
        if isinstance(value, list)
        else value
        for key, value in interface.items()
    }
    assert (data, lost) == ({"InstanceType": "t3.nano", "NetworkInterfaces": [expected]}, [])


@pytest.mark.parametrize(
    ("interface", "named"),
    [
        ({"PrivateIpAddresses": [{**ONE, "Primary": True}, TWO]}, "PrivateIpAddresses.Primary"),
        (
            {"PrivateIpAddress": "10.0.0.2", "PrivateIpAddresses": [{**ONE, "Primary": True}, TWO]},
            "PrivateIpAddresses.Primary",
        ),
        (
            {"PrivateIpAddress": "10.0.0.1", "PrivateIpAddresses": [ONE, TWO]},
            "PrivateIpAddresses that is not Primary",
        ),
        (
            {"SecondaryPrivateIpAddressCount": 1, "PrivateIpAddresses": [ONE]},
            "PrivateIpAddresses beside SecondaryPrivateIpAddressCount",
        ),
        ({"Ipv6Addresses": [{"Ipv6Address": "::1", "IsPrimaryIpv6": True}]}, "Ipv6Addresses.IsPrimaryIpv6"),
    ],
)
def test_addresses_that_the_provider_would_send_otherwise_are_named(interface: dict[str, Any], named: str) -> None:
    """Nothing launches with other addresses without a word."""
    assert plain_addresses({"NetworkInterfaces": [interface]})[1] == [f"NetworkInterfaces.{named}"]
