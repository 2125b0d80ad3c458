"""The Pulumi project that a folder belongs to."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from snapnames.cli.errors import UsageError


class NoStackError(UsageError):
    """There is no project, or no stack of it is selected."""


@dataclass(frozen=True)
class Project:
    """The folder that has the Pulumi.yaml, and the settings in that file."""

    folder: Path
    name: str
    stack_folder: Path
    """Where the stacks' config files are."""

    @classmethod
    def find(cls, folder: Path) -> "Project":
        """Find the project in the folder or above it, as `pulumi` does. Raises `NoStackError` if there is none."""
        for parent in (folder.resolve(), *folder.resolve().parents):
            for file in (parent / "Pulumi.yaml", parent / "Pulumi.yml"):
                if file.is_file():
                    settings: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
                    # In old files, `config` is a text with this folder.
                    old = settings.get("config")
                    stacks = settings.get("stackConfigDir") or (old if isinstance(old, str) else "")
                    return cls(parent, settings["name"], parent / stacks)
        raise NoStackError(
            f"{folder} has no Pulumi.yaml, and no folder above has one; the command works in a Pulumi project: change "
            "to it, or give --cwd"
        )
