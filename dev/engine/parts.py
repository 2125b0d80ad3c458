"""What an engine is built of: two sets of parts, years apart, and which of them is built.

The versions of the CLI's and the plugin's own modules stand in the go.mod files of each set's folder.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from snapnames.testing.engine import EngineError

HERE = Path(__file__).parent

CHOICE = "SNAPNAMES_ENGINE"
"""The variable that names a set. Then that set is built and used, whatever is installed."""

PROVIDER = "github.com/upbound/terraform-provider-aws"
"""Terraform's AWS provider, published with an exported package around it (HashiCorp's own has internal ones only)."""


@dataclass(frozen=True)
class Parts:
    """A CLI and a plugin that are built together, from the modules in the folder of the same name."""

    name: str
    cli: str
    """The version that `cli/go.mod` requires of github.com/pulumi/pulumi/pkg/v3."""
    provider: str
    """The version of Terraform's AWS provider. `aws/go.mod` replaces it by a folder, so go.sum has no line for it."""
    provider_sum: str
    provider_go_mod_sum: str
    cli_seconds: int
    """What the CLI's compilation takes on two cores, with the plugin's beside it."""
    plugin_seconds: int

    @property
    def folder(self) -> Path:
        """Has the modules `cli` and `aws`."""
        return HERE / self.name


OLDEST = Parts(
    name="oldest",
    cli="3.230.0",
    provider="v0.0.0-20241030110634-947d82e10dea",
    provider_sum="h1:fCIWI3X1wMTJj+TRT73R24lJiUr6f9NziJopRla43qY=",
    provider_go_mod_sum="h1:kfVfff4V6sJ9334xo8IGXujnopyDIqb7TjB4bVDJFH0=",
    cli_seconds=190,
    plugin_seconds=200,
)
"""The oldest CLI that this package works with, and Terraform's provider of October 2024 (5.73)."""

NEWEST = Parts(
    name="newest",
    cli="3.274.1",
    provider="v0.0.0-20260305123303-f7691456b787",
    provider_sum="h1:dJlp2eNgY/iVKTPINdguYlHbHc9CtXBZKmQmqYq0REs=",
    provider_go_mod_sum="h1:WOPLTXSK2ZhAuuLIh2EVZ9zWib65hkmw1XLc227hsuQ=",
    cli_seconds=260,
    plugin_seconds=190,
)
"""Terraform's provider of March 2026 (6.34), the major version that pulumi-aws 7 is made of."""

SETS = {parts.name: parts for parts in (OLDEST, NEWEST)}
DEFAULT = OLDEST


def chosen() -> Parts | None:
    """The set that the user's environment names. Raises `EngineError` for a name that is none."""
    name = os.environ.get(CHOICE, "")
    if not name:
        return None
    if name not in SETS:
        raise EngineError(f"{CHOICE} is {name!r}: set it to {' or '.join(SETS)}, or unset it")
    return SETS[name]


def go_wanted(modules: list[Path]) -> str:
    """The newest Go version that these folders' go.mod files ask for, e.g. `1.25.8`."""
    lines = [re.search(r"^go (\S+)$", (module / "go.mod").read_text(), re.MULTILINE) for module in modules]
    return max((line[1] for line in lines if line), key=numbers)


def numbers(version: str) -> list[int]:
    """The numbers of a version, to compare it by.

    >>> numbers("go1.26.6") < numbers("go1.26.10")
    True
    """
    return [int(number) for number in re.findall(r"\d+", version)]
