"""A folder with a program for OpenTofu, and its state."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from snapnames.testing.environment import KEPT, aws_variables

from benchmarks.stage import Named

from .build import Tofu

_PROGRAMS = Path(__file__).resolve().parent / "programs"

_SETTINGS = """provider_installation {{
  filesystem_mirror {{
    path = "{mirror}"
  }}
}}
disable_checkpoint = true
"""
"""Of the tofu command: it asks no registry, and nobody for news."""


class Workspace:
    """One of the programs beside this file, on a local AWS."""

    def __init__(self, folder: Path, program: str, tofu: Tofu, endpoint: str) -> None:
        """Put the program there, and have tofu find its provider."""
        self.folder, self._tofu = folder, tofu
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        settings = folder / "tofurc"
        self.environment = kept | aws_variables(endpoint)
        self.environment |= {"TF_CLI_CONFIG_FILE": str(settings), "TF_IN_AUTOMATION": "1", "TF_VAR_endpoint": endpoint}
        folder.mkdir(parents=True)
        settings.write_text(_SETTINGS.format(mirror=tofu.mirror), encoding="utf-8")
        for name in ("provider", program):
            shutil.copyfile(_PROGRAMS / f"{name}.tf", folder / f"{name}.tf")

    def initialized(self) -> "Workspace":
        """Run `tofu init`, which asks the cache alone. Raises `RuntimeError`."""
        with self.start("init") as process:
            said, _ = process.communicate()
        if process.returncode:
            raise RuntimeError(said)
        return self

    def write_names(self, names: Iterable[Named]) -> None:
        """What the program `names` gives."""
        wanted = {one.label: {"snapshot": one.snapshot_id, "name": one.name} for one in names}
        (self.folder / "names.json").write_text(json.dumps(wanted), encoding="utf-8")

    def forget(self) -> None:
        """Remove the state."""
        for path in self.folder.glob("terraform.tfstate*"):
            path.unlink()

    def start(self, command: str, *options: str, variables: Mapping[str, str] | None = None) -> "subprocess.Popen[str]":
        """Start a command, which asks nothing; lists among the variables are JSON."""
        given = {f"TF_VAR_{name}": value for name, value in (variables or {}).items()}
        return subprocess.Popen(
            [str(self._tofu.program), command, "-input=false", "-no-color", *options],
            cwd=self.folder,
            env=self.environment | given,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
