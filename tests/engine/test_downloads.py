"""The official releases, from a stand-in for the site that gives them."""

import hashlib
import threading
from collections.abc import Iterator
from http import HTTPStatus
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from dev.engine import parts
from dev.engine.downloads import published
from dev.engine.fetch import WrongFileError, fetch
from tests.engine.download_site import SDK, download_site
from tests.engine.machine import PLUGIN, Machine


def test_official_releases_are_preferred_to_a_build(machine: Machine) -> None:
    """Into the cache and a PULUMI_HOME there; afterwards neither site nor go is asked."""
    machine.has_go()
    with download_site(machine.folder) as machine.more:
        code, output, _ = machine.run("ensure")
    machine.more = {}

    again = machine.run("ensure")

    assert code == 0
    assert output == (
        f"engine: Pulumi {SDK} (official release, downloaded, {machine.cache}/cli-{SDK}-official/bin)\n"
        f"plugin: aws {PLUGIN} (official release, downloaded, PULUMI_HOME={machine.cache}/aws-{PLUGIN}-official)\n"
    )
    assert again == (0, output, "")
    assert machine.builds == []
    assert list(machine.home.iterdir()) == []


def test_only_the_plugin_is_downloaded_where_the_cli_is_installed(machine: Machine) -> None:
    """By the CLI that is installed."""
    machine.has_pulumi("v3.250.0")

    with download_site(machine.folder) as machine.more:
        code, output, _ = machine.run("ensure")

    assert code == 0
    assert output.startswith(f"engine: Pulumi 3.250.0 (installed, {machine.bin})\n")
    assert machine.entries() == [f"aws-{PLUGIN}"]


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ({"replaced": ["pulumi-v"]}, "the file is refused, and was removed"),
        ({"unpublished": ["pulumi-v"]}, "its release publishes no SHA-256 of pulumi-v"),
    ],
)
def test_a_release_that_is_not_what_it_publishes_is_refused_and_built_instead(
    machine: Machine, fault: dict[str, list[str]], why: str
) -> None:
    """Nothing of it is left, and the plugin is not fetched by it."""
    machine.has_go()

    with download_site(machine.folder, **fault) as machine.more:
        code, output, errors = machine.run("ensure")

    assert code == 0
    assert f"downloading Pulumi {SDK} failed: " in errors
    assert why in errors
    assert output.startswith(f"engine: Pulumi {parts.DEFAULT.cli} (built from Go modules, ")
    assert machine.entries() == [f"aws-{PLUGIN}", f"cli-{parts.DEFAULT.cli}"]


def test_a_plugin_that_is_not_what_its_release_publishes_is_refused_and_the_good_cli_stays(machine: Machine) -> None:
    """Only the plugin is built."""
    machine.has_go()

    with download_site(machine.folder, replaced=["resource-aws"]) as machine.more:
        code, output, errors = machine.run("ensure")

    assert code == 0
    assert f"downloading the aws plugin {PLUGIN} failed: " in errors
    assert output.startswith(f"engine: Pulumi {SDK} (official release, downloaded, ")
    assert f"plugin: aws {PLUGIN} (built from Go modules, " in output


def test_a_file_is_kept_only_if_it_has_the_right_checksum(tmp_path: Path, files: str) -> None:
    """Bad beside good, from one server."""
    good, bad = tmp_path / "good", tmp_path / "bad"

    fetch(f"{files}/file", hashlib.sha256(CONTENT).hexdigest(), good)
    with pytest.raises(WrongFileError, match="the file is refused, and was removed"):
        fetch(f"{files}/file", hashlib.sha256(b"other").hexdigest(), bad)

    assert good.read_bytes() == CONTENT
    assert list(tmp_path.iterdir()) == [good]


@pytest.mark.parametrize("path", ["cut", "missing"])
def test_a_download_that_ends_early_leaves_nothing(tmp_path: Path, files: str, path: str) -> None:
    """Neither a file of which half has come, nor a page about an error."""
    with pytest.raises((OSError, HTTPException, WrongFileError)):
        fetch(f"{files}/{path}", hashlib.sha256(CONTENT).hexdigest(), tmp_path / "file")

    assert list(tmp_path.iterdir()) == []


def test_a_file_that_was_there_before_does_not_stand_in_for_a_refused_one(tmp_path: Path, files: str) -> None:
    """Nobody could tell them apart."""
    target = tmp_path / "file"
    target.write_bytes(b"older")

    with pytest.raises(WrongFileError):
        fetch(f"{files}/file", "0" * 64, target)

    assert not target.exists()


def test_only_a_sha256_counts_as_published() -> None:
    """A weaker one could be forged; what is no release has none."""
    right = "a" * 64
    assets = [
        {"name": "good", "digest": f"sha256:{right}"},
        {"name": "weak", "digest": f"sha1:{right[:40]}"},
        {"name": "short", "digest": "sha256:aa"},
        {"name": "none", "digest": None},
        {"name": 7, "digest": f"sha256:{right}"},
        "odd",
    ]

    assert published({"assets": assets}) == {"good": right}
    no_releases: list[object] = [{}, [], None, {"assets": 7}]
    assert [published(odd) for odd in no_releases] == [{}] * 4


CONTENT = b"an archive"


@pytest.fixture
def files() -> Iterator[str]:
    """The URL of a server with one file, and one of which half comes."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            cut = self.path == "/cut"
            self.send_response(HTTPStatus.OK if self.path in ("/file", "/cut") else HTTPStatus.NOT_FOUND)
            self.send_header("Content-Length", str(len(CONTENT)))
            self.end_headers()
            self.wfile.write(CONTENT[: 3 if cut else None])

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
