"""Go modules that are built as the main module, so that no go.sum of ours has their checksums."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from snapnames.testing.engine import EngineError

from . import cache
from .progress import Progress, Step


@dataclass(frozen=True)
class Module:
    """One version of a module, with the checksums that its go.sum lines would have."""

    title: str
    path: str
    version: str
    sum: str
    go_mod_sum: str


async def download(module: Module, progress: Progress) -> Path:
    """The module's folder in Go's module cache. Raises `EngineError` if its content has another checksum."""
    step = Step(f"downloading {module.title}", 20)
    command = ["go", "mod", "download", "-json", f"{module.path}@{module.version}"]
    with cache.scratch() as folder:
        # Go checks a download by the go.sum of the module that asks for it.
        (folder / "go.mod").write_text("module asking\n")
        (folder / "go.sum").write_text(
            f"{module.path} {module.version} {module.sum}\n{module.path} {module.version}/go.mod {module.go_mod_sum}\n"
        )
        answer = json.loads(await progress.run(step, command, folder))
    if answer["Sum"] != module.sum:
        raise EngineError(
            f"{module.path}@{module.version} has the checksum {answer['Sum']}, not {module.sum}: "
            "do not build it; find out what GOPROXY serves"
        )
    return Path(answer["Dir"])


def copy_sources(source: Path, target: Path) -> None:
    """Copy what a build reads, writable: the module cache is read-only."""
    if source.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        return
    for path in source.rglob("*"):
        if path.is_file() and not path.name.endswith("_test.go") and "testdata" not in path.parts:
            copied = target / path.relative_to(source)
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copied)
