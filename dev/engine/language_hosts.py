"""Pulumi's language hosts of other languages than Python, compiled from the Go modules in `hosts/` into the cache.

Only the tests that run a program in such a language need them. A host is older than the CLI, which asks it for a
program's run and no more. So SDKs are made without a host, by the generators of the CLI's own version in `sdks/`.
"""

import asyncio
import sys
from pathlib import Path

from . import cache
from .go_builds import PLATFORM, Program, check_go, compile_program
from .parts import HERE
from .progress import Progress

HOSTS = {
    "yaml": Program("the YAML language host", "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml", 20, 60),
    "go": Program("the Go language host", "github.com/pulumi/pulumi/sdk/v3/go/pulumi-language-go", 10, 15),
    "nodejs": Program(
        "the Node.js language host", "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs", 10, 20
    ),
}
"""Runtime, as Pulumi.yaml names it, to its host."""

SDKS = Program("the generators of SDKs", "snapnames/engine/sdks", 20, 60)


def ensure_host(runtime: str) -> Path:
    """The folder with the host of that runtime, built now if the cache does not have it. Raises `EngineError`."""
    return _ensure(f"host-{runtime}", HOSTS[runtime], HERE / "hosts" / runtime)


def ensure_sdks() -> Path:
    """The program that makes SDKs, built now if the cache does not have it. Raises `EngineError`."""
    return _ensure("sdks", SDKS, HERE / "sdks") / "sdks"


def _ensure(name: str, program: Program, source: Path) -> Path:
    entry = cache.root() / f"{name}-{cache.key([program.package, PLATFORM], [source])}"
    if not entry.exists():
        progress = Progress(sys.stderr)
        with cache.locked(progress.say):
            if not entry.exists():
                asyncio.run(_build(program, source, entry, progress))
    return entry


async def _build(program: Program, source: Path, entry: Path, progress: Progress) -> None:
    watch = asyncio.create_task(progress.watch())
    try:
        await check_go(progress, [source])
        with cache.filled(entry) as folder:
            await compile_program(progress, program, source, folder / program.package.rpartition("/")[2])
    finally:
        watch.cancel()
