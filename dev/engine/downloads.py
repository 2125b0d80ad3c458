"""The official releases, fetched by Pulumi's own installers into the cache."""

import asyncio
import sys
import threading
import urllib.request
from http.client import HTTPException
from pathlib import Path

from snapnames.testing.engine import Cli, EngineError, Plugin, holds_plugin, sdk

from . import cache
from .progress import Progress, Step

SITE = "https://get.pulumi.com"
CONNECT_SECONDS = 3
PROBE_SECONDS = 6
"""For the connection attempt and, before it, the name server, which urllib sets no limit for."""

DOWNLOAD_SECONDS = 600
INSTALL_CLI = "import sys; from pulumi.automation import PulumiCommand; PulumiCommand.install(root=sys.argv[1])"


def reachable() -> bool:
    """Whether Pulumi's download site answers, asked once through the user's proxies; its installers retry."""
    answers: list[bool] = []

    def probe() -> None:
        try:
            with urllib.request.urlopen(f"{SITE}/latest-version", timeout=CONNECT_SECONDS) as response:  # noqa: S310 - a constant https address
                answers.append(response.status == 200)
        except (OSError, HTTPException):
            answers.append(False)

    thread = threading.Thread(target=probe, daemon=True)
    thread.start()
    thread.join(PROBE_SECONDS)
    return answers == [True]


def find_cli() -> Cli | None:
    """The downloaded CLI, of the Pulumi SDK's own version."""
    version = sdk("pulumi")
    entry = _cli_entry(version)
    return Cli(entry / "bin", version, "downloaded") if entry.exists() else None


def find_plugin(version: str) -> Plugin | None:
    """The downloaded plugin."""
    entry = _plugin_entry(version)
    return Plugin(entry, version, "downloaded") if entry.exists() else None


async def fetch_cli(progress: Progress) -> None:
    """Download the CLI with its language hosts. Needs the cache's lock."""
    version = sdk("pulumi")
    step = Step(f"downloading Pulumi {version}", 60)
    with cache.filled(_cli_entry(version)) as folder:
        await _limited(progress, step, [sys.executable, "-c", INSTALL_CLI, str(folder)], folder)


async def fetch_plugin(cli: Cli, version: str, progress: Progress) -> None:
    """Download the plugin. Needs the cache's lock."""
    step = Step(f"downloading the aws plugin {version}", 90)
    with cache.filled(_plugin_entry(version)) as home:
        command = [str(cli.bin / "pulumi"), "plugin", "install", "resource", "aws", version]
        await _limited(progress, step, command, home, home)
        if not holds_plugin(home, version):
            raise EngineError(
                f"{step.doing}: `pulumi plugin install` succeeded, and left no such plugin in its PULUMI_HOME"
            )


async def _limited(
    progress: Progress, step: Step, command: list[str], folder: Path, pulumi_home: Path | None = None
) -> None:
    """Run a download that may take long, but not for ever."""
    extra = {"PULUMI_HOME": str(pulumi_home or folder)}
    try:
        await asyncio.wait_for(progress.run(step, command, folder, extra), DOWNLOAD_SECONDS)
    except TimeoutError:
        raise EngineError(f"{step.doing} took more than {DOWNLOAD_SECONDS} s") from None


def _cli_entry(version: str) -> Path:
    return cache.root() / f"cli-{version}-official"


def _plugin_entry(version: str) -> Path:
    return cache.root() / f"aws-{version}-official"
