"""An account in which images are made at once."""

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import LocalAws

from .account import Team, seed


@pytest.fixture
def team(aws: LocalAws, ec2: EC2Client) -> Team:
    """Three old images: named by the script, by a person, by nobody."""
    aws.settings(pending_seconds=0)
    return seed(ec2)
