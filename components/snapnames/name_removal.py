"""The path by which states of earlier versions hold the class of their dynamic provider: it has to stay importable."""

from snapnames.resources.name_removal import NameRemoval, _Provider

__all__ = ["NameRemoval", "_Provider"]
