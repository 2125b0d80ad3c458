"""Which aws plugin the resources and reads of this package ask for, without the SDK's classes.

`pulumi_aws` comes with 180 modules for EC2 alone: 0.4 s of every run, and 60 MB.
"""

from functools import cache
from importlib import metadata


@cache
def plugin_version() -> str:
    """The version of the installed SDK, which every resource of the SDK asks for too."""
    return metadata.version("pulumi-aws")
