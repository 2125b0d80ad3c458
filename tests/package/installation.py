"""The wheel, and virtual environments that it is installed into: nothing of this repository is in them."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.program import ROOT

UV = Path(sys.executable).with_name("uv")
_OURS = {"PATH", "HOME", "TMPDIR", "LANG", "XDG_CACHE_HOME"}
_INDEX = ("UV_", "PIP_", "SSL_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")


def run(
    *command: object, cwd: Path, code: int = 0, variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command that sees no AWS or Pulumi setting of the caller. Fails the test unless it exits with `code`."""
    kept = {name: value for name, value in os.environ.items() if name in _OURS or name.startswith(_INDEX)}
    done = subprocess.run(
        [*map(str, command)], cwd=cwd, env={**kept, **(variables or {})}, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, f"{' '.join(map(str, command))}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done


def locked() -> list[str]:
    """The versions of requirements.lock, as constraints."""
    return re.findall(
        r"^([a-z0-9._-]+==[^ ]+(?: ; [^\\\n]+)?)",
        (ROOT / "requirements.lock").read_text(encoding="utf-8"),
        re.MULTILINE,
    )


def interpreters() -> dict[str, str]:
    """The Pythons on this machine that the package supports, as `3.11` to its path; the one of the tests among them."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    found = {"3.{1}".format(*sys.version_info): sys.executable}
    for minor in range(11, 15):
        elsewhere = [*pyenv.glob(f"versions/3.{minor}.*/bin/python3"), *Path("/usr/bin").glob(f"python3.{minor}")]
        for python in elsewhere[:1]:
            found.setdefault(f"3.{minor}", str(python))
    return dict(sorted(found.items(), key=lambda item: int(item[0].partition(".")[2])))


@dataclass(frozen=True)
class Installation:
    """A virtual environment with the wheel in it."""

    folder: Path

    @classmethod
    def of(
        cls,
        folder: Path,
        wheel: Path,
        extras: str,
        constraints: Sequence[str],
        python: str = "",
        more: Sequence[str] = (),
    ) -> "Installation":
        """Make one; `extras` as `cli,testing`, `more` are other packages beside the wheel."""
        made = cls(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        pins = folder.with_name(f"{folder.name}.txt")
        pins.write_text("\n".join(constraints), encoding="utf-8")
        # pip is in it because Pulumi's language host asks it what is installed.
        run(UV, "venv", "--quiet", "--seed", "--python", python or sys.executable, folder, cwd=folder.parent)
        named = f"pulumi-snapnames[{extras}] @ {wheel.as_uri()}"
        run(
            *(UV, "pip", "install", "--quiet", "--python", made.python, "--constraint", pins, named, *more),
            cwd=folder.parent,
        )
        return made

    @property
    def bin(self) -> Path:
        """Its programs."""
        return self.folder / "bin"

    @property
    def python(self) -> Path:
        """Its Python."""
        return self.bin / "python"

    def run(
        self, *command: object, cwd: Path, code: int = 0, variables: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run one of its programs, outside the repository."""
        return run(self.bin / str(command[0]), *command[1:], cwd=cwd, code=code, variables=variables)
