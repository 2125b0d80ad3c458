"""What a group launches, as EC2 has it for launch templates. The older launch configurations are turned into it.

The names are those of the API: docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RequestLaunchTemplateData.html.
"""

from collections.abc import Collection, Mapping
from typing import Any

_SAME = {
    "InstanceType": "InstanceType",
    "KeyName": "KeyName",
    "KernelId": "KernelId",
    "RamdiskId": "RamDiskId",
    "EbsOptimized": "EbsOptimized",
    "UserData": "UserData",
    "MetadataOptions": "MetadataOptions",
    "BlockDeviceMappings": "BlockDeviceMappings",
}
"""Settings of a launch configuration that a launch template has too, by their name there."""

_TURNED = ("SecurityGroups", "IamInstanceProfile", "InstanceMonitoring", "SpotPrice", "PlacementTenancy")
_READ_ONLY = ("LaunchConfigurationName", "LaunchConfigurationARN", "CreatedTime", "ImageId", "AssociatePublicIpAddress")


def data_of_configuration(configuration: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The data of a launch template that launches the same as a launch configuration, and what a template can't have.

    As Auto Scaling's own copy to a launch template does it:
    docs.aws.amazon.com/autoscaling/ec2/userguide/copy-launch-config.html. The image is left out.
    """
    given = {key: value for key, value in configuration.items() if value not in ("", None, [], {})}
    data = {_SAME[key]: value for key, value in given.items() if key in _SAME}
    lost = sorted(set(given) - set(_SAME) - set(_TURNED) - set(_READ_ONLY))
    groups = given.get("SecurityGroups", [])
    by_id = [one for one in groups if one.startswith("sg-")]
    by_name = [one for one in groups if not one.startswith("sg-")]
    if "AssociatePublicIpAddress" in given:
        # EC2 takes security groups within the interface then, and there only by their ids.
        interface = {"DeviceIndex": 0, "AssociatePublicIpAddress": given["AssociatePublicIpAddress"], "Groups": by_id}
        data["NetworkInterfaces"] = [{key: value for key, value in interface.items() if value != []}]
        lost += ["SecurityGroups by name"] if by_name else []
    else:
        data |= {"SecurityGroupIds": by_id} if by_id else {}
        data |= {"SecurityGroups": by_name} if by_name else {}
    if profile := given.get("IamInstanceProfile"):
        data["IamInstanceProfile"] = {"Arn" if profile.startswith("arn:") else "Name": profile}
    if "InstanceMonitoring" in given:
        data["Monitoring"] = {"Enabled": given["InstanceMonitoring"]["Enabled"]}
    if price := given.get("SpotPrice"):
        data["InstanceMarketOptions"] = {"MarketType": "spot", "SpotOptions": {"MaxPrice": price}}
    if tenancy := given.get("PlacementTenancy"):
        data["Placement"] = {"Tenancy": tenancy}
    return data, lost


def without_image(data: Mapping[str, Any], snapshot_ids: Collection[str]) -> dict[str, Any]:
    """The data for another image: neither the image, nor the snapshots behind it, which a console writes beside it.

    With the snapshot of the old image, a volume of the new release would have the content of the old one.

    >>> volume = {"DeviceName": "/dev/sda1", "Ebs": {"SnapshotId": "snap-1", "VolumeSize": 40}}
    >>> without_image({"ImageId": "ami-1", "BlockDeviceMappings": [volume]}, {"snap-1"})
    {'BlockDeviceMappings': [{'DeviceName': '/dev/sda1', 'Ebs': {'VolumeSize': 40}}]}
    """
    kept = {key: value for key, value in data.items() if key != "ImageId" and value not in (None, "", [], {})}
    if not kept.get("Operator", {}).get("Managed", True):
        del kept["Operator"]  # EC2's answer that no service manages the template
    if "BlockDeviceMappings" in kept:
        kept["BlockDeviceMappings"] = [_of_new_image(one, snapshot_ids) for one in kept["BlockDeviceMappings"]]
    return kept


def plain_addresses(data: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The data with plain addresses in its interfaces, and what pulumi-aws can't say of them.

    pulumi-aws has no flag at an address. Its provider marks the address as primary that is the interface's own, and
    sends no list beside a count. To write the primary address of a list as the interface's own would be another
    launch: EC2 refuses the two together.
    docs.aws.amazon.com/AWSEC2/latest/APIReference/API_LaunchTemplateInstanceNetworkInterfaceSpecificationRequest.html

    >>> plain_addresses({"NetworkInterfaces": [{"PrivateIpAddresses": [{"PrivateIpAddress": "a", "Primary": False}]}]})
    ({'NetworkInterfaces': [{'PrivateIpAddresses': [{'PrivateIpAddress': 'a'}]}]}, [])
    """
    if "NetworkInterfaces" not in data:
        return dict(data), []
    lost: list[str] = []
    interfaces = [_plain(interface, lost) for interface in data["NetworkInterfaces"]]
    return {**data, "NetworkInterfaces": interfaces}, lost


def _plain(interface: Mapping[str, Any], lost: list[str]) -> dict[str, Any]:
    plain = {key: value for key, value in interface.items() if value not in (None, "", [], {})}
    older, newer = plain.get("PrivateIpAddresses", []), plain.get("Ipv6Addresses", [])
    primary = [one["PrivateIpAddress"] for one in older if one.get("Primary")]
    own = [plain["PrivateIpAddress"]] if "PrivateIpAddress" in plain else []
    if primary and primary != own:
        lost.append("NetworkInterfaces.PrivateIpAddresses.Primary")
    if not primary and own and own[0] in [one["PrivateIpAddress"] for one in older]:
        lost.append("NetworkInterfaces.PrivateIpAddresses that is not Primary")
    if older and plain.get("SecondaryPrivateIpAddressCount"):
        lost.append("NetworkInterfaces.PrivateIpAddresses beside SecondaryPrivateIpAddressCount")
    if any(one.get("IsPrimaryIpv6") for one in newer):
        lost.append("NetworkInterfaces.Ipv6Addresses.IsPrimaryIpv6")
    if older:
        plain["PrivateIpAddresses"] = [_without(one, "Primary") for one in older]
    if newer:
        plain["Ipv6Addresses"] = [_without(one, "IsPrimaryIpv6") for one in newer]
    return plain


def _without(address: Mapping[str, Any], flag: str) -> dict[str, Any]:
    return {key: value for key, value in address.items() if key != flag}


def mapped_snapshots(data: Mapping[str, Any]) -> list[str]:
    """The snapshots that the data's block device mappings name."""
    volumes = (one.get("Ebs") or {} for one in data.get("BlockDeviceMappings", []))
    return [volume["SnapshotId"] for volume in volumes if volume.get("SnapshotId")]


def _of_new_image(mapping: Mapping[str, Any], snapshot_ids: Collection[str]) -> dict[str, Any]:
    # To leave a device out, EC2 has an empty text here and a launch configuration a truth. The provider sends a text.
    left_out = "NoDevice" in mapping and mapping["NoDevice"] not in (None, False, "false")
    mapping = {key: value for key, value in mapping.items() if key != "NoDevice"}
    if left_out:
        mapping["NoDevice"] = "true"
    volume = mapping.get("Ebs")
    if not volume or volume.get("SnapshotId") not in snapshot_ids:
        return mapping
    return {**mapping, "Ebs": {key: value for key, value in volume.items() if key != "SnapshotId"}}
