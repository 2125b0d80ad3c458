"""What tests on the real engine share: the engine, an account, and stacks in it."""

import asyncio
import gc
import json
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from mypy_boto3_autoscaling import AutoScalingClient
from mypy_boto3_ec2 import EC2Client
from snapnames.aws.session import StackSession
from snapnames.cli.account import aws_session
from snapnames.testing.environment import REGION, aws_variables
from snapnames.testing.localaws.server import LocalAws

import dev.engine as engines

from . import pythons
from .faults import FaultProxy
from .prepared import Prepared
from .program import STACK, Program

pytest_plugins = ["tests.campaign.recording"]


def pytest_configure(config: pytest.Config) -> None:
    """Say what the marks mean, take SIGINT, collect no garbage at first, and let no example fail by its time.

    A shell's background job ignores SIGINT, and so does what it starts. pulumi waits five seconds for that.
    The modules of all tests are no garbage, and a quarter of the time that it takes to import them was spent on that.
    """
    gc.disable()
    hypothesis.settings.register_profile("untimed", hypothesis.settings(), deadline=None)
    hypothesis.settings.load_profile("untimed")
    config.addinivalue_line("markers", "engine: runs pulumi; each test that asks for the engine has it by itself")
    config.addinivalue_line(
        "markers",
        "slow: builds packages or an engine, runs make in a fresh clone, or waits for servers and large accounts",
    )
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    """From here on look for garbage, but not among the modules."""
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that ask for the engine, by whatever fixture."""
    for item in items:
        if "snapnames_engine" in getattr(item, "fixturenames", ()):
            item.add_marker("engine")


@pytest.fixture(autouse=True)
def loop_of_this_thread() -> None:
    """Have an event loop: Pulumi's SDK makes outputs on it, and `asyncio.run` of an earlier test leaves none."""
    try:
        asyncio.get_event_loop_policy().get_event_loop()
    except RuntimeError:
        asyncio.set_event_loop(asyncio.new_event_loop())


@pytest.fixture(scope="session", autouse=True)
def end_of_pythons() -> Iterator[None]:
    """End what `tests/pythons.py` has started for the tests of this process."""
    yield
    pythons.stop()


@pytest.fixture(scope="session")
def snapnames_engine() -> engines.Engine:
    """The engine of this machine, which `make test` has made sure of, in place of the one that users have installed."""
    return engines.ensure()


@pytest.fixture(scope="session")
def engine(snapnames_engine: engines.Engine) -> engines.Engine:
    """The same, by its short name."""
    return snapnames_engine


@pytest.fixture(scope="session")
def server(snapnames_server: LocalAws) -> LocalAws:
    """One server for all tests of a process: the one that users' tests get."""
    return snapnames_server


@pytest.fixture
def aws(snapnames_aws: LocalAws) -> LocalAws:
    """An account with nothing in it; images are available at once."""
    return snapnames_aws


@pytest.fixture(scope="session")
def proxy_ports() -> list[int]:
    """The ports that the proxies of this process have had."""
    return []


@pytest.fixture
def proxy(aws: LocalAws, proxy_ports: list[int]) -> Iterator[FaultProxy]:
    """A proxy before the account, that counts, and lets everything pass until a test schedules a fault.

    It has the port of the one before, if nobody else has it by now: a state names the endpoint of its provider.
    """
    try:
        made = FaultProxy(aws.url, port=proxy_ports[-1] if proxy_ports else 0)
    except OSError:
        made = FaultProxy(aws.url)
    proxy_ports.append(made.port)
    with made as running:
        yield running


@pytest.fixture(scope="session")
def prepared(server: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """The stacks of this process that tests share."""
    return Prepared(server, lambda: tmp_path_factory.mktemp("prepared"))


@pytest.fixture
def ec2(aws: LocalAws) -> EC2Client:
    """A client of the account."""
    return aws.client("ec2")


@pytest.fixture
def autoscaling(aws: LocalAws) -> AutoScalingClient:
    """A client of the account's Auto Scaling."""
    return aws.client("autoscaling")


@pytest.fixture
def program(tmp_path: Path, aws: LocalAws, engine: engines.Engine) -> Callable[..., Program]:
    """Make a stack of the program with this config, and with the options of `Program`."""

    def make(config: Mapping[str, Any], endpoint: str = "", stack: str = STACK, backend: str = "") -> Program:
        return Program(tmp_path / "stack", aws, engine, config, endpoint=endpoint, stack=stack, backend=backend)

    return make


@pytest.fixture(scope="session")
def session(server: LocalAws) -> StackSession:
    """A way to the local AWS, one for all tests: boto3 takes a second to read what EC2 is."""
    endpoint = json.dumps([dict.fromkeys(("autoscaling", "ec2", "kms", "ssm"), server.url)])
    with pytest.MonkeyPatch.context() as environment:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            environment.delenv(name)
        for name, value in aws_variables(server.url).items():
            environment.setenv(name, value)
        made = aws_session({"aws:region": REGION, "aws:endpoints": endpoint})
        made.ec2(), made.autoscaling()
        return made
