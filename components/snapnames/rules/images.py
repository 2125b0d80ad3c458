"""What EC2 has: images, the snapshots behind them, and what uses an image. The only such values of this package."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from snapnames.printable import beside_commands

STACK_TAG = "snapnames:stack"
"""On each image that a stack built: `<organization>/<project>/<stack>`."""

SERVICE_TAG = "snapnames:service"
"""On each image that a stack built: the service whose release it is, or the image's own name where there is none."""

TAKEN_IN_TAG = "snapnames:taken-in"
"""On each image of others that a stack has taken in as a release: `<organization>/<project>/<stack>`."""

AWS_BACKUP_TAGS, DLM_TAGS = ("aws:backup:",), ("aws:dlm:", "dlm:managed")
BACKUP_TAGS = (*AWS_BACKUP_TAGS, *DLM_TAGS)
"""How the tags begin that AWS Backup and Data Lifecycle Manager put on what they make."""

VOLUME_OF_COPIES = "vol-ffffffff"
"""docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Snapshot.html: the volume id of a copy is not one to use."""

PARAMETER = "resolve:ssm:"
"""How the image of a launch template begins that stands in a parameter of Systems Manager.

docs.aws.amazon.com/AWSEC2/latest/UserGuide/create-launch-template.html#use-an-ssm-parameter-instead-of-an-ami-id
"""

INSTANCE_ID = re.compile(r"i-[0-9a-f]{8}")
"""The id of an instance in the name of an image: backup tools write it there."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot that the account owns."""

    snapshot_id: str
    tags: Mapping[str, str] = field(default_factory=dict)
    state: str = "completed"
    percent: int = 100
    size: int = 0
    """GiB of the volume. EC2 bills the blocks that differ from the snapshot before, which is at most that."""

    started: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    archived: bool = False
    restored: bool = False
    """Whether it is out of the archive tier for some days. EC2 says that it is in the standard tier meanwhile."""

    volume_id: str = ""
    made_for: str | None = None
    """The image that CreateImage made it for, as EC2's own Description and the volume id say together."""

    copied_for: str | None = None
    """The image that CopyImage made it for, as EC2's own Description says."""

    owner_id: str = ""
    """The account."""

    @property
    def name(self) -> str | None:
        """Its tag Name; None where there is none, or an empty one."""
        return self.tags.get("Name") or None

    @property
    def image_id(self) -> str | None:
        """The image that EC2 made it for, whether that image is still there or not."""
        return self.copied_for or self.made_for

    @property
    def copied(self) -> bool:
        """Whether CopySnapshot or CopyImage made it."""
        return self.copied_for is not None or self.volume_id == VOLUME_OF_COPIES


@dataclass(frozen=True, slots=True)
class Image:
    """An image that the account owns, in any state but deregistered."""

    image_id: str
    name: str
    created: datetime
    root_device: str = ""
    snapshots: Mapping[str, str] = field(default_factory=dict)
    """Device name to snapshot id, of the mappings that have a snapshot. A pending image may not show them yet."""

    tags: Mapping[str, str] = field(default_factory=dict)
    state: str = "available"
    reason: str = ""
    """EC2's reason, for an image that failed; else empty."""

    deprecated: datetime | None = None
    description: str = ""
    source_instance_id: str = ""
    """The instance that CreateImage made it of; empty for an image that was made in another way."""

    protection: str = ""
    """DescribeImages' DeregistrationProtection, for example `disabled` or `enabled-with-cooldown`."""

    copied: bool = False
    """Whether CopyImage made it, and may have copied the tags too."""

    source_image_id: str = ""
    source_region: str = ""
    """What CopyImage made it of, as EC2 itself says; empty for another image."""

    owner_id: str = ""
    """The account."""

    launched: datetime | None = None
    """When EC2 last launched an instance from it. EC2 says so a day later, and of no launch before April 2017."""

    encrypted: bool = False
    """Whether any of its snapshots is encrypted."""

    @property
    def builder(self) -> str | None:
        """The stack whose release it is, as the mark says; None for every other image.

        A copy is nobody's release. A backup has the tags of its instance, so it may have an old mark. With the tag
        `SERVICE_TAG`, an image is a release if its own name begins with the service. Images of earlier versions do not
        have this tag. Such an image is a release if its tag Name equals its own name. If it has no tag Name, it is a
        release unless its own name contains the id of an instance, as the names of backups do.
        """
        if self.copied or any(key.startswith(BACKUP_TAGS) for key in self.tags):
            return None
        service = self.tags.get(SERVICE_TAG)
        if service is None:
            marked = self.tags.get("Name", self.name) == self.name
            marked = marked and ("Name" in self.tags or not INSTANCE_ID.search(self.name))
        else:
            marked = self.name == service or self.name.startswith(f"{service}-")
        return self.tags.get(STACK_TAG) if marked else None

    @property
    def protected(self) -> bool:
        """Whether EC2 refuses to deregister it."""
        return self.protection not in ("", "disabled")

    @property
    def unfinished(self) -> bool:
        """Whether EC2 is still making it, or has failed to."""
        return self.state not in ("available", "disabled")


@dataclass(frozen=True, slots=True)
class Use:
    """One user of an image, or of a snapshot that a launch configuration or template maps."""

    image_id: str
    """The image; the snapshot, where block device mappings name one.

    It begins with `PARAMETER` where AWS did not say which image the parameter has.
    """

    kind: str
    """`instance`, `launch configuration` or `launch template`; `image`, of a snapshot that another image has too."""

    name: str
    """Its id or name, with the version of a launch template."""

    by: str = ""
    """What the user itself is known by: the group of an instance, the name of a configuration, the id of a template."""

    version: str = ""
    """The number of a launch template's version."""

    def __str__(self) -> str:
        return f"{self.kind} {beside_commands(self.name)}"

    @property
    def what(self) -> str:
        """What it uses of an image: the image itself, or the snapshot behind it.

        >>> Use("ami-1", "instance", "i-1").what, Use("snap-1", "image", "web-uefi (ami-2)").what
        ('it', 'its snapshot snap-1')
        """
        return f"its snapshot {self.image_id}" if self.image_id.startswith("snap-") else "it"


@dataclass(frozen=True)
class Holdings:
    """What the account owns in one region, by id. Images are in the order in which they were made, the oldest first."""

    images: Mapping[str, Image] = field(default_factory=dict)
    snapshots: Mapping[str, Snapshot] = field(default_factory=dict)

    def behind(self) -> dict[str, list[str]]:
        """Image id to the ids of its snapshots: those of its mappings, and others that EC2 made for it."""
        found = {image_id: list(dict.fromkeys(image.snapshots.values())) for image_id, image in self.images.items()}
        mapped = {snapshot_id for ids in found.values() for snapshot_id in ids}
        for snapshot in self.snapshots.values():
            if snapshot.snapshot_id not in mapped and snapshot.image_id in found:
                found[snapshot.image_id].append(snapshot.snapshot_id)
        return found


@dataclass(frozen=True)
class ImageWithSnapshots:
    """An image, and the snapshots that CreateImage made for it: mappings tell them only after a while."""

    image: Image
    snapshots: tuple[Snapshot, ...] = ()

    @property
    def size(self) -> int:
        """GiB of all its volumes."""
        return sum(snapshot.size for snapshot in self.snapshots)

    @property
    def unread(self) -> bool:
        """Whether no update of the stack has known its snapshots: a delete of the image would leave them behind."""
        return any(self.snapshots) and not any(snapshot.name for snapshot in self.snapshots)

    def device(self, snapshot: Snapshot) -> str:
        """The device that the snapshot is mapped to; empty while EC2 does not tell."""
        return next((device for device, one in self.image.snapshots.items() if one == snapshot.snapshot_id), "")
