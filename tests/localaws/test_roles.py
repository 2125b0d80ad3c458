"""Roles with a trust policy: who may assume them, and what their sessions may do."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from snapnames.testing.localaws.control import ControlError
from snapnames.testing.localaws.server import ACCESS_KEY, REGION, LocalAws

from tests.account import client_of

HOME, AWAY = "123456789012", "111122223333"
ROLE, OTHER = f"arn:aws:iam::{AWAY}:role/ops/reader", f"arn:aws:iam::{AWAY}:role/other"
READS = {"Effect": "Allow", "Action": "ec2:DescribeImages", "Resource": "*"}
Statement = dict[str, Any]


def trust(principal: object, **conditions: object) -> Statement:
    """A statement of a trust policy."""
    return {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", "Condition": conditions}


def role(*statements: Statement) -> dict[str, Any]:
    """A role that may read images."""
    return {"trust": {"Statement": list(statements)}, "policy": {"Statement": [READS]}}


def refusal(aws: LocalAws, arn: str = ROLE, **arguments: str) -> tuple[int, str, str]:
    """The HTTP status, the code and the text of a refused AssumeRole; empty texts if it was not refused."""
    try:
        aws.client("sts").assume_role(RoleArn=arn, RoleSessionName="test", **arguments)
    except ClientError as error:
        found = error.response
        return found["ResponseMetadata"]["HTTPStatusCode"], found["Error"]["Code"], found["Error"]["Message"]
    return 200, "", ""


def denied(arn: str = ROLE) -> tuple[int, str, str]:
    """What AWS says of a role that can't be assumed."""
    user = f"arn:aws:iam::{HOME}:user/{ACCESS_KEY}"
    return 403, "AccessDenied", f"User: {user} is not authorized to perform: sts:AssumeRole on resource: {arn}"


def test_a_role_that_is_not_there_is_denied_like_one_that_does_not_trust(aws: LocalAws) -> None:
    """AWS does not say which of them it is."""
    assert refusal(aws) == (200, "", "")

    aws.roles({ROLE: role(trust({"AWS": "arn:aws:iam::999999999999:root"}))})

    assert refusal(aws) == denied()
    assert refusal(aws, OTHER) == denied(OTHER)


@pytest.mark.parametrize(
    "principal",
    [
        "*",
        {"AWS": HOME},
        {"AWS": [f"arn:aws:iam::{HOME}:root"]},
        {"AWS": ["999999999999", f"arn:aws:iam::{HOME}:user/{ACCESS_KEY}"]},
    ],
)
def test_a_role_trusts_an_account_or_a_principal(aws: LocalAws, principal: object) -> None:
    """The settings may have wildcards in the ARN."""
    aws.roles({"arn:aws:iam::*:role/ops/reader": role(trust(principal))})

    assert refusal(aws) == (200, "", "")


def test_an_external_id_and_an_organization_are_conditions(aws: LocalAws) -> None:
    """Without the right one the role can't be assumed."""
    aws.roles({ROLE: role(trust("*", StringEquals={"sts:ExternalId": "word", "aws:PrincipalOrgID": "o-1"}))})

    assert refusal(aws, ExternalId="word") == denied()
    aws.ec2(organizations={f"arn:aws:organizations::{HOME}:organization/o-1": [HOME]})
    assert refusal(aws, ExternalId="word") == (200, "", "")
    assert refusal(aws) == refusal(aws, ExternalId="other") == denied()


def test_the_policy_of_the_caller_has_to_allow_it_too(aws: LocalAws) -> None:
    """Across accounts, both are asked."""
    aws.roles({ROLE: role(trust("*"))})
    aws.restrict(ACCESS_KEY, {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": OTHER}]})

    assert refusal(aws) == denied()
    aws.restrict(ACCESS_KEY, {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": ROLE}]})
    assert refusal(aws) == (200, "", "")


def test_a_session_may_do_what_the_policy_of_its_role_allows(aws: LocalAws) -> None:
    """And it is named in the refusal."""
    aws.roles({ROLE: role(trust("*"))})
    ec2 = client_of(aws, ROLE, REGION)

    assert ec2.describe_images(Owners=["self"])["Images"] == []
    session = f"arn:aws:sts::{AWAY}:assumed-role/reader/test is not authorized to perform: ec2:DescribeSnapshots"
    with pytest.raises(ClientError, match=session):
        ec2.describe_snapshots()


def test_what_is_no_role_is_refused(aws: LocalAws) -> None:
    """A typo would let everybody in, or nobody."""
    with pytest.raises(ControlError, match="give it a trust and a policy"):
        aws.roles({ROLE: {"trusts": {}}})
    with pytest.raises(ControlError, match="give an object of role ARNs and roles"):
        aws.roles({ROLE: "x"})
