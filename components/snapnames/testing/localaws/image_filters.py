"""The filters of DescribeImages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import FilterInvalidError
from .filters import tag_values, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .images import Image

VALUES: dict[str, Callable[[Image], object]] = {
    "architecture": lambda image: image.traits.architecture,
    "boot-mode": lambda image: image.traits.boot_mode,
    "creation-date": lambda image: image.creation_date.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
    "description": lambda image: image.description or "",
    "ena-support": lambda image: image.traits.ena_support,
    "hypervisor": lambda image: image.traits.hypervisor,
    "image-id": lambda image: image.id,
    "image-type": lambda image: image.image_type,
    "is-public": lambda image: image.is_public,
    "kernel-id": lambda image: image.traits.kernel_id,
    "manifest-location": lambda image: image.image_location,
    "name": lambda image: image.name,
    "owner-alias": lambda image: image.owner_alias,
    "owner-id": lambda image: image.owner_id,
    "platform": lambda image: image.traits.platform,
    "root-device-name": lambda image: image.traits.root_device_name,
    "root-device-type": lambda image: image.traits.root_device_type,
    "sriov-net-support": lambda image: image.traits.sriov,
    "source-image-id": lambda image: image.source[0] if image.source else None,
    "source-image-region": lambda image: image.source[1] if image.source else None,
    "source-instance-id": lambda image: image.instance_id,
    "state": lambda image: image.state,
    "state-reason-code": lambda image: "Client.InternalError" if image.state == "failed" else None,
    "state-reason-message": lambda image: image.lifecycle.reason if image.state == "failed" else None,
    "virtualization-type": lambda image: image.traits.virtualization_type,
}

NEVER_SET = ("free-tier-eligible", "product-code", "product-code.type", "public-ssm-parameter-name", "ramdisk-id")
"""Filters of EC2 on what no image here has."""

MAPPING_MEMBERS = {
    "block-device-mapping.delete-on-termination": "DeleteOnTermination",
    "block-device-mapping.encrypted": "Encrypted",
    "block-device-mapping.snapshot-id": "SnapshotId",
    "block-device-mapping.volume-size": "VolumeSize",
    "block-device-mapping.volume-type": "VolumeType",
}


def image_filter_values(image: Image, name: str, tags: Mapping[str, str]) -> Iterable[str]:
    """Return an image's values under a filter; raise for a filter that EC2 hasn't."""
    found = tag_values(tags, name)
    if found is not None:
        return found
    if name == "block-device-mapping.device-name":
        return [mapping["DeviceName"] for mapping in image.mappings]
    if name in MAPPING_MEMBERS:
        member = MAPPING_MEMBERS[name]
        return [value for mapping in image.block_device_mappings for value in text(mapping.get("Ebs", {}).get(member))]
    if name in NEVER_SET:
        return []
    if name not in VALUES:
        raise FilterInvalidError(name=name)
    return text(VALUES[name](image))
