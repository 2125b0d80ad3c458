"""The Pulumi engine that is installed on this machine: the CLI, its Python language host and the aws plugin.

Nothing is downloaded or built here: a test run of a user's project must not begin to compile Pulumi.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from semver import Version

OLDEST_CLI = Version(3, 230, 0)
"""The oldest CLI that the tests of this package run with; a later CLI of the same major version works too."""

PATIENCE_SECONDS = 20
"""How long `pulumi version` may take."""

Origin = Literal["installed", "downloaded", "built"]
"""Found on this machine, an official release in a cache, or compiled from Go modules into a cache."""


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


def installed() -> Engine:
    """The engine of this machine. Raises `EngineError`, which says what to install, where a part is missing."""
    cli, version = find_cli(), sdk("pulumi-aws")
    if isinstance(cli, str):
        raise EngineError(f"{cli}: install Pulumi {OLDEST_CLI} or a later 3.x with its Python language host")
    plugin = find_plugin(version)
    if plugin is None:
        raise EngineError(
            f"the aws plugin {version} is not installed; the Python package pulumi-aws {version} needs that version: "
            f"run `pulumi plugin install resource aws {version}`"
        )
    return Engine.of(cli, plugin)


def find_cli(ignored: Path | None = None) -> Cli | str:
    """The CLI on PATH, or why there is none to use. What is in the folder `ignored` does not count."""
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    path = os.pathsep.join(folder for folder in folders if not _within(Path(folder), ignored))
    command = shutil.which("pulumi", path=path)
    if command is None:
        return "there is no pulumi on PATH"
    version = _version(command)
    if not new_enough(version):
        return f"{command} is {version or 'of an unknown version'}, not {OLDEST_CLI} or a later 3.x"
    # A package manager may link only `pulumi` into PATH; the CLI looks for language hosts beside the real file too.
    for folder in (Path(command).parent, Path(command).resolve().parent):
        if os.access(folder / "pulumi-language-python", os.X_OK):
            return Cli(folder, version.removeprefix("v"), "installed")
    return f"{command} has no pulumi-language-python beside it"


def find_plugin(version: str, ignored: Path | None = None) -> Plugin | None:
    """The aws plugin of exactly this version in the user's PULUMI_HOME, unless that is in the folder `ignored`."""
    configured = Path(os.environ.get("PULUMI_HOME", ""))
    theirs = configured.is_absolute() and not _within(configured, ignored)
    home = configured if theirs else Path.home() / ".pulumi"
    return Plugin(home, version, "installed") if holds_plugin(home, version) else None


def holds_plugin(home: Path, version: str) -> bool:
    """Whether the plugin is whole: Pulumi keeps a `.partial` file beside one that it is still installing."""
    folder = home / "plugins" / f"resource-aws-v{version}"
    return (folder / "pulumi-resource-aws").is_file() and not folder.with_name(f"{folder.name}.partial").exists()


def sdk(package: str) -> str:
    """The version of an installed Python package, for example `pulumi-aws`: its plugin has the same version."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        raise EngineError(
            f"the Python package {package} is not installed, and its version decides which engine fits: install it "
            "into this virtual environment"
        ) from None


def new_enough(version: str) -> bool:
    """Whether a CLI of this version runs the programs of this package.

    >>> [new_enough(version) for version in ("v3.229.9", "v3.230.0", "v3.300.1", "v4.0.0", "dirty")]
    [False, True, True, False, False]
    """
    try:
        parsed = Version.parse(version.removeprefix("v"))
    except ValueError:
        return False
    return parsed >= OLDEST_CLI and parsed.major == OLDEST_CLI.major


def _within(path: Path, folder: Path | None) -> bool:
    return folder is not None and path.is_relative_to(folder)


def _version(command: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    try:
        answer = subprocess.run(  # noqa: S603 - the pulumi that the user's shell would run too
            [command, "version"],
            env={**kept, "PULUMI_SKIP_UPDATE_CHECK": "true"},
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return answer.stdout.strip()
