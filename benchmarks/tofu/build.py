"""OpenTofu and Terraform's AWS provider, compiled from Go modules into the cache, once.

The provider is the one in the aws plugin, of the same sources and cut down to the same services. An official one has
many more resources, and takes longer to start.
"""

import asyncio
import os
import platform
import shutil
import sys
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
_MIRRORED = Path("mirror", "registry.opentofu.org", "hashicorp", "aws", PROVIDER_VERSION)


@dataclass(frozen=True)
class Tofu:
    """What was built."""

    program: Path
    settings: Path
    """The CLI's own config file, which has it take the provider from the cache and ask nobody for news."""

    def environment(self) -> dict[str, str]:
        """What tofu has to find in its environment."""
        return {"TF_CLI_CONFIG_FILE": str(self.settings), "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}


def ensure() -> Tofu:
    """OpenTofu with the provider, built now if the cache does not have it. Raises `EngineError`."""
    overlay = OLDEST.folder / "aws" / "overlay"
    facts = [TOFU.sum, OLDEST.provider_sum, _PROVIDER.stamp, PLATFORM]
    entry = cache.root() / f"tofu-{TOFU.version}-{cache.key(facts, [overlay])}"
    if not entry.exists():
        progress = Progress(sys.stderr)
        with cache.locked(progress.say):
            if not entry.exists():
                asyncio.run(_build(overlay, entry, progress))
    return Tofu(entry / "tofu", entry / "tofurc")


async def _build(overlay: Path, entry: Path, progress: Progress) -> None:
    watch = asyncio.create_task(progress.watch())
    try:
        with cache.scratch() as sources, cache.filled(entry) as out:
            await _compile_tofu(sources, out, progress)
            await _compile_provider(sources, overlay, out, progress)
            _write_settings(out, entry)
    finally:
        watch.cancel()


async def _compile_tofu(sources: Path, out: Path, progress: Progress) -> None:
    """Its own go.mod has to be the main module's, because that one replaces a module: hence a copy."""
    source = sources / "tofu"
    copy_sources(await download(TOFU, progress), source)
    await check_go(progress, [source])
    await compile_program(progress, _TOFU, source, out / "tofu")


async def _compile_provider(sources: Path, overlay: Path, out: Path, progress: Progress) -> None:
    shutil.copytree(overlay, sources / "overlay")
    await provider.put_into(sources, OLDEST, progress, ("main.go",))
    source = sources / provider.FOLDER
    # Newer versions of Go do not know this setting any more.
    unknown = ["go", "mod", "edit", "-dropgodebug=tlskyber"]
    await progress.run(Step("taking a setting out of the provider's go.mod", 1), unknown, source)
    folder = out / _MIRRORED / _GO_PLATFORM
    folder.mkdir(parents=True)
    await compile_program(progress, _PROVIDER, source, folder / f"terraform-provider-aws_v{PROVIDER_VERSION}")


def _write_settings(out: Path, entry: Path) -> None:
    (out / "tofurc").write_text(
        "provider_installation {\n"
        f'  filesystem_mirror {{\n    path = "{entry / "mirror"}"\n  }}\n'
        "}\n"
        "disable_checkpoint = true\n"
    )


if __name__ == "__main__":
    os.nice(10)
    print(ensure().program)
