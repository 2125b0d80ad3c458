"""A clone of the repository, and `make` in it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from snapnames.testing.localaws.control import Control
from snapnames.testing.localaws.daemon import Daemon

from dev.engine import cache
from tests.program import ROOT, Done


@dataclass(frozen=True)
class Clone:
    """The tracked files as they are now, in a folder of their own; the virtual environment is this one."""

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    """What the caller has set beside PATH, HOME and where the engine is cached."""

    @classmethod
    def at(cls, folder: Path, environment: Mapping[str, str] | None = None) -> "Clone":
        """Copy the files."""
        tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
        for name in filter(None, tracked.stdout.split("\0")):
            if (ROOT / name).exists():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name, follow_symlinks=False)
        (folder / ".venv").symlink_to(Path(sys.executable).parent.parent)
        return cls(folder, environment or {})

    @property
    def aws(self) -> Daemon:
        """The clone's local AWS, whether or not it runs."""
        return Daemon(self.folder / ".dev" / "stack")

    @property
    def port(self) -> int:
        """Where it is. Fails the test before the first `make up`."""
        recorded = self.aws.recorded()
        assert recorded, "no local AWS was started here"
        return recorded[1]

    @property
    def control(self) -> Control:
        """What the clone's local AWS says."""
        return Control(self.port)

    def make(self, *targets: str, code: int = 0) -> Done:
        """Run `make` to its end. Fails the test unless it exits with `code`."""
        with self.start(*targets) as process:
            out, _ = process.communicate()
        assert process.returncode == code, f"make {' '.join(targets)} exited with {process.returncode}:\n{out}"
        return Done(process.returncode, out)

    @property
    def variables(self) -> dict[str, str]:
        """The caller's environment."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": os.environ["HOME"],
            "XDG_CACHE_HOME": str(cache.root().parent),
            **self.environment,
        }

    def start(self, *targets: str) -> subprocess.Popen[str]:
        """Start `make` in a process group of its own."""
        return subprocess.Popen(
            ["make", *targets],
            cwd=self.folder,
            env=self.variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            process_group=0,
        )
