"""Which engine is used: what is installed, then what the cache holds, then official releases, then a build.

If the user's environment names a set of parts, then only what was built of that set, or is built now.
"""

import asyncio
import shutil
import sys
from collections.abc import Coroutine, Iterable
from typing import Any

from snapnames.testing import engine as installed
from snapnames.testing.engine import Cli, Engine, EngineError, Plugin

from . import cache, downloads, go_builds
from .parts import CHOICE, DEFAULT, Parts, chosen, go_wanted
from .progress import Progress


def find(parts: Parts | None = None) -> Engine | None:
    """The engine that is there already: of these parts, or else of those that the user's environment names, or any.

    Asks no network and builds nothing.
    """
    return _found(parts or chosen())


def _found(wanted: Parts | None) -> Engine | None:
    cli = _find_cli(wanted)
    plugin = _find_plugin(wanted, installed.sdk("pulumi-aws"))
    return Engine.of(cli, plugin) if cli and plugin else None


def ensure(parts: Parts | None = None) -> Engine:
    """The engine that `find` gives, or one downloaded or built now; progress goes to stderr.

    Raises EngineError, which says what to install, where there is no way to one.
    """
    wanted = parts or chosen()
    engine = _found(wanted)
    if engine:
        return engine
    progress = Progress(sys.stderr)
    with cache.locked(progress.say):
        asyncio.run(_complete(wanted, progress))
        engine = _found(wanted)
    if engine is None:
        raise EngineError(f"{cache.root()} has no engine just after one was put there: another process deletes from it")
    return engine


async def _complete(wanted: Parts | None, progress: Progress) -> None:
    """Get what is missing, with lines about it while it takes."""
    watch = asyncio.create_task(progress.watch())
    try:
        if wanted is None:
            await _download(progress)
        await _build(wanted, progress)
    finally:
        watch.cancel()


async def _download(progress: Progress) -> None:
    """Fetch the official releases of what is missing. A failure is told, and leaves the part to be built."""
    version = installed.sdk("pulumi-aws")
    cli, plugin = _find_cli(None), _find_plugin(None, version)
    if cli and plugin:
        return
    if not downloads.reachable():
        progress.say(f"{downloads.SITE} does not answer: no official releases")
        return
    try:
        if cli is None:
            await downloads.fetch_cli(progress)
            cli = _find_cli(None)
        if cli and plugin is None:
            await downloads.fetch_plugin(cli, version, progress)
    except EngineError as error:
        progress.say(str(error))


async def _build(wanted: Parts | None, progress: Progress) -> None:
    """Compile what is still missing, the CLI and the plugin side by side."""
    version = installed.sdk("pulumi-aws")
    cli, plugin = _find_cli(wanted), _find_plugin(wanted, version)
    if cli and plugin:
        return
    parts = wanted or DEFAULT
    if shutil.which("go") is None:
        raise EngineError(_nothing_works(wanted, version))
    await go_builds.check_go(progress, go_builds.modules(parts))
    with cache.scratch() as built:
        builds = [
            *([] if cli else [go_builds.build_cli(parts, progress)]),
            *([] if plugin else [go_builds.build_plugin(version, parts, built, progress)]),
        ]
        await _side_by_side(builds)
        cli = _find_cli(wanted)
        if cli and plugin is None:
            await go_builds.install_plugin(version, parts, built, cli, progress)


async def _side_by_side(works: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Do all of them; the first failure ends the others before it goes on."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _find_cli(wanted: Parts | None) -> Cli | None:
    """The CLI that was built of the wanted parts; if any CLI will do, the first that is there."""
    if wanted:
        return go_builds.find_cli(wanted)
    theirs = installed.find_cli(cache.root())
    return theirs if isinstance(theirs, Cli) else downloads.find_cli() or go_builds.find_cli(DEFAULT)


def _find_plugin(wanted: Parts | None, version: str) -> Plugin | None:
    """The same for the plugin."""
    if wanted:
        return go_builds.find_plugin(version, wanted)
    theirs = installed.find_plugin(version, cache.root()) or downloads.find_plugin(version)
    return theirs or go_builds.find_plugin(version, DEFAULT)


def _nothing_works(wanted: Parts | None, version: str) -> str:
    go = go_wanted(go_builds.modules(wanted or DEFAULT))
    if wanted:
        return (
            f"an engine of the {wanted.name} parts has to be built, and there is no go on PATH: install Go "
            f"{go} or newer, or unset {CHOICE}"
        )
    theirs = installed.find_cli(cache.root())
    missing = theirs if isinstance(theirs, str) else f"the aws plugin {version} is not installed"
    return (
        f"there is no Pulumi engine here, and no way to one: {missing}; {downloads.SITE} gives no releases; "
        "and there is no go on PATH to build with. "
        f"Install Pulumi {installed.OLDEST_CLI} or a later 3.x, and run "
        f"`pulumi plugin install resource aws {version}`; "
        f"or install Go {go} or newer"
    )
