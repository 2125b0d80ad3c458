"""An account of images, and a proxy before it."""

from collections.abc import Iterator

import pytest
from mypy_boto3_ec2 import EC2Client

from localaws.server import LocalAws
from tests.faults import FaultProxy
from tests.owned_images.accounts import Account


@pytest.fixture
def account(ec2: EC2Client) -> Account:
    """An account without an image."""
    return Account(ec2)


@pytest.fixture
def proxy(aws: LocalAws) -> Iterator[FaultProxy]:
    """A proxy that lets everything pass."""
    with FaultProxy(aws.url) as running:
        yield running
