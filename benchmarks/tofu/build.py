"""OpenTofu and Terraform's AWS provider, compiled from Go modules into the cache, once.

The provider is the one in the aws plugin, of the same sources and cut down to the same services. An official one has
many more resources, and takes longer to start.
"""

import asyncio
import platform
import shutil
import sys
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path

from dev.engine import cache, provider
from dev.engine.go_builds import PLATFORM, Program, check_go, compile_program
from dev.engine.go_modules import Module, copy_sources, download
from dev.engine.parts import OLDEST
from dev.engine.progress import Progress, Step

TOFU = Module(
    "OpenTofu",
    "github.com/opentofu/opentofu",
    "v1.12.6",
    "h1:0VT4P8pMmGcCUnQ9JDrJ+Qg2d35Vzm4FFd/9+H7oF98=",
    "h1:smR4N0Md4RqsCUJtJUxQq4DKE3CQP9Z/GU05wE/ooaA=",
)
VERSION = TOFU.version.removeprefix("v")
PROVIDER_VERSION = "5.73.0"

_TOFU = Program("OpenTofu", f"{TOFU.path}/cmd/tofu", 60, 300)
_PROVIDER = Program(
    "Terraform's AWS provider",
    "github.com/hashicorp/terraform-provider-aws",
    40,
    200,
    f"github.com/hashicorp/terraform-provider-aws/version.ProviderVersion={PROVIDER_VERSION}",
)
_GO_PLATFORM = f"linux_{ {'x86_64': 'amd64', 'aarch64': 'arm64'}.get(platform.machine(), platform.machine()) }"
_Compile = Callable[[Path, Path, Progress], Coroutine[None, None, None]]
"""Compiles into the second folder, with sources in the first."""

_OVERLAY = OLDEST.folder / "aws" / "overlay"
_MIRRORED = Path("mirror", "registry.opentofu.org", "hashicorp", "aws", PROVIDER_VERSION)


@dataclass(frozen=True)
class Tofu:
    """What was built."""

    program: Path
    mirror: Path
    """The folder from which tofu takes the provider, in place of a registry."""


def ensure() -> Tofu:
    """OpenTofu and the provider, built now if the cache does not have them. Raises `EngineError`."""
    facts = [OLDEST.provider_sum, _PROVIDER.stamp, PLATFORM]
    tofu = cache.root() / f"tofu-{VERSION}-{cache.key([TOFU.sum, PLATFORM], [])}"
    aws = cache.root() / f"tofu-aws-{PROVIDER_VERSION}-{cache.key(facts, [_OVERLAY])}"
    missing = {
        entry: compiled for entry, compiled in ((tofu, _compile_tofu), (aws, _compile_provider)) if not entry.exists()
    }
    if missing:
        progress = Progress(sys.stderr)
        with cache.locked(progress.say):
            asyncio.run(_build(missing, progress))
    return Tofu(tofu / "tofu", aws / "mirror")


async def _build(missing: Mapping[Path, _Compile], progress: Progress) -> None:
    """Fill the entries. Needs the cache's lock."""
    watch = asyncio.create_task(progress.watch())
    try:
        for entry, compiled in missing.items():
            with cache.scratch() as sources, cache.filled(entry) as out:
                await compiled(sources, out, progress)
    finally:
        watch.cancel()


async def _compile_tofu(sources: Path, out: Path, progress: Progress) -> None:
    """Its own go.mod has to be the main module's, because that one replaces a module: hence a copy."""
    copy_sources(await download(TOFU, progress), sources)
    await check_go(progress, [sources])
    await compile_program(progress, _TOFU, sources, out / "tofu")


async def _compile_provider(sources: Path, out: Path, progress: Progress) -> None:
    shutil.copytree(_OVERLAY, sources / "overlay")
    await provider.put_into(sources, OLDEST, progress, ("main.go",))
    source = sources / provider.FOLDER
    # Newer versions of Go do not know this setting any more.
    unknown = ["go", "mod", "edit", "-dropgodebug=tlskyber"]
    await progress.run(Step("taking a setting out of the provider's go.mod", 1), unknown, source)
    folder = out / _MIRRORED / _GO_PLATFORM
    folder.mkdir(parents=True)
    await compile_program(progress, _PROVIDER, source, folder / f"terraform-provider-aws_v{PROVIDER_VERSION}")
