"""An empty folder in which a person types commands, before the local AWS."""

import os
import subprocess
import sys
from pathlib import Path

import yaml
from snapnames.testing.environment import sealed
from snapnames.testing.localaws.server import LocalAws

from dev.engine import Engine

from .pythons import client


class Shell:
    """An empty folder, and the environment of a person in it."""

    def __init__(self, folder: Path, aws: LocalAws, engine: Engine) -> None:
        """Make the folder, and one for the state."""
        self.folder, state = folder / "project", folder / "state"
        self.folder.mkdir()
        state.mkdir()
        programs = [Path(sys.executable).parent, engine.bin]
        self.environment = sealed(
            os.environ, path=programs, pulumi_home=engine.home, backend=state, endpoint=aws.url
        ) | {"XDG_STATE_HOME": str(folder / "kept")}

    def __call__(self, program: str, *arguments: str, code: int = 0) -> str:
        """What the program prints. Fails the test unless it ends in this code."""
        named = [*client(), str(Path(sys.executable).with_name(program))] if program == "snapnames" else [program]
        done = subprocess.run(
            [*named, *arguments],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, f"{program} {' '.join(arguments)}:\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def failing(self, command: str, *arguments: str) -> str:
        """What one command on the stack prints that ends in 1."""
        return self("snapnames", command, *arguments, "--stack", "production", code=1)

    def snapnames(self, command: str, *arguments: str) -> str:
        """One command on the stack."""
        return self("snapnames", command, *arguments, "--stack", "production")

    @property
    def config(self) -> dict[str, object]:
        """The config of the stack, as the file has it."""
        found = yaml.safe_load((self.folder / "Pulumi.production.yaml").read_text(encoding="utf-8"))
        return dict(found["config"])
