"""Pulumi components that name the snapshots behind an image, next to what launches from it.

A class is imported when it is first asked for: the command and the tests' plugin live in this package too, and start
without Pulumi.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from snapnames.errors import InputError
    from snapnames.fleet import Fleet, FleetArgs
    from snapnames.image_copy import ImageCopy, ImageCopyArgs
    from snapnames.owned_images import OwnedImages, OwnedImagesArgs
    from snapnames.program.service import Service
    from snapnames.release_image import ReleaseImage, ReleaseImageArgs

__all__ = [
    "Fleet",
    "FleetArgs",
    "ImageCopy",
    "ImageCopyArgs",
    "InputError",
    "OwnedImages",
    "OwnedImagesArgs",
    "ReleaseImage",
    "ReleaseImageArgs",
    "Service",
]
__version__ = "0.1.0"

_MODULES = {
    "Fleet": "fleet",
    "FleetArgs": "fleet",
    "ImageCopy": "image_copy",
    "ImageCopyArgs": "image_copy",
    "InputError": "errors",
    "OwnedImages": "owned_images",
    "OwnedImagesArgs": "owned_images",
    "ReleaseImage": "release_image",
    "ReleaseImageArgs": "release_image",
    "Service": "program.service",
}


def __getattr__(name: str) -> object:
    """A public class, imported now."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_MODULES[name]}", __name__), name)
