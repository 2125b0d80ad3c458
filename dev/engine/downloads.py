"""The official releases, fetched into the cache. Each file must have the SHA-256 that its release publishes."""

import asyncio
import json
import platform
import re
import sys
import tarfile
import threading
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException
from pathlib import Path

from snapnames.testing.engine import Cli, EngineError, Plugin, holds_plugin, sdk

from . import cache
from .progress import Progress, Step

SITE = "https://github.com"
"""Where Pulumi publishes its releases. get.pulumi.com has served other archives of one version."""

API = "https://api.github.com"
"""Where the SHA-256 of each file of a release stands. GitHub computes it when the file is uploaded, and never changes
it. https://docs.github.com/en/rest/releases/releases#get-a-release-by-tag-name
"""

CONNECT_SECONDS = 3
PROBE_SECONDS = 6
"""For the connection attempt and, before it, the name server, which urllib sets no limit for."""

DOWNLOAD_SECONDS = 600
_FETCH = Path(__file__).with_name("fetch.py")
_DIGEST = re.compile(r"sha256:([0-9a-f]{64})")
_MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


def reachable() -> bool:
    """Whether the site with the releases answers, asked once through the user's proxies."""
    answers: list[bool] = []

    def probe() -> None:
        try:
            _asked("/rate_limit", CONNECT_SECONDS)
        except (OSError, HTTPException, ValueError):
            answers.append(False)
        else:
            answers.append(True)

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
    with cache.scratch() as scratch, cache.filled(_cli_entry(version)) as folder:
        name = f"pulumi-v{version}-{_machine().replace('amd64', 'x64')}.tar.gz"
        archive = await _fetched(progress, step, "pulumi/pulumi", version, name, scratch)
        _unpack(archive, scratch / "unpacked", step)
        (scratch / "unpacked" / "pulumi").rename(folder / "bin")


async def fetch_plugin(cli: Cli, version: str, progress: Progress) -> None:
    """Download the plugin, and have the CLI install it. Needs the cache's lock."""
    step = Step(f"downloading the aws plugin {version}", 90)
    with cache.scratch() as scratch, cache.filled(_plugin_entry(version)) as home:
        name = f"pulumi-resource-aws-v{version}-{_machine()}.tar.gz"
        archive = await _fetched(progress, step, "pulumi/pulumi-aws", version, name, scratch)
        command = [str(cli.bin / "pulumi"), "plugin", "install", "resource", "aws", version, "--file", str(archive)]
        await _limited(progress, step, command, home, {"PULUMI_HOME": str(home)})
        if not holds_plugin(home, version):
            raise EngineError(
                f"{step.doing}: `pulumi plugin install` succeeded, and left no such plugin in its PULUMI_HOME"
            )


async def _fetched(  # noqa: PLR0913, PLR0917 -- what the file is, and where it goes
    progress: Progress, step: Step, repository: str, version: str, name: str, folder: Path
) -> Path:
    """The file of a release, which has the SHA-256 that the release publishes."""
    try:
        answer = await asyncio.to_thread(_asked, f"/repos/{repository}/releases/tags/v{version}", CONNECT_SECONDS * 5)
    except (OSError, HTTPException, ValueError) as error:
        raise EngineError(f"{step.doing} failed: the checksums of the release can't be read: {error}") from error
    sha256 = published(answer).get(name)
    if sha256 is None:
        raise EngineError(f"{step.doing} failed: its release publishes no SHA-256 of {name}, so it is not downloaded")
    target = folder / name
    url = f"{SITE}/{repository}/releases/download/v{version}/{name}"
    await _limited(progress, step, [sys.executable, "-I", str(_FETCH), url, sha256, str(target)], folder, {})
    return target


def published(release: object) -> Mapping[str, str]:
    """File name to SHA-256, of a release as GitHub's API tells it. A digest of another kind counts as none.

    >>> published({"assets": [{"name": "a", "digest": "sha256:" + "0" * 64}, {"name": "b", "digest": "sha1:0"}]}).keys()
    dict_keys(['a'])
    """
    assets = release.get("assets") if isinstance(release, dict) else None
    return {
        asset["name"]: found[1]
        for asset in (assets if isinstance(assets, list) else ())
        if isinstance(asset, dict) and isinstance(asset.get("name"), str)
        if (found := _DIGEST.fullmatch(str(asset.get("digest"))))
    }


def _asked(path: str, seconds: float) -> object:
    request = urllib.request.Request(f"{API}{path}", headers={"User-Agent": "snapnames"})  # noqa: S310 -- a constant https address
    with urllib.request.urlopen(request, timeout=seconds) as response:  # noqa: S310 -- the same
        return json.load(response)


def _unpack(archive: Path, folder: Path, step: Step) -> None:
    """Unpack, and let nothing out of the folder."""
    try:
        with tarfile.open(archive) as files:
            files.extractall(folder, filter="data")
        if not (folder / "pulumi" / "pulumi").is_file():
            raise EngineError(f"{step.doing} failed: {archive.name} has no pulumi/pulumi in it")
    except (tarfile.TarError, OSError, EOFError) as error:
        raise EngineError(f"{step.doing} failed: {archive.name} can't be unpacked: {error}") from error


def _machine() -> str:
    """E.g. `linux-amd64`, as Pulumi names its archives."""
    found = _MACHINES.get(platform.machine().lower())
    if sys.platform not in ("linux", "darwin") or not found:
        raise EngineError(f"Pulumi has no release for {sys.platform} on {platform.machine()} that is fetched here")
    return f"{sys.platform}-{found}"


async def _limited(progress: Progress, step: Step, command: list[str], folder: Path, extra: Mapping[str, str]) -> None:
    """Run a command that may take long, but not for ever."""
    try:
        await asyncio.wait_for(progress.run(step, command, folder, extra), DOWNLOAD_SECONDS)
    except TimeoutError:
        raise EngineError(f"{step.doing} took more than {DOWNLOAD_SECONDS} s") from None


def _cli_entry(version: str) -> Path:
    return cache.root() / f"cli-{version}-official"


def _plugin_entry(version: str) -> Path:
    return cache.root() / f"aws-{version}-official"
