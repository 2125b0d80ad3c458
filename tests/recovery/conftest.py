"""What AWS has, read as a recovery does, and a recovery of a stack that a test keeps."""

from collections.abc import Callable
from io import StringIO

import pytest
from mypy_boto3_ec2 import EC2Client
from rich.console import Console

from cli.display import Display
from cli.made import Made
from cli.recovery import Recovery
from localaws.server import LocalAws
from snapnames.aws_session import StackSession
from tests.account import launch
from tests.recovery.stacks import Stack


@pytest.fixture
def made(aws: LocalAws, session: StackSession) -> Made:  # noqa: ARG001 -- the account of the session
    """On the local AWS, which has nothing yet."""
    return Made(session)


@pytest.fixture
def source(ec2: EC2Client) -> str:
    """An instance to make images of."""
    return launch(ec2, mappings=[])


@pytest.fixture
def said() -> StringIO:
    """What is printed."""
    return StringIO()


@pytest.fixture
def recovery(made: Made, said: StringIO) -> Callable[..., Recovery]:
    """A recovery of a stack with one listed release."""

    def of(stack: Stack, *names: str, wait: Callable[[float], object] = lambda _: None) -> Recovery:
        return Recovery(stack, "config:\n", made, names or ("web-1",), Display(Console(file=said)), wait=wait)

    return of
