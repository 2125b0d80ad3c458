"""A stack's releases in an account, and the ledger of them without a process of its own."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.aws.session import StackSession
from snapnames.cli.ledger.book import Ledger
from snapnames.cli.ledger.command import Wanted, kept
from snapnames.cli.ledger.opened import Opened
from snapnames.cli.state.declared import declared
from snapnames.testing.localaws.server import LocalAws

import dev.engine as engines
from tests.program import STACK_TAG

from .releases import SERVICE, Releases, exported

Look = Callable[..., Ledger]


@pytest.fixture(scope="session")
def state_of_one(tmp_path_factory: pytest.TempPathFactory, engine: engines.Engine) -> dict[str, Any]:
    """The state of a stack with one release, as the engine exports it."""
    with LocalAws() as aws:
        return exported(tmp_path_factory.mktemp("one") / "stack", aws, engine)


@pytest.fixture
def releases(ec2: EC2Client, state_of_one: dict[str, Any]) -> Releases:
    """The stack `test`, of which no release was made yet."""
    return Releases(ec2, state_of_one)


@pytest.fixture
def three(releases: Releases, ec2: EC2Client) -> Releases:
    """Three releases, each with a launch template that uses it: nothing to find."""
    releases.make("1", "2", "3")
    for release, image_id in releases.images.items():
        ec2.create_launch_template(LaunchTemplateName=f"web-{release}", LaunchTemplateData={"ImageId": image_id})
    return releases


@pytest.fixture
def look(session: StackSession) -> Look:
    """Read the account; `state` is what the stack exports, and nothing without a stack.

    Nothing is kept for its age, unless a test wants that: what the tests make is a second old.
    """

    def read(
        state: dict[str, Any] | None = None,
        config: dict[str, str] | None = None,
        *,
        account: bool = False,
        price: float | None = None,
        keep: int = 0,
        older_than: timedelta = timedelta(),
    ) -> Ledger:
        wanted = Wanted(account=account or state is None, price=price, keep=keep, older_than=older_than)
        if state is None:
            return kept(Opened(None, config or {}), session, wanted)
        stack = declared(state["deployment"], STACK_TAG)
        settings = {"snapnames:service": SERVICE, **(config or {})}
        return kept(Opened("test", settings, stack), session, wanted)

    return read
