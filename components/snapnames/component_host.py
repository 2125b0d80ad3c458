"""The executable `pulumi-resource-snapnames`, which serves the components to programs in every language.

Pulumi infers its schema from the components. Users of other languages read their inputs, outputs and docstrings there.
"""

import inspect

from pulumi.provider.experimental import component_provider_host

from snapnames import Fleet, ImageCopy, OwnedImages, ReleaseImage, __version__
from snapnames.fleet import InstanceRefresh
from snapnames.own_process import lighten_program


def main() -> None:
    """Serve until the engine ends it."""
    lighten_program()
    for described in (Fleet, ImageCopy, InstanceRefresh, OwnedImages, ReleaseImage):
        # Python before 3.13 keeps the indentation, and the documentation of other languages would show it as code.
        described.__doc__ = inspect.cleandoc(described.__doc__ or "")
    component_provider_host([Fleet, ImageCopy, OwnedImages, ReleaseImage], "snapnames", version=__version__)
