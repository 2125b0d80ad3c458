"""The end of an image: deregistered, its snapshots kept or deleted with it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from moto.core.exceptions import ServiceException

from . import clock, settings
from .errors import ImageNotFoundError, ImageProtectedError, ImageUnavailableError, StateIncorrectError
from .image_selection import ImageSelection
from .recycle_bin import Bin

if TYPE_CHECKING:
    from collections.abc import Callable

    from .images import Image


class Deregistration(ImageSelection):
    """The account's images, which can be deregistered."""

    def __init__(self, region_name: str, account_id: str) -> None:
        """Start with an empty Recycle Bin."""
        super().__init__(region_name, account_id)
        self.bin_of_images: Bin[Image] = Bin(self.tags)

    def deregister_image(self, ami_id: str) -> Image:  # type: ignore[override] # moto returns nothing
        """Deregister; the name is free again, the snapshots stay."""
        if ami_id in self.deregistered:
            raise ImageUnavailableError(image_id=ami_id)
        image = self.owned_image(ami_id)
        if image.protection.holds(clock.now()):
            raise ImageProtectedError(image_id=ami_id)
        del self.amis[ami_id]
        self.image_names[str(image.name)].discard(ami_id)
        self.deregistered[ami_id] = time.monotonic()
        self.deleted_amis.append(ami_id)
        # Only EBS-backed images go to the bin: docs.aws.amazon.com/ebs/latest/userguide/recycle-bin.html.
        ebs_backed = image.traits.root_device_type == "ebs"
        self.bin_of_images.keep(ami_id, image, settings.CURRENT.ec2.image_retention_seconds if ebs_backed else 0)
        for snapshot_id in image.snapshot_ids:
            self.images_of_snapshot.get(snapshot_id, set()).discard(ami_id)
        return image

    def restore_image(self, image_id: str) -> None:
        """Register an image again that is in the Recycle Bin, as it was and shared as it was.

        Before that all its snapshots have to be there: docs.aws.amazon.com/ebs/latest/userguide/recycle-bin.html.
        What becomes of a name that another image has taken meanwhile is not documented; here both have it.
        """
        if image_id not in self.bin_of_images:
            raise ImageNotFoundError(image_id)
        for snapshot_id in self.bin_of_images.content[image_id].thing.snapshot_ids:
            if self.get_snapshot(snapshot_id).progress_now()[0] != "completed":
                raise StateIncorrectError(f"The snapshot '{snapshot_id}' of the image is not completed.")
        self.deregistered.pop(image_id, None)
        self.deleted_amis.remove(image_id)
        self.add_image(self.bin_of_images.take(image_id), {})

    def do_resources_exist(self, resource_ids: list[str]) -> bool:
        """What is in the Recycle Bin can be tagged too."""
        binned = {*dict(self.bin_of_images.items()), *dict(self.bin_of_snapshots.items())}
        return super().do_resources_exist([one for one in resource_ids if one not in binned])

    def delete_snapshots_of(self, image: Image, may_delete: Callable[[str], bool]) -> list[dict[str, str]]:
        """Delete the snapshots of an image that is deregistered, and say what became of each.

        The codes are from docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSnapshotReturnCode.html: a snapshot
        that other images need is skipped; one that DeleteSnapshot would refuse is a `client-error`.
        """
        return [
            {"SnapshotId": snapshot_id, "ReturnCode": self._deleted(snapshot_id, may_delete)}
            for snapshot_id in image.snapshot_ids
        ]

    def _deleted(self, snapshot_id: str, may_delete: Callable[[str], bool]) -> str:
        if self.images_of_snapshot.get(snapshot_id):
            return "skipped"
        if not may_delete(snapshot_id):
            return "missing-permissions"
        try:
            self.delete_snapshot(snapshot_id)
        except ServiceException:
            return "client-error"
        return "success"
