"""Which images a call finds: those of the account, public ones, and those that others share with it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from moto.ec2.models import ec2_backends

from . import settings
from .allowed_images import AllowedImages
from .errors import ImageIdMalformedError, ImageNotFoundError, ImageNotLaunchableError
from .filters import exact_values, select, text
from .image_backend import IMAGE_ID, Images
from .image_errors import ImageNotSharedError, ImageOfAnotherError
from .image_filters import image_filter_values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .images import Image


class ImageSelection(Images):
    """The images that the account can see in its region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        """Allow all images."""
        self.allowed_images = AllowedImages()
        super().__init__(region_name, account_id)

    def owned_image(self, image_id: str) -> Image:
        """Find an image of the account's own; of another's nothing can be changed."""
        image = self.visible_image(image_id)
        if image.owner_id != self.account_id:
            raise ImageOfAnotherError(image_id=image_id)
        return image

    def visible_image(self, image_id: str) -> Image:
        """Find an image that the account owns or may launch from, or raise as EC2 does."""
        return self.seen_image(image_id) or self.get_image(image_id)

    def get_launchable_image(self, image_id: str) -> Image:
        """Find an image that instances can be launched from now."""
        if self.seen_image(image_id) is None and self._foreign_image(image_id) is not None:
            raise ImageNotSharedError(image_id=image_id)
        image = self.visible_image(image_id)
        if self.allowed_images.hide(image, self.account_id):
            # The code for an image that Allowed AMIs hides could not be checked.
            raise ImageNotFoundError(image_id)
        if image.state != "available":
            raise ImageNotLaunchableError(image_id=image_id)
        return image

    def _foreign_image(self, image_id: str) -> Image | None:
        """An image of another account, shared or not."""
        found = (other.amis[image_id] for other in self._other_images() if image_id in other.amis)
        return next((image for image in found if image.owner_id != self.account_id), None)

    def _other_images(self) -> Iterator[Images]:
        """The other accounts in this region."""
        for account, region, backend in ec2_backends.iter_backends():
            if region == self.region_name and account != self.account_id and isinstance(backend, Images):
                yield backend

    def _shared_images(self) -> list[Image]:
        """The images that other accounts share with this one."""
        return [
            image
            for other in self._other_images()
            for image in other.amis.values()
            if image.owner_id == other.account_id and image.visible_to(self.account_id)
        ]

    def describe_images(  # type: ignore[override] # moto's list is invariant
        self,
        ami_ids: list[str] | None = None,
        filters: dict[str, Any] | None = None,
        exec_users: list[str] | None = None,
        owners: list[str] | None = None,
    ) -> list[Image]:
        """Select images by ids, owners, users who may launch them, and filters, all together."""
        # moto asks itself for the image of an instance with a string in place of a list.
        filters = {name: [value] if isinstance(value, str) else value for name, value in (filters or {}).items()}
        images = self._named_images(ami_ids or [], filters)
        if owners:
            accounts = {self.account_id if owner == "self" else owner for owner in owners}
            images = [image for image in images if image.owner_id in accounts or image.owner_alias in accounts]
        if exec_users:
            images = [image for image in images if self._executable(image, set(exec_users))]
        images = [image for image in images if not self.allowed_images.hide(image, self.account_id)]
        return select(images, filters, self._filter_values)

    def _filter_values(self, image: Image, name: str) -> Iterable[str]:
        if name == "image-allowed":
            return text(self.allowed_images.allow(image, self.account_id))
        return image_filter_values(image, name, self.tags_of(image.id))

    def _executable(self, image: Image, users: set[str]) -> bool:
        """Whether ExecutableUsers selects it: by explicit permissions, those of an organization for oneself alone.

        docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html.
        """
        if "all" in users and image.is_public:
            return True
        if {"self", self.account_id} & users and image.shared_with({self.account_id}):
            return True
        return any(permission.get("UserId") in users for permission in image.launch_permissions)

    def _named_images(self, ids: list[str], filters: dict[str, Any]) -> list[Image]:
        if not ids:
            named = exact_values(filters, "image-id")
            if named is None:
                return [*self.amis.values(), *self._shared_images()]
            return [image for image in map(self.seen_image, sorted(named)) if image]
        for image_id in ids:
            if not IMAGE_ID.fullmatch(image_id):
                raise ImageIdMalformedError(image_id=image_id)
        found = {image_id: self.seen_image(image_id) for image_id in ids}
        if missing := [i for i, image in found.items() if image is None and not self._lately_deregistered(i)]:
            raise ImageNotFoundError(*missing)
        return [image for image in found.values() if image]

    def seen_image(self, image_id: str) -> Image | None:
        """An image that the account can see, or none."""
        if image_id in self.amis:
            return self.amis[image_id]
        found = self._foreign_image(image_id)
        return found if found is not None and found.visible_to(self.account_id) else None

    def _lately_deregistered(self, image_id: str) -> bool:
        """Whether EC2 would still answer with an empty result for an image that is gone."""
        gone_at = self.deregistered.get(image_id)
        return gone_at is not None and time.monotonic() - gone_at < settings.CURRENT.forget_seconds
