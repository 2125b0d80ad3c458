"""Which versions make an engine. Those of the built CLI's and plugin's own modules stand in the go.mod files."""

from importlib import metadata

from semver import Version

from .parts import EngineError

OLDEST_CLI = Version(3, 230, 0)
"""What the project is tested with; a later CLI of the same major version does too."""

BUILT_CLI = "3.230.0"
"""What engine/cli/go.mod requires of github.com/pulumi/pulumi/pkg/v3."""

PROVIDER = "github.com/upbound/terraform-provider-aws"
"""Terraform's AWS provider, published with an exported package around it (HashiCorp's own has internal ones only)."""

PROVIDER_VERSION = "v0.0.0-20241030110634-947d82e10dea"
PROVIDER_SUM = "h1:fCIWI3X1wMTJj+TRT73R24lJiUr6f9NziJopRla43qY="
PROVIDER_GO_MOD_SUM = "h1:kfVfff4V6sJ9334xo8IGXujnopyDIqb7TjB4bVDJFH0="


def sdk(package: str) -> str:
    """The version of an installed Python package, e.g. `pulumi-aws`: its plugin has the same."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        raise EngineError(
            f"the Python package {package} is not installed, and its version decides which engine fits: "
            "install requirements.lock into this virtual environment"
        ) from None


def new_enough(version: str) -> bool:
    """Whether a CLI of this version runs the project's programs.

    >>> [new_enough(version) for version in ("v3.229.9", "v3.230.0", "v3.300.1", "v4.0.0", "dirty")]
    [False, True, True, False, False]
    """
    try:
        parsed = Version.parse(version.removeprefix("v"))
    except ValueError:
        return False
    return parsed >= OLDEST_CLI and parsed.major == OLDEST_CLI.major
