"""A launch template that an update began to make: settings that have settings in them."""

from typing import Any

import pytest
from snapnames.cli.recovery.compared_data import further_differences

GIVEN: dict[str, Any] = {
    "metadataOptions": {"__defaults": [], "httpTokens": "required", "httpPutResponseHopLimit": 2.0},
    "monitoring": {"enabled": True},
    "networkInterfaces": [
        {"__defaults": [], "associatePublicIpAddress": "false", "deviceIndex": 0, "securityGroups": ["sg-1"]}
    ],
    "blockDeviceMappings": [{"deviceName": "/dev/sdf", "ebs": {"encrypted": "true", "volumeSize": 40}}],
}
THERE: dict[str, Any] = {
    "MetadataOptions": {"State": "applied", "HttpTokens": "required", "HttpPutResponseHopLimit": 2},
    "Monitoring": {"Enabled": True},
    "NetworkInterfaces": [
        {"AssociatePublicIpAddress": False, "DeviceIndex": 0, "Groups": ["sg-1"], "NetworkCardIndex": 0}
    ],
    "BlockDeviceMappings": [{"DeviceName": "/dev/sdf", "Ebs": {"Encrypted": True, "VolumeSize": 40}}],
}


def test_what_an_update_gave_is_what_ec2_has_under_its_own_names() -> None:
    """Whole numbers, truths as text, and what EC2 fills in with nothing make no difference."""
    assert further_differences(GIVEN, THERE) == []
    assert further_differences({}, {}) == []


@pytest.mark.parametrize(
    ("change", "differing"),
    [
        ({"MetadataOptions": {"HttpTokens": "optional", "HttpPutResponseHopLimit": 2}}, ["metadataOptions"]),
        ({"NetworkInterfaces": [{"AssociatePublicIpAddress": True, "Groups": ["sg-1"]}]}, ["networkInterfaces"]),
        ({"NetworkInterfaces": [*THERE["NetworkInterfaces"], {"DeviceIndex": 1}]}, ["networkInterfaces"]),
        ({"BlockDeviceMappings": []}, ["blockDeviceMappings"]),
        ({"Placement": {"Tenancy": "dedicated"}}, ["placement"]),
        ({"Orbit": {"Height": 3}}, ["Orbit"]),
        ({"Monitoring": {"Enabled": False}}, ["monitoring"]),
    ],
)
def test_every_other_setting_is_a_difference(change: dict[str, Any], differing: list[str]) -> None:
    """Also one that the update left out, or that pulumi-aws does not know."""
    assert further_differences(GIVEN, {**THERE, **change}) == differing


def test_what_is_still_encrypted_counts_as_different() -> None:
    """Nothing is taken in that could not be compared."""
    assert further_differences({"placement": {"ciphertext": "v1:x"}}, {"Placement": {"Tenancy": "x"}}) == ["placement"]
