"""Accounts behind roles on the local AWS, and the environment of a caller."""

import os
from collections.abc import Callable

import pytest
from mypy_boto3_ec2 import EC2Client
from snapnames.aws.targets import TargetSessions
from snapnames.testing.environment import REGION, aws_variables
from snapnames.testing.localaws.server import LocalAws

from tests.account import client_of


@pytest.fixture
def caller(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> LocalAws:
    """The environment of a caller, whose keys are of account 123456789012."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in aws_variables(aws.url).items():
        monkeypatch.setenv(name, value)
    return aws


@pytest.fixture
def sessions(caller: LocalAws) -> TargetSessions:
    """The way from the caller into the accounts."""
    assert caller.url
    return TargetSessions(REGION)


@pytest.fixture
def ec2_of(aws: LocalAws) -> Callable[[str, str], EC2Client]:
    """Make a client of an account and a region."""

    def make(account: str, region: str) -> EC2Client:
        return client_of(aws, f"arn:aws:iam::{account}:role/test", region)

    return make
