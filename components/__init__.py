"""Pulumi components that name the snapshots behind an image, next to what launches from it."""

from .errors import InputError
from .fleet import Fleet, FleetArgs
from .owned_images import OwnedImages, OwnedImagesArgs
from .release_image import ReleaseImage, ReleaseImageArgs

__all__ = [
    "Fleet",
    "FleetArgs",
    "InputError",
    "OwnedImages",
    "OwnedImagesArgs",
    "ReleaseImage",
    "ReleaseImageArgs",
]
