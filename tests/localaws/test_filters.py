"""The limit that EC2 sets to every filter."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from mypy_boto3_ec2 import EC2Client

Refused = Callable[..., AbstractContextManager[None]]


@pytest.mark.parametrize(
    ("action", "name", "member"),
    [
        ("describe_images", "image-id", "Images"),
        ("describe_snapshots", "snapshot-id", "Snapshots"),
        ("describe_tags", "resource-id", "Tags"),
        ("describe_instances", "image-id", "Reservations"),
        ("describe_volumes", "volume-id", "Volumes"),
        ("describe_security_groups", "group-id", "SecurityGroups"),
        ("describe_launch_templates", "launch-template-name", "LaunchTemplates"),
    ],
)
def test_a_filter_of_more_than_200_values_is_refused_by_every_call(
    ec2: EC2Client, refused: Refused, action: str, name: str, member: str
) -> None:
    """200 are good; the limit is each filter's own."""
    describe = getattr(ec2, action)
    values = [f"x-{number}" for number in range(201)]

    found = describe(Filters=[{"Name": name, "Values": values[:200]}, {"Name": "tag:Name", "Values": ["x"]}])

    assert found[member] == []
    with refused("FilterLimitExceeded", "The maximum number of filter values specified on a single call is 200"):
        describe(Filters=[{"Name": name, "Values": values}])
