"""A proxy before the account, a client of it, and a volume to name."""

from collections.abc import Callable

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.testing.localaws.server import client

from tests.faults import FaultProxy


@pytest.fixture
def through(proxy: FaultProxy) -> EC2Client:
    """A client of the proxy that retries nothing."""
    ec2: EC2Client = client(proxy.url, "ec2")
    return ec2


@pytest.fixture
def volume(ec2: EC2Client) -> str:
    """A volume without tags."""
    return ec2.create_volume(AvailabilityZone="ap-northeast-2a", Size=1)["VolumeId"]


@pytest.fixture
def name(through: EC2Client, volume: str) -> Callable[[str], None]:
    """Name the volume, through the proxy."""

    def create_tags(value: str) -> None:
        through.create_tags(Resources=[volume], Tags=[{"Key": "Name", "Value": value}])

    return create_tags


@pytest.fixture
def names(ec2: EC2Client, volume: str) -> Callable[[], list[str]]:
    """The volume's Name, none or one, as AWS itself has it."""

    def described() -> list[str]:
        tags = ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [volume]}])["Tags"]
        return [tag["Value"] for tag in tags]

    return described
