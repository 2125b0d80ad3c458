"""Accounts of images that somebody else made, of any shape, registered quickly."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from mypy_boto3_ec2 import EC2Client
from mypy_boto3_ec2.type_defs import BlockDeviceMappingTypeDef, TagTypeDef

T = TypeVar("T")
Tags = list[TagTypeDef]

ROOT = "/dev/sda1"
TWO = (ROOT, "/dev/sdf")
STORE = "in the instance store"
PREVIOUS = "snapnames:previous-name"


class Account:
    """Images and snapshots in one account and region.

    A snapshot is called here what it is behind first, `<image>:<device>`, so that whole accounts can be compared.
    """

    def __init__(self, ec2: EC2Client) -> None:
        """Take an account that nothing is in yet."""
        self._ec2 = ec2
        self._volume = ec2.create_volume(Size=1, AvailabilityZone=f"{ec2.meta.region_name}a")["VolumeId"]
        self.snapshots: dict[str, str] = {}
        """Label to id, also of those that are gone."""
        self.images: dict[str, str] = {}
        """Name to id, also of those that are gone."""

    def image(
        self,
        name: str,
        devices: Iterable[str] | Mapping[str, str] = (ROOT,),
        *,
        root: str = ROOT,
        tags: Mapping[str, str] | None = None,
    ) -> str:
        """Register an image, and give its id.

        `devices` in this order: each with a new snapshot, or with the label of one that is there, or with `STORE`. The
        root is in the instance store unless it has a snapshot.
        """
        behind = devices if isinstance(devices, Mapping) else dict.fromkeys(devices, "")
        self.images[name] = self._ec2.register_image(
            Name=name,
            RootDeviceName=root,
            BlockDeviceMappings=[self._mapping(name, device, of) for device, of in behind.items()],
            TagSpecifications=[{"ResourceType": "image", "Tags": _tags(tags or {})}],
            ImageLocation="bucket/image.manifest.xml" if behind.get(root, STORE) == STORE else "",
        )["ImageId"]
        return self.images[name]

    def _mapping(self, image: str, device: str, of: str) -> BlockDeviceMappingTypeDef:
        if of == STORE:
            return {"DeviceName": device, "VirtualName": "ephemeral0"}
        return {
            "DeviceName": device,
            "Ebs": {"SnapshotId": self.snapshots[of] if of else self._snapshot(image, device)},
        }

    def _snapshot(self, image: str, device: str) -> str:
        made = self._ec2.create_snapshot(VolumeId=self._volume)["SnapshotId"]
        self.snapshots[f"{image}:{device}"] = made
        return made

    def deregister(self, name: str) -> None:
        """Deregister an image; its snapshots stay."""
        self._ec2.deregister_image(ImageId=self.images[name])

    def delete(self, label: str) -> None:
        """Delete a snapshot that no image has any more."""
        self._ec2.delete_snapshot(SnapshotId=self.snapshots[label])

    def tag(self, label: str, tags: Mapping[str, str]) -> None:
        """Put tags on a snapshot, as a person does."""
        self._ec2.create_tags(Resources=[self.snapshots[label]], Tags=_tags(tags))

    def name(self, label: str, name: str) -> None:
        """Name a snapshot, as a person does."""
        self.tag(label, {"Name": name})

    def untag(self, label: str, key: str) -> None:
        """Take a tag away."""
        self._ec2.delete_tags(Resources=[self.snapshots[label]], Tags=[{"Key": key}])

    def tags(self) -> dict[str, dict[str, str]]:
        """Label to the tags of each snapshot that is there."""
        pages = self._ec2.get_paginator("describe_snapshots").paginate(OwnerIds=["self"])
        live = {
            snapshot["SnapshotId"]: {tag["Key"]: tag["Value"] for tag in snapshot.get("Tags", [])}
            for page in pages
            for snapshot in page["Snapshots"]
        }
        return {label: live[snapshot_id] for label, snapshot_id in self.snapshots.items() if snapshot_id in live}

    def names(self) -> dict[str, str | None]:
        """Label to the Name of each snapshot that is there."""
        return {label: tags.get("Name") for label, tags in self.tags().items()}

    def labelled(self, by_id: Mapping[str, T]) -> dict[str, T]:
        """What an output says by the ids of snapshots, by their labels."""
        labels = {snapshot_id: label for label, snapshot_id in self.snapshots.items()}
        return {labels[snapshot_id]: said for snapshot_id, said in by_id.items()}


def _tags(tags: Mapping[str, str]) -> Tags:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
