"""The components as a Pulumi package for every language: what the program `pulumi-resource-snapnames` runs.

Its schema is inferred from the components: their inputs, outputs and docstrings are what users of other languages read.
"""

from pulumi.provider.experimental import component_provider_host

from . import Fleet, OwnedImages, ReleaseImage, __version__


def main() -> None:
    """Serve until the engine ends it."""
    component_provider_host([Fleet, OwnedImages, ReleaseImage], "snapnames", version=__version__)
