"""Roles that can't be assumed, and keys that end in the middle: what a target then says, and what it advises."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from snapnames.aws.targets import TargetSessions
from snapnames.cli.targets.reading import read_rows
from snapnames.errors import InputError
from snapnames.rules.candidates import Limits
from snapnames.rules.targets import Target
from snapnames.testing.localaws.server import LocalAws

from .broken import Broken, broken

ACCOUNT, REGION = "111122223333", "eu-west-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/names"


@pytest.fixture
def sts() -> Iterator[Broken]:
    """An STS that does not answer as on a good day."""
    with broken() as server:
        yield server


def target(caller: LocalAws, sts_url: str) -> Target:
    """A target whose role is assumed there, and whose EC2 is the local AWS."""
    endpoints = json.dumps([{"ec2": caller.url, "autoscaling": caller.url, "sts": sts_url}])
    return Target(ACCOUNT, REGION, ROLE, config={"aws:endpoints": endpoints, "aws:maxRetries": "0"})


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/sts-throttled", ["(Throttling)", "run the same command again when it takes calls again"]),
        ("/sts-expired", ["(ExpiredToken)", "have expired: get new ones, and run the same command again"]),
        ("/sts-unknown", ["(InvalidClientTokenId)", "see to the keys that assume it: AWS_PROFILE, or the keys in"]),
        ("/page", ["see to AWS_REGION, and to the way to STS there"]),
    ],
)
def test_the_advice_beside_a_role_that_can_not_be_assumed_fits_the_reason_of_aws(
    caller: LocalAws, sessions: TargetSessions, sts: Broken, path: str, says: list[str]
) -> None:
    """The trust policy of the role is at fault in none of these."""
    with pytest.raises(InputError) as refused:
        sessions.reach(target(caller, f"{sts.url}{path}"))

    assert str(refused.value).startswith(f"the role {ROLE} can't be assumed: ")
    assert [text for text in says if text not in str(refused.value)] == []
    assert "trust policy" not in str(refused.value)


def test_keys_that_end_in_the_middle_are_made_anew(caller: LocalAws, sessions: TargetSessions, sts: Broken) -> None:
    """The keys of a role that another role assumes end after an hour at most."""
    one = target(caller, f"{sts.url}/ending")

    with sessions.of(one) as clients:
        clients.ec2.describe_regions()
        clients.ec2.describe_regions()

    assert sts.calls == ["/ending"] * 3


def test_a_target_whose_keys_can_not_be_made_anew_is_a_row_that_says_so(
    caller: LocalAws, sessions: TargetSessions, sts: Broken, caplog: pytest.LogCaptureFixture
) -> None:
    """Not an end, and no stack trace."""
    limits = Limits(5, timedelta(90), datetime.now(UTC))

    [row] = read_rows([target(caller, f"{sts.url}/ended")], sessions, limits, None)

    assert row.not_read.startswith(f"the role {ROLE} can't be assumed: An error occurred (ExpiredToken)")
    assert "get new ones, and run the same command again" in row.not_read
    assert caplog.text == ""
