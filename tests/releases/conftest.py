"""An account with a source instance, and clients of it."""

import pytest
from mypy_boto3_autoscaling import AutoScalingClient
from mypy_boto3_ec2 import EC2Client

from localaws.server import LocalAws
from tests.account import launch


@pytest.fixture
def ec2(aws: LocalAws) -> EC2Client:
    """A client of the account."""
    return aws.client("ec2")


@pytest.fixture
def autoscaling(aws: LocalAws) -> AutoScalingClient:
    """A client of the account's Auto Scaling."""
    return aws.client("autoscaling")


@pytest.fixture
def source(ec2: EC2Client) -> str:
    """An instance with a root volume and one more."""
    return launch(ec2, mappings=[{"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 1}}])
