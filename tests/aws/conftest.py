"""An account of images that anybody made."""

import pytest
from mypy_boto3_ec2 import EC2Client

from tests.owned_images.accounts import Account


@pytest.fixture
def account(ec2: EC2Client) -> Account:
    """An account without an image."""
    return Account(ec2)
