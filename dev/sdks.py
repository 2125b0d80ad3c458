"""The SDKs of the components for TypeScript and Go, made into `sdk/` as a publisher makes them: `make sdks`.

A Python SDK is not made, because the wheel itself is what a Python program imports.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from .engine import EngineError
from .engine.language_hosts import ensure_sdks
from .project import ROOT

SCHEMA = ROOT / "docs" / "schema.json"
FOLDER = ROOT / "sdk"
GO_MODULE = "example.com/pulumi-snapnames/sdk/go"
"""What Pulumi's generator calls the module of a schema that names no repository."""

_SCRATCH = ROOT / ".dev" / "sdks"
_EXAMPLES = ROOT / "examples"


class SdkError(Exception):
    """An SDK can't be made; the message has what the tool printed."""


def main() -> int:
    """Make both, and print where they are; the exit code is 1 if one can't be made."""
    try:
        for made in (typescript(FOLDER), go(FOLDER)):
            print(made.relative_to(ROOT))
    except (EngineError, SdkError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def typescript(folder: Path) -> Path:
    """The package that `npm install` takes, compiled by the locked packages of the example; gives its file.

    Two packages of the same schema are the same, byte for byte: npm writes no times into them.
    """
    scratch = _generated("nodejs")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(_EXAMPLES / "typescript" / name, scratch.parent)
    _run(scratch.parent, "npm", "ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund")
    _run(scratch, scratch.parent / "node_modules" / ".bin" / "tsc")
    _fill(folder / "typescript", {})
    for beside in (scratch / "package.json", scratch / "README.md", ROOT / "LICENSE"):
        shutil.copy(beside, scratch / "bin")
    told = _run(scratch / "bin", "npm", "pack", "--json", "--pack-destination", folder / "typescript")
    return folder / "typescript" / str(json.loads(told)[0]["filename"])


def go(folder: Path) -> Path:
    """The Go module, which compiles; gives its folder. Its dependencies are those of the example, with their hashes."""
    scratch = _generated("go")
    for name in ("go.mod", "go.sum"):
        shutil.copy(_EXAMPLES / "go" / name, scratch)
    shutil.copy(ROOT / "LICENSE", scratch)
    _run(scratch, "go", "mod", "edit", f"-module={GO_MODULE}")
    _run(scratch, "go", "mod", "tidy")
    _run(scratch, "go", "vet", "./...")
    _fill(folder / "go", {path.relative_to(scratch): path for path in scratch.rglob("*") if path.is_file()})
    return folder / "go"


def _generated(language: str) -> Path:
    """A folder with the sources, as Pulumi's generator writes them."""
    scratch = _SCRATCH / language / "package"
    shutil.rmtree(scratch.parent, ignore_errors=True)
    scratch.mkdir(parents=True)
    _run(scratch, ensure_sdks(), SCHEMA, language, scratch)
    return scratch


def _fill(folder: Path, files: dict[Path, Path]) -> None:
    """Make the folder hold just these files."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, path in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)


def _run(folder: Path, *command: object) -> str:
    words = [*map(str, command)]
    try:
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 -- no shell
    except FileNotFoundError as error:
        raise SdkError(f"{words[0]} is not on PATH: the SDKs need npm and go") from error
    if done.returncode:
        raise SdkError(f"{' '.join(words)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
