"""The end of an image: deregistered, its snapshots kept or deleted with it."""

from __future__ import annotations

import time

from . import clock
from .errors import ImageProtectedError, ImageUnavailableError
from .image_selection import ImageSelection


class Deregistration(ImageSelection):
    """The account's images, which can be deregistered."""

    def deregister_image(self, ami_id: str, *, with_snapshots: bool = False) -> list[dict[str, str]]:  # type: ignore[override] # moto returns nothing
        """Deregister; the name is free again, the snapshots stay unless asked for.

        Returns what became of each snapshot: one that another image needs is skipped.
        """
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
        if not with_snapshots:
            return []
        return [
            {"SnapshotId": snapshot_id, "ReturnCode": self._drop(snapshot_id)} for snapshot_id in image.snapshot_ids
        ]

    def _drop(self, snapshot_id: str) -> str:
        if self.images_of_snapshot.get(snapshot_id):
            return "skipped"
        self.delete_snapshot(snapshot_id)
        return "success"
