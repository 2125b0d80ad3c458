"""The components as a Pulumi package for every language: what the program `pulumi-resource-snapnames` runs.

Its schema is inferred from the components: their inputs, outputs and docstrings are what users of other languages read.
"""

import inspect

from pulumi.provider.experimental import component_provider_host

from snapnames import Fleet, OwnedImages, ReleaseImage, __version__
from snapnames.fleet import InstanceRefresh


def main() -> None:
    """Serve until the engine ends it."""
    for described in (Fleet, InstanceRefresh, OwnedImages, ReleaseImage):
        # Python before 3.13 keeps the indentation, which is a code block in the documentation of other languages.
        described.__doc__ = inspect.cleandoc(described.__doc__ or "")
    component_provider_host([Fleet, OwnedImages, ReleaseImage], "snapnames", version=__version__)
