"""A Pulumi that the user has already: the CLI on PATH, the official plugin in the user's own PULUMI_HOME."""

import os
import shutil
import subprocess
from pathlib import Path

from . import cache, versions
from .parts import Cli, Plugin
from .progress import child_environment

PATIENCE_SECONDS = 20


def find_cli() -> Cli | str:
    """The CLI on PATH, or why there is none to use. What is in the cache does not count."""
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    path = os.pathsep.join(folder for folder in folders if not _ours(Path(folder)))
    command = shutil.which("pulumi", path=path)
    if command is None:
        return "there is no pulumi on PATH"
    version = _version(command)
    if not versions.new_enough(version):
        return f"{command} is {version or 'of an unknown version'}, not {versions.OLDEST_CLI} or a later 3.x"
    # A package manager may link only `pulumi` into PATH; the CLI looks for language hosts beside the real file too.
    for folder in (Path(command).parent, Path(command).resolve().parent):
        if os.access(folder / "pulumi-language-python", os.X_OK):
            return Cli(folder, version.removeprefix("v"), "installed")
    return f"{command} has no pulumi-language-python beside it"


def find_plugin(version: str) -> Plugin | None:
    """The aws plugin of exactly this version in the user's PULUMI_HOME."""
    configured = Path(os.environ.get("PULUMI_HOME", ""))
    home = configured if configured.is_absolute() and not _ours(configured) else Path.home() / ".pulumi"
    return Plugin(home, version, "installed") if holds_plugin(home, version) else None


def holds_plugin(home: Path, version: str) -> bool:
    """Whether the plugin is whole: Pulumi keeps a `.partial` file beside one that it is still installing."""
    folder = home / "plugins" / f"resource-aws-v{version}"
    return (folder / "pulumi-resource-aws").is_file() and not folder.with_name(f"{folder.name}.partial").exists()


def _ours(path: Path) -> bool:
    return path.is_relative_to(cache.root())


def _version(command: str) -> str:
    try:
        answer = subprocess.run(  # noqa: S603 - the pulumi that the user's shell would run too
            [command, "version"],
            env=child_environment(),
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return answer.stdout.strip()
