"""Roles with a trust policy: who may assume them, and what their sessions may do.

Across accounts both have to allow it: the trust policy of the role, and the policies of the caller.
docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moto.sts.models import sts_backends
from moto.utilities.utils import get_partition

from .policies import Policy, Request, like

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moto.core.responses import BaseResponse

ASSUME = "sts:AssumeRole"


@dataclass(frozen=True)
class Caller:
    """Who makes a call."""

    account: str
    arn: str
    """As AWS names it in errors: a user, or the session of a role."""

    principal: str
    """As a trust policy names it: the user, or the role itself."""

    organization: str = ""
    """The id of its organization; empty where it is in none."""

    def named_by(self, principal: object) -> bool:
        """Whether a principal of a trust policy means this caller. An account, or its root, means all in it.

        docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
        """
        if principal == "*":
            return True
        given = principal.get("AWS", []) if isinstance(principal, dict) else []
        whole = (self.account, f"arn:aws:iam::{self.account}:root", self.principal, "*")
        return any(one in whole for one in (given if isinstance(given, list) else [given]))


class Role:
    """A role, as a setting of the server."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        """Read its `trust` and its `policy`. Raises `ValueError` for an element that is not evaluated here."""
        if set(document) != {"trust", "policy"}:
            raise ValueError(f"a role has {sorted(document)}: give it a trust and a policy, both policy documents")
        self.document = document
        self.policy = Policy(document["policy"])
        statements = document["trust"].get("Statement", [])
        self._trust = [
            (
                one.get("Principal"),
                Policy({"Statement": [{**{k: v for k, v in one.items() if k != "Principal"}, "Resource": "*"}]}),
            )
            for one in (statements if isinstance(statements, list) else [statements])
        ]

    def trusts(self, caller: Caller, external_id: str) -> bool:
        """Whether the trust policy lets the caller assume the role. Statements that deny are not evaluated."""
        keys = {
            "aws:PrincipalArn": caller.principal,
            "aws:PrincipalAccount": caller.account,
            "aws:PrincipalOrgID": caller.organization,
            "sts:ExternalId": external_id,
        }
        request = Request(ASSUME, "*", {key: (value,) for key, value in keys.items() if value})
        return any(caller.named_by(principal) and policy.allows(request) for principal, policy in self._trust)


def role_of(roles: Mapping[str, Role], arn: str) -> Role | None:
    """The role of this ARN. `*` and `?` in the ARN of a setting are wildcards."""
    return next((role for pattern, role in roles.items() if like(pattern, arn)), None)


def session_role(response: BaseResponse, access_key: str) -> tuple[str, str]:
    """The ARNs of the session that signs a call, and of its role; both empty for a key of another kind."""
    account, partition = response.current_account, get_partition(response.region)
    session = sts_backends[account][partition].get_assumed_role_from_access_key(access_key)
    return (session.arn, session.role_arn) if session else ("", "")


def caller_of(response: BaseResponse, access_key: str, organizations: Mapping[str, list[str]]) -> Caller:
    """Who signs a call. `organizations`: ARN of an organization to the accounts in it."""
    account = response.current_account
    session, role = session_role(response, access_key)
    user = f"arn:aws:iam::{account}:user/{access_key}"
    ours = (arn for arn, accounts in organizations.items() if ":organization/" in arn and account in accounts)
    return Caller(account, session or user, role or user, next(ours, "").rpartition("/")[2])
