"""What AWS has, read as a recovery does, and a recovery of a stack that a test keeps."""

from collections.abc import Callable
from io import StringIO

import pytest
from mypy_boto3_ec2 import EC2Client
from rich.console import Console
from snapnames.aws.session import StackSession
from snapnames.cli.display import Display
from snapnames.cli.recovery.made import Made
from snapnames.cli.recovery.recovery import Recovery
from snapnames.testing.localaws.server import LocalAws

from tests.account import launch
from tests.recovery.stacks import WEST, Stack, make


@pytest.fixture
def made(aws: LocalAws, session: StackSession) -> Made:  # noqa: ARG001 -- the account of the session
    """On the local AWS, which has nothing yet."""
    return Made(session)


@pytest.fixture
def source(ec2: EC2Client) -> str:
    """An instance to make images of."""
    return launch(ec2, mappings=[])


@pytest.fixture
def west(aws: LocalAws) -> EC2Client:
    """The other region."""
    return aws.client("ec2", WEST)


@pytest.fixture
def release(ec2: EC2Client, source: str) -> str:
    """The image that is copied."""
    return make(ec2, source)


@pytest.fixture
def said() -> StringIO:
    """What is printed."""
    return StringIO()


@pytest.fixture
def recovery(made: Made, said: StringIO) -> Callable[..., Recovery]:
    """A recovery of a stack with one listed release."""

    def of(stack: Stack, *names: str, adopt: str = "", wait: Callable[[float], object] = lambda _: None) -> Recovery:
        display, adopted = Display(Console(file=said)), frozenset({adopt} - {""})
        return Recovery(stack, "config:\n", made, names or ("web-1",), display, adopted, wait=wait)

    return of
