"""An account with a source instance of two volumes."""

import pytest
from mypy_boto3_ec2 import EC2Client

from tests.account import launch


@pytest.fixture
def source(ec2: EC2Client) -> str:
    """An instance with a root volume and one more."""
    return launch(ec2, mappings=[{"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 1}}])
