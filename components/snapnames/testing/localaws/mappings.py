"""Block device mappings, as the API writes them: an EBS volume, an instance-store volume, or no device.

Plain functions; nothing here knows of an account.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .errors import BlockDeviceMappingInvalidError, ParameterInvalidError, ParameterMissingError

if TYPE_CHECKING:
    from collections.abc import Iterable

Mapping = dict[str, Any]

EPHEMERAL = re.compile(r"ephemeral\d{1,2}")
FIXED_IN_IMAGES = ("VolumeSize", "Encrypted", "SnapshotId", "VolumeType", "Iops", "Throughput", "KmsKeyId")
"""What CreateImage can't change of a volume that is attached; only DeleteOnTermination can be."""


def is_ephemeral(mapping: Mapping) -> bool:
    """Whether it is an instance-store volume."""
    return "VirtualName" in mapping


def is_absent(mapping: Mapping) -> bool:
    """Whether it takes a device away.

    The API sends `NoDevice` as an empty string to EC2 and as a boolean to Auto Scaling; Auto Scaling's false means
    the same as leaving it out.
    """
    return mapping.get("NoDevice") not in (None, False, "false")


def merged(base: Iterable[Mapping], overrides: Iterable[Mapping]) -> list[Mapping]:
    """Lay a request's mappings over an image's, device by device, as RunInstances does.

    >>> image = [{"DeviceName": "/dev/sda1", "Ebs": {"SnapshotId": "snap-1", "VolumeSize": 8}}]
    >>> merged(image, [{"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": 20}}])
    [{'DeviceName': '/dev/sda1', 'Ebs': {'SnapshotId': 'snap-1', 'VolumeSize': 20}}]
    """
    result = {mapping["DeviceName"]: mapping for mapping in base}
    for override in overrides:
        device = _device_of(override)
        if is_absent(override):
            result.pop(device, None)
        elif is_ephemeral(override):
            result[device] = ephemeral(device, override["VirtualName"])
        else:
            result[device] = {"DeviceName": device, "Ebs": _merged_ebs(result.get(device), override)}
    return list(result.values())


def ephemeral(device: str, virtual_name: str) -> Mapping:
    """Make an instance-store mapping; it has no `Ebs`."""
    if not EPHEMERAL.fullmatch(virtual_name):
        raise ParameterInvalidError(
            f"Value ({virtual_name}) for parameter virtualName is invalid. Expected: 'ephemeralN'."
        )
    return {"DeviceName": device, "VirtualName": virtual_name}


def _device_of(mapping: Mapping) -> str:
    if not mapping.get("DeviceName"):
        raise ParameterMissingError(parameter="deviceName")
    return str(mapping["DeviceName"])


def _merged_ebs(base: Mapping | None, override: Mapping) -> dict[str, Any]:
    if "Ebs" not in override:
        raise ParameterMissingError(parameter="ebs")
    asked = {key: value for key, value in override["Ebs"].items() if value is not None}
    known = dict((base or {}).get("Ebs", {}))
    if not known and not asked.get("VolumeSize") and not asked.get("SnapshotId"):
        raise ParameterMissingError(parameter="size or snapshotId")
    if asked.get("VolumeType", known.get("VolumeType")) != known.get("VolumeType"):
        # Iops and Throughput belong to the volume type that the image has.
        known.pop("Iops", None), known.pop("Throughput", None)
    smallest = known.get("VolumeSize", 0) if known.get("SnapshotId") and "SnapshotId" not in asked else 0
    if asked.get("VolumeSize", smallest) < smallest:
        raise BlockDeviceMappingInvalidError(
            f"Volume of size {asked['VolumeSize']}GB is smaller than snapshot '{known['SnapshotId']}', "
            f"expect size>= {smallest}GB"
        )
    return {**known, **asked}


def imaged(attached: Iterable[Mapping], overrides: Iterable[Mapping]) -> list[Mapping]:
    """Lay CreateImage's mappings over those of the instance.

    They can suppress a device, change its DeleteOnTermination, or add a volume; anything else of an attached volume
    is refused (the code is from memory of EC2).
    """
    result = {mapping["DeviceName"]: mapping for mapping in attached}
    for override in overrides:
        device = _device_of(override)
        known = result.get(device, {}).get("Ebs")
        asked = override.get("Ebs", {})
        if is_absent(override):
            result.pop(device, None)
        elif known is not None and not is_ephemeral(override):
            if changed := [key for key in FIXED_IN_IMAGES if key in asked and asked[key] != known.get(key)]:
                raise BlockDeviceMappingInvalidError(f"{changed[0]} of {device} cannot be changed by CreateImage")
            result[device] = {
                "DeviceName": device,
                "Ebs": {**known, "DeleteOnTermination": asked.get("DeleteOnTermination", known["DeleteOnTermination"])},
            }
        else:
            result[device] = _added(merged([], [override])[0])
    return list(result.values())


def _added(mapping: Mapping) -> Mapping:
    if is_ephemeral(mapping):
        return mapping
    # An image may hold an empty volume: a mapping with a size and no snapshot.
    return {**mapping, "Ebs": {"DeleteOnTermination": False, "Encrypted": False, "VolumeType": "gp2", **mapping["Ebs"]}}
