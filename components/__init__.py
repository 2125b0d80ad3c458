"""Pulumi components that name the snapshots behind an image, next to what launches from it."""

from .errors import InputError
from .fleet import Fleet, FleetArgs
from .release_image import ReleaseImage, ReleaseImageArgs

__all__ = ["Fleet", "FleetArgs", "InputError", "ReleaseImage", "ReleaseImageArgs"]
