"""The end of an image: deregistered, its snapshots kept or deleted with it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from moto.core.exceptions import ServiceException

from . import clock
from .errors import ImageProtectedError, ImageUnavailableError
from .image_selection import ImageSelection

if TYPE_CHECKING:
    from collections.abc import Callable

    from .images import Image


class Deregistration(ImageSelection):
    """The account's images, which can be deregistered."""

    def deregister_image(self, ami_id: str) -> Image:  # type: ignore[override] # moto returns nothing
        """Deregister; the name is free again, the snapshots stay."""
        if ami_id in self.deregistered:
            raise ImageUnavailableError(image_id=ami_id)
        image = self.owned_image(ami_id)
        if image.protection.holds(clock.now()):
            raise ImageProtectedError(image_id=ami_id)
        del self.amis[ami_id]
        self.image_names.pop(str(image.name), None)
        self.deregistered[ami_id] = time.monotonic()
        self.deleted_amis.append(ami_id)
        self.forget_tags(ami_id)
        for snapshot_id in image.snapshot_ids:
            self.images_of_snapshot.get(snapshot_id, set()).discard(ami_id)
        return image

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
