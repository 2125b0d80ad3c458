"""Nothing that runs for the dev stack can leave this machine, whatever the caller has set."""

import os
import re
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from snapnames.testing.environment import sealed

from dev.engine import Engine

from .test_make import MakeClone

pytestmark = pytest.mark.slow


class _Trap(socketserver.ThreadingTCPServer):
    """A server on loopback that stands for the real AWS: it must never be called."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.called: list[bytes] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(socketserver.StreamRequestHandler):
    server: _Trap

    def handle(self) -> None:
        self.server.called.append(self.rfile.readline())


@pytest.fixture
def trap() -> Iterator[_Trap]:
    """A trap that listens until the end of the test."""
    with _Trap() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def _hostile(trap: _Trap, home: Path) -> dict[str, str]:
    """All the ways in which a shell can hold a real account."""
    (home / ".aws").mkdir(parents=True)
    touch = f"touch {home / 'asked-for-credentials'}"
    for file, section in (("config", "profile production"), ("credentials", "production")):
        (home / ".aws" / file).write_text(
            f"[{section}]\nregion = us-east-1\nendpoint_url = {trap.url}\ncredential_process = {touch}\n"
            f"[default]\nregion = us-east-1\nendpoint_url = {trap.url}\ncredential_process = {touch}\n",
            encoding="utf-8",
        )
    return {
        "HOME": str(home),
        "AWS_PROFILE": "production",
        "AWS_DEFAULT_PROFILE": "production",
        "AWS_ACCESS_KEY_ID": "AKIAREALREALREALREAL",
        "AWS_SECRET_ACCESS_KEY": "real",
        "AWS_SESSION_TOKEN": "real",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": trap.url,
        "AWS_ENDPOINT_URL_EC2": trap.url,
        "AWS_ENDPOINT_URL_AUTO_SCALING": trap.url,
        "AWS_ENDPOINT_URL_STS": trap.url,
        "AWS_EC2_METADATA_SERVICE_ENDPOINT": trap.url,
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": trap.url,
        "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/deploy",
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(home / ".aws" / "config"),
        "HTTP_PROXY": trap.url,
        "HTTPS_PROXY": trap.url,
        "http_proxy": trap.url,
        "https_proxy": trap.url,
        "PULUMI_BACKEND_URL": trap.url,
        "PULUMI_ACCESS_TOKEN": "pul-real",
        "PULUMI_STACK": "production",
    }


def test_a_shell_that_holds_a_real_account_is_not_seen_by_the_dev_stack(
    clone: MakeClone, trap: _Trap, tmp_path: Path
) -> None:
    """Up, preview and destroy, with keys, profiles, endpoints, roles, proxies and a Pulumi token set."""
    here = clone(_hostile(trap, tmp_path / "home"))

    here.make("up", "preview")
    destroyed = here.make("destroy")

    assert "0 images" in destroyed.out
    assert trap.called == []
    assert not (tmp_path / "home" / "asked-for-credentials").exists()


def test_the_trap_notices_a_client_that_does_see_the_callers_shell(trap: _Trap, tmp_path: Path) -> None:
    """Without the seal the same environment leads straight into the trap."""
    hostile = {**_hostile(trap, tmp_path / "home"), "PATH": os.environ["PATH"]}

    _describe_images({**hostile, "AWS_MAX_ATTEMPTS": "1"}, "ec2", code=1)

    assert trap.called != []


@pytest.mark.parametrize("service", ["ec2", "sns", "dynamodb"])
def test_every_service_of_a_sealed_environment_is_the_local_aws(trap: _Trap, tmp_path: Path, service: str) -> None:
    """Also services that nobody listed as an endpoint."""
    hostile = {**_hostile(trap, tmp_path / "home"), "PATH": os.environ["PATH"]}
    environment = sealed(
        hostile, path=[], pulumi_home=tmp_path, backend=tmp_path, endpoint="http://127.0.0.1:1/the-local-aws"
    )

    said = _describe_images({**environment, "AWS_MAX_ATTEMPTS": "1"}, service, code=1)

    assert 'Could not connect to the endpoint URL: "http://127.0.0.1:1/the-local-aws' in said
    assert trap.called == []


def test_a_shell_that_takes_over_the_dev_stacks_environment_keeps_no_setting_of_its_own(
    clone: MakeClone, trap: _Trap, tmp_path: Path, engine: Engine
) -> None:
    """Whatever it had: a name is unset only if it is one, so that it can't be a command either."""
    here = clone({})
    here.make("preview")
    hostile = _hostile(trap, tmp_path / "home") | {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), str(engine.bin), os.environ["PATH"]]),
        "HOME": os.environ["HOME"],
        "AWS_ENDPOINT_URL_S3": trap.url,
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": "real",
        "PULUMI_CONFIG_PASSPHRASE_FILE": "/real",
        "Https_Proxy": trap.url,
        f"AWS_$(touch {tmp_path}/ran)": "1",
    }

    done = subprocess.run(
        ["bash", "-euc", 'eval "$(python -m dev env)"; env -0'],
        cwd=here.folder,
        env=hostile,
        check=True,
        capture_output=True,
        text=True,
    )

    left = dict(line.partition("=")[::2] for line in done.stdout.split("\0") if line)
    settings = {name: value for name, value in left.items() if re.match("(?i)(aws|pulumi)_[a-z]|.*_proxy$", name)}
    local = sealed(hostile, path=[], pulumi_home=Path(), backend=Path(), endpoint="")
    assert settings.keys() == {name for name in local if re.match("(?i)(aws|pulumi)_|.*_proxy$", name)}
    assert [name for name, value in settings.items() if "real" in value.lower() or trap.url in value] == []
    assert not (tmp_path / "ran").exists()


def test_plain_pulumi_in_a_shell_that_make_env_did_not_seal_reaches_nothing(
    clone: MakeClone, trap: _Trap, tmp_path: Path, engine: Engine
) -> None:
    """The committed config itself leads nowhere: every request goes to a proxy that does not answer, with no real key.

    A shell's own endpoint is left out here: it is a server that a person chose, and it gets dummy keys. So is a profile
    that the shell names: it is not found, which ends the preview even before the proxy does.
    """
    here = clone({})
    hostile = {
        name: value
        for name, value in _hostile(trap, tmp_path / "home").items()
        if "ENDPOINT_URL" not in name and "PROFILE" not in name
    } | {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), str(engine.bin), os.environ["PATH"]]),
        **dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1"),  # Pulumi's own processes talk over loopback
        "PULUMI_HOME": str(engine.home),
        "PULUMI_BACKEND_URL": f"file://{tmp_path}",
        "PULUMI_CONFIG_PASSPHRASE": "local",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }

    done = subprocess.run(
        ["bash", "-uc", "pulumi stack init dev; pulumi preview --stack dev"],
        cwd=here.folder,
        env=hostile,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )

    assert done.returncode != 0
    assert "dial tcp 127.0.0.1:9: connect: connection refused" in done.stdout
    assert trap.called == []
    assert not (tmp_path / "home" / "asked-for-credentials").exists()


def _describe_images(environment: dict[str, str], service: str, code: int) -> str:
    calls = {"ec2": "describe_images()", "sns": "list_topics()", "dynamodb": "list_tables()"}
    done = subprocess.run(
        [sys.executable, "-c", f"import boto3; boto3.client({service!r}).{calls[service]}"],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == code, done.stderr
    return done.stderr


def test_what_is_not_on_loopback_meets_a_proxy_that_does_not_answer(tmp_path: Path) -> None:
    """For a client with an address of its own that asks no AWS setting at all."""
    environment = sealed(
        {"PATH": os.environ["PATH"]}, path=[], pulumi_home=tmp_path, backend=tmp_path, endpoint="http://127.0.0.1:1"
    )

    done = subprocess.run(
        [sys.executable, "-c", "import requests; requests.get('https://ec2.example.com')"],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )

    assert "Unable to connect to proxy" in done.stderr
    assert "port=443" in done.stderr
