"""What an engine consists of, and where each part came from."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Origin = Literal["installed", "downloaded", "built"]
"""Found on this machine, an official release in the cache, or compiled from Go modules into the cache."""


class EngineError(Exception):
    """There is no engine; the message says why, and what to do next."""


@dataclass(frozen=True)
class Cli:
    """A folder with `pulumi` and `pulumi-language-python` in it."""

    bin: Path
    version: str
    origin: Origin


@dataclass(frozen=True)
class Plugin:
    """A PULUMI_HOME whose plugins folder holds the aws plugin."""

    home: Path
    version: str
    origin: Origin


@dataclass(frozen=True)
class Engine:
    """A CLI and a plugin that work together: put `bin` first on PATH, and set PULUMI_HOME to `home`."""

    bin: Path
    home: Path
    cli_version: str
    cli_origin: Origin
    plugin_version: str
    plugin_origin: Origin

    @classmethod
    def of(cls, cli: Cli, plugin: Plugin) -> "Engine":
        """Join the two."""
        return cls(cli.bin, plugin.home, cli.version, cli.origin, plugin.version, plugin.origin)

    def environment(self) -> dict[str, str]:
        """The variables that make a child process use this engine; everything else is the caller's."""
        return {
            "PATH": os.pathsep.join([str(self.bin), os.environ.get("PATH", os.defpath)]),
            "PULUMI_HOME": str(self.home),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }

    def __str__(self) -> str:
        """Two lines for people."""
        return (
            f"engine: Pulumi {self.cli_version} ({said(self.cli_origin)}, {self.bin})\n"
            f"plugin: aws {self.plugin_version} ({said(self.plugin_origin)}, PULUMI_HOME={self.home})"
        )


def said(origin: Origin) -> str:
    """The origin in words."""
    words: dict[Origin, str] = {
        "installed": "installed",
        "downloaded": "official release, downloaded",
        "built": "built from Go modules",
    }
    return words[origin]
