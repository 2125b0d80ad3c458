"""Reads a stack's images and their snapshots from EC2, while the images are made and afterwards."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from snapnames.aws_session import StackSession
from snapnames.described import snapshots_behind, tags_of
from snapnames.errors import InputError
from snapnames.filters import chunks

from .advice import aws_errors
from .errors import UsageError

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_ec2.type_defs import FilterTypeDef, ImageTypeDef, SnapshotTypeDef


_CREATED = re.compile(r"Created by CreateImage\(i-[0-9a-f]+\) for (?P<image>ami-[0-9a-f]+)( from vol-[0-9a-f]+)?")
"""The whole Description that EC2 gives to a snapshot of CreateImage. Older snapshots also name the volume there."""

_VOLUME_OF_COPIES = "vol-ffffffff"
"""docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Snapshot.html: the volume id of a copy must not be used."""


@dataclass(frozen=True)
class Snapshot:
    """A snapshot behind an image."""

    snapshot_id: str
    device: str
    """Empty while EC2 does not tell."""

    name: str | None
    state: str
    percent: int
    size: int
    """GiB of the volume. It is an upper bound: EC2 bills only the blocks that differ from the snapshot before."""


@dataclass(frozen=True)
class Image:
    """An image of the stack."""

    image_id: str
    name: str
    state: str
    reason: str
    """EC2's reason, if the image failed. Otherwise empty."""

    created: datetime
    snapshots: tuple[Snapshot, ...]

    @property
    def size(self) -> int:
        """GiB of all its volumes."""
        return sum(snapshot.size for snapshot in self.snapshots)

    @property
    def unread(self) -> bool:
        """Whether no update of the stack has known the snapshots. A delete of the image would leave them behind."""
        return any(self.snapshots) and not any(snapshot.name for snapshot in self.snapshots)


def aws_session(config: Mapping[str, str]) -> StackSession:
    """The boto3 session for a stack's config, which has raw values by whole keys. Raises `UsageError`."""
    try:
        return StackSession({key.removeprefix("aws:"): v for key, v in config.items() if key.startswith("aws:")})
    except (InputError, BotoCoreError, ClientError) as error:
        raise UsageError(f"the stack's aws: config does not lead to AWS: {error}") from error


class Account:
    """Reads with the region, keys, roles and endpoints of the stack's `aws:` config."""

    def __init__(self, session: StackSession, stack_tag: str) -> None:
        """Make the client. `stack_tag`: the value of the tag `snapnames:stack` on the stack's images."""
        self.session = session
        self._ec2: EC2Client = session.ec2()
        self._stack_tag = stack_tag

    def images(self) -> dict[str, Image]:
        """Name to image, for the images that this stack built and the account still has."""
        return self._read([{"Name": "tag:snapnames:stack", "Values": [self._stack_tag]}])

    def image(self, name: str) -> Image | None:
        """The account's own image of that name."""
        return self._read([{"Name": "name", "Values": [name]}]).get(name)

    def _read(self, filters: list["FilterTypeDef"]) -> dict[str, Image]:
        with aws_errors("EC2 can't be read"):
            return self._images(filters)

    def _images(self, filters: list["FilterTypeDef"]) -> dict[str, Image]:
        pages = self._ec2.get_paginator("describe_images").paginate(Owners=["self"], Filters=filters)
        images = [image for page in pages for image in page["Images"] if image["State"] != "deregistered"]
        behind = snapshots_of(self._ec2, [image["ImageId"] for image in images])
        return {image["Name"]: _image(image, behind[image["ImageId"]]) for image in images}


def made_for(snapshot: "SnapshotTypeDef") -> str | None:
    """The id of the image for which CreateImage made the snapshot, as the Description says.

    A copy of a snapshot can keep the Description, but EC2 shows no real volume id for a copy.
    """
    found = _CREATED.fullmatch(snapshot.get("Description", ""))
    return found["image"] if found and snapshot.get("VolumeId") != _VOLUME_OF_COPIES else None


def snapshots_of(client: "EC2Client", image_ids: list[str]) -> dict[str, list["SnapshotTypeDef"]]:
    """Image id to the snapshots that CreateImage made for it. The mappings show the snapshots only after a while."""
    found: dict[str, list[SnapshotTypeDef]] = {image_id: [] for image_id in image_ids}
    for chunk in chunks(image_ids):
        wanted = [f"Created by CreateImage(*) for {image_id}*" for image_id in chunk]
        pages = client.get_paginator("describe_snapshots").paginate(
            OwnerIds=["self"], Filters=[{"Name": "description", "Values": wanted}]
        )
        for snapshot in (snapshot for page in pages for snapshot in page["Snapshots"]):
            if (image_id := made_for(snapshot)) in found:
                found[image_id].append(snapshot)
    return found


def _image(image: "ImageTypeDef", snapshots: Iterable["SnapshotTypeDef"]) -> Image:
    devices = {snapshot_id: device for device, snapshot_id in snapshots_behind(image).items()}
    read = (_snapshot(snapshot, devices.get(snapshot["SnapshotId"], "")) for snapshot in snapshots)
    return Image(
        image_id=image["ImageId"],
        name=image["Name"],
        state=image["State"],
        reason=image.get("StateReason", {}).get("Message", "") if image["State"] == "failed" else "",
        created=datetime.fromisoformat(image["CreationDate"]),
        snapshots=tuple(sorted(read, key=lambda snapshot: (snapshot.name or "", snapshot.device))),
    )


def _snapshot(snapshot: "SnapshotTypeDef", device: str) -> Snapshot:
    return Snapshot(
        snapshot_id=snapshot["SnapshotId"],
        device=device,
        name=tags_of(snapshot).get("Name"),
        state=snapshot["State"],
        percent=int(snapshot.get("Progress", "").rstrip("%") or 0),
        size=snapshot["VolumeSize"],
    )
