"""Terraform's AWS provider as a folder of Go sources, cut down to the services that the plugin uses."""

import json
import shutil
from pathlib import Path

from snapnames.testing.engine import EngineError

from . import cache
from .parts import PROVIDER, Parts
from .progress import Progress, Step

FOLDER = "terraform-provider-aws"
NEEDED = ("go.mod", "go.sum", "internal", "names", "version", "xpprovider")


async def put_into(source: Path, parts: Parts, progress: Progress) -> None:
    """Put the provider where the plugin's go.mod replaces it from. Needs the cache's lock.

    Go takes no `-overlay` for files beneath its module cache, hence a copy.
    """
    module = await _download(parts, progress)
    for name in NEEDED:
        _copy(module / name, source / FOLDER / name)
    shutil.copytree(source / "overlay", source / FOLDER, dirs_exist_ok=True, copy_function=shutil.copyfile)


async def _download(parts: Parts, progress: Progress) -> Path:
    """The module's folder in Go's module cache, its content checked against the sums in parts.py."""
    version = parts.provider
    step = Step("downloading Terraform's AWS provider", 20)
    command = ["go", "mod", "download", "-json", f"{PROVIDER}@{version}"]
    with cache.scratch() as folder:
        # A replaced module has no line in the plugin's own go.sum.
        (folder / "go.mod").write_text("module provider\n")
        (folder / "go.sum").write_text(
            f"{PROVIDER} {version} {parts.provider_sum}\n{PROVIDER} {version}/go.mod {parts.provider_go_mod_sum}\n"
        )
        answer = json.loads(await progress.run(step, command, folder))
    if answer["Sum"] != parts.provider_sum:
        raise EngineError(
            f"{PROVIDER}@{version} has the checksum {answer['Sum']}, not {parts.provider_sum}: "
            "do not build it; find out what GOPROXY serves"
        )
    return Path(answer["Dir"])


def _copy(source: Path, target: Path) -> None:
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
