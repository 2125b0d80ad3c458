"""The public images that a region has from the start: moto's lists, with mappings as their makers publish them."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from typing import Any

from moto.core.parse import default_timestamp_parser
from moto.utilities.utils import load_resource

ROOT_GIB = 8
WINDOWS_ROOT_GIB = 30


def public_images(region: str) -> list[dict[str, Any]]:
    """Return the facts of each image, fit for the constructor of `Image`.

    Leaves out moto's 1,200 images for ECS: they cost a second at every start and nothing here launches one.
    """
    return [_facts(ami) for ami in _listed(region)]


@cache
def _listed(region: str) -> list[dict[str, Any]]:
    amis: list[dict[str, Any]] = load_resource("ec2/resources/amis.json")
    try:
        latest: list[dict[str, Any]] = load_resource(f"ec2/resources/latest_amis/{region}.json")
    except FileNotFoundError:
        # moto has no newer list for this region.
        return amis
    return amis + latest


def _facts(ami: dict[str, Any]) -> dict[str, Any]:
    created = ami.get("creation_date")
    return {
        "image_id": ami["ami_id"],
        "name": ami["name"],
        "description": ami.get("description", ""),
        "owner_id": ami["owner_id"],
        "owner_alias": "amazon",
        "location": ami.get("image_location") or f"amazon/{ami['name']}",
        "creation_date": default_timestamp_parser(created) if isinstance(created, str) else None,
        "mappings": _mappings(ami),
        "traits": {
            "root_device_name": ami["root_device_name"],
            "root_device_type": ami["root_device_type"],
            "architecture": ami["architecture"],
            "virtualization_type": ami["virtualization_type"],
            "hypervisor": ami.get("hypervisor") or "xen",
            "platform": ami.get("platform"),
        },
    }


def _mappings(ami: dict[str, Any]) -> list[dict[str, Any]]:
    """One root volume. Its snapshot is the publisher's: launchable from, but not in this account's list."""
    if ami["root_device_type"] != "ebs":
        return []
    ebs = {
        "DeleteOnTermination": True,
        "SnapshotId": f"snap-{sha256(ami['ami_id'].encode()).hexdigest()[:17]}",
        "VolumeSize": WINDOWS_ROOT_GIB if ami.get("platform") else ROOT_GIB,
        "VolumeType": "gp2",
        "Encrypted": False,
    }
    return [{"DeviceName": ami["root_device_name"], "Ebs": ebs}]
