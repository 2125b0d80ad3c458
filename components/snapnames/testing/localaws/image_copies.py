"""Copies of images, with snapshots of their own."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, cast

from moto.ec2.models import ec2_backends
from moto.ec2.utils import random_ami_id

from . import settings
from .deregistration import Deregistration
from .images import Image

if TYPE_CHECKING:
    from .snapshots import Snapshot


class ImageCopies(Deregistration):
    """The account's images, which can be copied."""

    def copy_image(
        self, source_image_id: str, source_region: str, name: str | None = None, description: str | None = None
    ) -> Image:
        """Copy an image of a region with its snapshots; tags are not copied."""
        source = cast("ImageCopies", ec2_backends[self.account_id][source_region]).get_image(source_image_id)
        name = name or str(source.name)
        self.check_new_name(name)
        image_id, lifecycle, mappings = random_ami_id(), settings.CURRENT.next_lifecycle(), deepcopy(source.mappings)
        origin = cast("ImageCopies", source.ec2_backend)
        for ebs in [mapping["Ebs"] for mapping in mappings if "Ebs" in mapping]:
            known = origin.snapshots.get(ebs.get("SnapshotId"))
            if known is not None:
                text = f"Copied for DestinationAmi {image_id} from SourceAmi {source.id} for SourceSnapshot {known.id}"
                copied = self.copy_snapshot(known.id, source_region, text, None)
                ebs["SnapshotId"] = self.add_snapshot(copied, cast("Snapshot", known).size, lifecycle).id
        text = str(source.description) if description is None else description
        image = Image(self, image_id, name, text, mappings, source.traits, lifecycle=lifecycle)
        image.source = (source.id, source_region)
        return self.add_image(image, {})
