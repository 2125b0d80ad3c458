"""Which engine is used: what is installed, then what the cache holds, then official releases, then a build."""

import asyncio
import shutil
import sys
from collections.abc import Coroutine, Iterable
from typing import Any

from snapnames.testing import engine as installed
from snapnames.testing.engine import Cli, Engine, EngineError, Plugin

from . import cache, downloads, go_builds
from .progress import Progress


def find() -> Engine | None:
    """The engine that is there already. Asks no network and builds nothing."""
    cli = _find_cli()
    plugin = _find_plugin(installed.sdk("pulumi-aws"))
    return Engine.of(cli, plugin) if cli and plugin else None


def ensure() -> Engine:
    """The engine that is there, or one downloaded or built now; progress goes to stderr.

    Raises EngineError, which says what to install, where there is no way to one.
    """
    engine = find()
    if engine:
        return engine
    progress = Progress(sys.stderr)
    with cache.locked(progress.say):
        asyncio.run(_complete(progress))
        engine = find()
    if engine is None:
        raise EngineError(f"{cache.root()} has no engine just after one was put there: another process deletes from it")
    return engine


async def _complete(progress: Progress) -> None:
    """Get what is missing, with lines about it while it takes."""
    watch = asyncio.create_task(progress.watch())
    try:
        await _download(progress)
        await _build(progress)
    finally:
        watch.cancel()


async def _download(progress: Progress) -> None:
    """Fetch the official releases of what is missing. A failure is told, and leaves the part to be built."""
    version = installed.sdk("pulumi-aws")
    cli, plugin = _find_cli(), _find_plugin(version)
    if cli and plugin:
        return
    if not downloads.reachable():
        progress.say(f"{downloads.SITE} does not answer: no official releases")
        return
    try:
        if cli is None:
            await downloads.fetch_cli(progress)
            cli = _find_cli()
        if cli and plugin is None:
            await downloads.fetch_plugin(cli, version, progress)
    except EngineError as error:
        progress.say(str(error))


async def _build(progress: Progress) -> None:
    """Compile what is still missing, the CLI and the plugin side by side."""
    version = installed.sdk("pulumi-aws")
    cli, plugin = _find_cli(), _find_plugin(version)
    if cli and plugin:
        return
    if shutil.which("go") is None:
        raise EngineError(_nothing_works(version))
    await go_builds.check_go(progress)
    with cache.scratch() as built:
        builds = [
            *([] if cli else [go_builds.build_cli(progress)]),
            *([] if plugin else [go_builds.build_plugin(version, built, progress)]),
        ]
        await _side_by_side(builds)
        cli = _find_cli()
        if cli and plugin is None:
            await go_builds.install_plugin(version, built, cli, progress)


async def _side_by_side(works: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Do all of them; the first failure ends the others before it goes on."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _find_cli() -> Cli | None:
    theirs = installed.find_cli(cache.root())
    return theirs if isinstance(theirs, Cli) else downloads.find_cli() or go_builds.find_cli()


def _find_plugin(version: str) -> Plugin | None:
    return (
        installed.find_plugin(version, cache.root()) or downloads.find_plugin(version) or go_builds.find_plugin(version)
    )


def _nothing_works(version: str) -> str:
    theirs = installed.find_cli(cache.root())
    missing = theirs if isinstance(theirs, str) else f"the aws plugin {version} is not installed"
    return (
        f"there is no Pulumi engine here, and no way to one: {missing}; {downloads.SITE} gives no releases; "
        "and there is no go on PATH to build with. "
        f"Install Pulumi {installed.OLDEST_CLI} or a later 3.x, and run "
        f"`pulumi plugin install resource aws {version}`; "
        f"or install Go {go_builds.go_wanted()} or newer"
    )
