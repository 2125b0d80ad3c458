"""Copies of images, with snapshots of their own.

docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CopyImage.html and
docs.aws.amazon.com/AWSEC2/latest/UserGuide/CopyingAMIs.html. Where those name no code, the code and the text are from
memory of EC2.
"""

from __future__ import annotations

import time
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from moto.ec2.models import ec2_backends
from moto.ec2.utils import random_ami_id, random_snapshot_id

from . import clock, settings
from .deregistration import Deregistration
from .errors import ImageNotLaunchableError
from .image_errors import (
    CopyLimitReachedError,
    IdempotentParameterMismatchError,
    ImageStorageNotSharedError,
    SnapshotArchivedError,
)
from .images import Image
from .key_sharing import may_use
from .keys import KEY_NOT_ACCESSIBLE, encryption_of_copy
from .snapshots import Snapshot

if TYPE_CHECKING:
    from .mappings import Mapping
    from .settings import Lifecycle

COPIES_LIMIT = 20
"""Snapshots that are copied to a region at a time: docs.aws.amazon.com/general/latest/gr/ebs-service.html."""

SHARED_TAG = "ec2:SharedTag/"
"""How the tags begin that an owner shares with an image."""


@dataclass(frozen=True)
class CopyOrder:
    """What CopyImage was asked for."""

    source_image_id: str
    source_region: str
    name: str
    description: str | None = None
    encrypted: bool | None = None
    """None if it was left out: then a snapshot stays as it is. An explicit false is refused for an encrypted one."""
    kms_key_id: str | None = None
    copy_tags: bool = False
    client_token: str | None = None


@dataclass
class _Part:
    """One snapshot of the source, and how its copy is encrypted."""

    ebs: dict[str, Any]
    source: Snapshot | None
    """None for a snapshot of a public image, which is its publisher's."""
    encrypted: bool
    key: str | None
    """None for a key that the region has not."""
    readable: bool
    """Whether the account may use the key of the source."""

    @property
    def fails(self) -> bool:
        """Whether there is a key that can't be used: EC2 finds that out later, and then the copy fails."""
        return not self.readable or (self.encrypted and self.key is None)


class ImageCopies(Deregistration):
    """The account's images, which can be copied."""

    def __init__(self, region_name: str, account_id: str) -> None:
        """Start with no copy."""
        self.copies_by_token: dict[str, tuple[CopyOrder, Image]] = {}
        super().__init__(region_name, account_id)

    def copy_image(self, order: CopyOrder, tags: dict[str, dict[str, str]]) -> Image:  # type: ignore[override] # moto takes four of the parameters
        """Copy an image that the account may use, from a region of its own choice; once for each client token."""
        if order.client_token in self.copies_by_token:
            known, image = self.copies_by_token[str(order.client_token)]
            if known != order:
                raise IdempotentParameterMismatchError
            return image
        origin = cast("ImageCopies", self.backend_of(order.source_region))
        source = origin.visible_image(order.source_image_id)
        self.check_name(order.name)
        if settings.CURRENT.ec2.copies_refuse_taken_names:
            self.check_new_name(order.name)
        if source.state != "available":
            raise ImageNotLaunchableError(image_id=source.id)
        mappings = deepcopy(source.mappings)
        parts = self._parts(order, source, mappings)
        self._check_limit(len(parts))
        image = self._copied(order, source, mappings, parts)
        copied = self._tags_of_source(source) if order.copy_tags else {}
        self.create_tags([image.id], {**copied, **tags["image"]})
        self.create_tags(image.snapshot_ids, tags["snapshot"])
        if order.client_token:
            self.copies_by_token[order.client_token] = order, image
        return image

    def _parts(self, order: CopyOrder, source: Image, mappings: list[Mapping]) -> list[_Part]:
        owner = cast("ImageCopies", ec2_backends[source.owner_id][order.source_region]) if source.is_of_user else None
        parts = []
        for ebs in [mapping["Ebs"] for mapping in mappings if mapping.get("Ebs", {}).get("SnapshotId")]:
            known = cast("Snapshot | None", owner.snapshots.get(ebs["SnapshotId"])) if owner else None
            if known is not None and not known.visible_to(self.account_id):
                raise ImageStorageNotSharedError
            if known is not None and known.archived(clock.now()):
                raise SnapshotArchivedError(snapshot_id=known.id)
            was = bool(ebs.get("Encrypted")) or (known is not None and bool(known.encrypted))
            encrypted, key = encryption_of_copy(
                self, ebs["SnapshotId"], order.kms_key_id, was=was, asked=order.encrypted
            )
            readable = known is None or may_use(self.account_id, known.kms_key_id)
            parts.append(_Part(ebs, known, encrypted, key, readable))
        return parts

    def _check_limit(self, more: int) -> None:
        snapshots = [cast("Snapshot", one) for one in self.snapshots.values()]
        going_on = sum(one.copied and one.progress_now()[0] == "pending" for one in snapshots)
        if going_on and going_on + more > COPIES_LIMIT:
            raise CopyLimitReachedError(limit=COPIES_LIMIT)

    def _copied(self, order: CopyOrder, source: Image, mappings: list[Mapping], parts: list[_Part]) -> Image:
        image_id, lifecycle = random_ami_id(), settings.CURRENT.next_lifecycle(self.region_name)
        if any(part.fails for part in parts):
            lifecycle = replace(lifecycle, end="failed", reason=KEY_NOT_ACCESSIBLE)
        for part in parts:
            part.ebs["SnapshotId"] = self._copy_part(part, image_id, source.id, lifecycle).id
            part.ebs["Encrypted"] = part.encrypted
        text = str(source.description) if order.description is None else order.description
        image = Image(self, image_id, order.name, text, mappings, source.traits, lifecycle=lifecycle)
        image.imds_support = source.imds_support
        image.source = (source.id, order.source_region)
        return self.add_image(image, {})

    def _copy_part(self, part: _Part, image_id: str, source_id: str, lifecycle: Lifecycle) -> Snapshot:
        text = (
            f"Copied for DestinationAmi {image_id} from SourceAmi {source_id} for SourceSnapshot "
            f"{part.ebs['SnapshotId']}. Task created on {time.time_ns() // 1_000_000:,}."
        )
        snapshot = Snapshot(
            self,
            random_snapshot_id(),
            volume=part.source.volume if part.source else None,
            description=text,
            encrypted=part.encrypted,
            kms_key_id=part.key if part.encrypted else None,
        )
        snapshot.copied = True
        return self.add_snapshot(snapshot, part.source.size if part.source else part.ebs["VolumeSize"], lifecycle)

    def _tags_of_source(self, source: Image) -> dict[str, str]:
        """The user's tags; of another account's image only those that it shares."""
        tags = cast("ImageCopies", source.ec2_backend).tags_of(source.id)
        if source.owner_id == self.account_id:
            return {key: value for key, value in tags.items() if not key.startswith("aws:")}
        return {key: value for key, value in tags.items() if key.startswith(SHARED_TAG)}
