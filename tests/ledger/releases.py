"""A stack of many releases without an update for each: the exported state of one, written again for the others.

Images, snapshots and names are made in the account by the same calls as the engine's; only the state is written here.
"""

import json
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mypy_boto3_ec2 import EC2Client
from mypy_boto3_ec2.type_defs import BlockDeviceMappingTypeDef
from snapnames.testing.localaws.server import LocalAws

from dev.engine import Engine
from tests.account import launch
from tests.program import STACK_TAG, Program

SEED = "00000000000000"
"""The release that was really deployed. Its name and ids occur nowhere else in the state."""

SERVICE = "front-web"
DEVICES = ("/dev/sda1", "/dev/sdf", "/dev/sdg", "/dev/sdh")
VOLUMES: list[BlockDeviceMappingTypeDef] = [
    {"DeviceName": device, "Ebs": {"VolumeSize": size}}
    for device, size in (("/dev/sdf", 20), ("/dev/sdg", 50), ("/dev/sdh", 2))
]
CONFIG = {"service": SERVICE}
_THREADS = 8


def exported(folder: Path, aws: LocalAws, engine: Engine) -> dict[str, Any]:
    """Deploy the release `SEED`, and export the state that the engine made of it."""
    source = launch(aws.client("ec2"), mappings=VOLUMES)
    stack = Program(folder, aws, engine, {**CONFIG, "source": source, "releases": [SEED]})
    stack.up("--skip-preview")
    state: dict[str, Any] = json.loads(stack.pulumi("stack", "export").out)
    for resource in state["deployment"]["resources"]:
        for position in ("sourcePosition", "stackTrace"):
            resource.pop(position, None)
    return state


@dataclass
class Releases:
    """Releases of the stack `test` in an account, and its state."""

    ec2: EC2Client
    template: Mapping[str, Any]
    """What `exported` gave."""

    images: dict[str, str] = field(default_factory=dict)
    """Release to image id."""

    snapshots: dict[str, dict[str, str]] = field(default_factory=dict)
    """Release to device to snapshot id."""

    def __post_init__(self) -> None:
        """Launch the instance that every image is made of."""
        self.source = launch(self.ec2, mappings=VOLUMES)

    def make(self, *releases: str) -> None:
        """Make the images with their tags, and name the snapshots."""
        with ThreadPoolExecutor(_THREADS) as threads:
            list(threads.map(self._image, releases))
            pages = self.ec2.get_paginator("describe_images").paginate(Owners=["self"])
            found = {image["Name"]: image for page in pages for image in page["Images"]}
            for release in releases:
                mappings = found[image_name(release)]["BlockDeviceMappings"]
                self.images[release] = found[image_name(release)]["ImageId"]
                self.snapshots[release] = {
                    one["DeviceName"]: one["Ebs"]["SnapshotId"] for one in mappings if "Ebs" in one
                }
            list(threads.map(self._name, [(release, device) for release in releases for device in DEVICES]))

    def _image(self, release: str) -> None:
        tags = {"Name": image_name(release), "snapnames:stack": STACK_TAG}
        self.ec2.create_image(
            InstanceId=self.source,
            Name=image_name(release),
            NoReboot=True,
            TagSpecifications=[
                {"ResourceType": "image", "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
            ],
        )

    def _name(self, one: tuple[str, str]) -> None:
        release, device = one
        self.rename(release, device, snapshot_name(release, device))

    def rename(self, release: str, device: str, name: str) -> None:
        """Give the snapshot of a device a Name."""
        self.ec2.create_tags(Resources=[self.snapshots[release][device]], Tags=[{"Key": "Name", "Value": name}])

    def unname(self, release: str, device: str) -> None:
        """Take the Name away."""
        self.ec2.delete_tags(Resources=[self.snapshots[release][device]], Tags=[{"Key": "Name"}])

    def state(self, releases: Iterable[str] | None = None) -> dict[str, Any]:
        """The state of a stack that has these releases, by default all; for `pulumi stack import`."""
        wanted = list(self.images if releases is None else releases)
        state = deepcopy(dict(self.template))
        resources = state["deployment"]["resources"]
        seeded = [one for one in resources if f"{SERVICE}-{SEED}" in one["urn"]]
        stack = next(one for one in resources if one["type"] == "pulumi:pulumi:Stack")
        seed = json.dumps(seeded)
        ids = {"image": stack["outputs"]["images"][SEED], **stack["outputs"]["snapshots"][SEED]}
        state["deployment"]["resources"] = [one for one in resources if one not in seeded]
        for release in wanted:
            text = seed.replace(SEED, release).replace(ids["image"], self.images[release])
            for device, snapshot_id in self.snapshots[release].items():
                text = text.replace(ids[device], snapshot_id)
            state["deployment"]["resources"] += json.loads(text)
        stack["outputs"] = {
            "images": {release: self.images[release] for release in wanted},
            "snapshots": {release: self.snapshots[release] for release in wanted},
            "names": {release: {d: snapshot_name(release, d) for d in self.snapshots[release]} for release in wanted},
            "live": next(iter(wanted), None),
        }
        return state


def image_name(release: str) -> str:
    """The image of a release."""
    return f"{SERVICE}-{release}"


def snapshot_name(release: str, device: str) -> str:
    """The Name that the stack declares."""
    return f"{image_name(release)}({DEVICES.index(device) + 1:03d})"
