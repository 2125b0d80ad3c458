"""Terraform's AWS provider as a folder of Go sources, cut down to the services that the plugin uses."""

import shutil
from pathlib import Path

from .go_modules import Module, copy_sources, download
from .parts import PROVIDER, Parts
from .progress import Progress

FOLDER = "terraform-provider-aws"
NEEDED = ("go.mod", "go.sum", "internal", "names", "version", "xpprovider")


async def put_into(source: Path, parts: Parts, progress: Progress, more: tuple[str, ...] = ()) -> None:
    """Put the provider where the plugin's go.mod replaces it from. Needs the cache's lock.

    Go takes no `-overlay` for files beneath its module cache, hence a copy. `more`: other files of the provider that
    are wanted.
    """
    module = Module("Terraform's AWS provider", PROVIDER, parts.provider, parts.provider_sum, parts.provider_go_mod_sum)
    folder = await download(module, progress)
    for name in (*NEEDED, *more):
        copy_sources(folder / name, source / FOLDER / name)
    shutil.copytree(source / "overlay", source / FOLDER, dirs_exist_ok=True, copy_function=shutil.copyfile)
