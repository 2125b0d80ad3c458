"""A local AWS as a subprocess, with clients for it: what tests and tools use.

Nothing of moto is imported here; the account lives in the process that `LocalAws` starts.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, overload

from .control import Control

if TYPE_CHECKING:
    from types import TracebackType

    from mypy_boto3_autoscaling import AutoScalingClient
    from mypy_boto3_ec2 import EC2Client

REGION = "ap-northeast-2"
ACCESS_KEY = "testing"
PACKAGE = str(__package__)
"""What `python -m` runs: `localaws`, or this package's name in the wheel."""

IMPORT_ROOT = Path(__file__).absolute().parents[PACKAGE.count(".") + 1]
KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "PYTHONDONTWRITEBYTECODE", "COVERAGE_PROCESS_START")


def sealed_environment() -> dict[str, str]:
    """Return an environment in which no real AWS account can be reached: dummy keys, no profile, no metadata, no proxy.

    Leaves out everything else of this process's environment, but for what Python needs to start.
    """
    return {
        **{name: os.environ[name] for name in KEPT if name in os.environ},
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": ACCESS_KEY,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_DEFAULT_REGION": REGION,
        "PYTHONPATH": str(IMPORT_ROOT),
    }


def client(url: str, service: str, region: str = REGION, attempts: int = 1) -> Any:  # noqa: ANN401 - boto3 makes its clients at run time
    """Make a boto3 client of the server at `url`; it reads no profile, file or proxy of the user's.

    It tries each call so many times.
    """
    import boto3  # noqa: PLC0415 - a quarter of a second that only who calls AWS needs
    import botocore.config  # noqa: PLC0415
    import botocore.session  # noqa: PLC0415

    unset = (None, None, None, None)
    session = botocore.session.Session(
        session_vars={
            "profile": unset,
            "config_file": (None, None, os.devnull, None),
            "credentials_file": (None, None, os.devnull, None),
        }
    )
    session.set_credentials(ACCESS_KEY, ACCESS_KEY)
    config = botocore.config.Config(
        max_pool_connections=64, proxies={}, retries={"mode": "standard", "total_max_attempts": attempts}
    )
    maker: Any = boto3.Session(botocore_session=session)
    return maker.client(service, region_name=region, endpoint_url=url, config=config)


class LocalAws(Control):
    """A server of its own on a free port of loopback, for as long as the `with` block.

    It ends with the block, and with this process however that ends. Raises `RuntimeError` if it doesn't start.
    """

    def __init__(self, pending_seconds: float = 0.0) -> None:
        """Start the server. `pending_seconds` is how long its images are pending, also after a reset."""
        self._process = subprocess.Popen(  # noqa: S603 - this Python, this package
            [
                *(sys.executable, "-m", PACKAGE, "serve", "--port", "0"),
                *("--pending-seconds", str(pending_seconds), "--until-stdin-closes"),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=sealed_environment(),
            text=True,
        )
        self._clients: dict[tuple[str, str], Any] = {}
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line.startswith("listening on "):
            self.stop()
            raise RuntimeError(
                f"the local AWS said {line!r} instead of the address it listens on: see its errors above"
            )
        super().__init__(int(line.rsplit(":", 1)[1]))

    def __enter__(self) -> Self:
        """Give the running server."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the server."""
        self.stop()

    @property
    def pid(self) -> int:
        """The id of the server's process."""
        return self._process.pid

    def stop(self) -> None:
        """End the server, and wait for it. Twice does no harm."""
        self._process.terminate()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()

    @overload
    def client(self, service: Literal["ec2"], region: str = REGION) -> EC2Client: ...
    @overload
    def client(self, service: Literal["autoscaling"], region: str = REGION) -> AutoScalingClient: ...
    @overload
    def client(self, service: str, region: str = REGION) -> Any: ...  # noqa: ANN401 - any other boto3 client
    def client(self, service: str, region: str = REGION) -> Any:
        """Give a boto3 client, the same one for the same service and region."""
        key = (service, region)
        if key not in self._clients:
            self._clients[key] = client(self.url, service, region)
        return self._clients[key]
