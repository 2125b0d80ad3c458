"""Whether an account may use the key of another one, which a shared snapshot is encrypted with.

docs.aws.amazon.com/ebs/latest/userguide/share-kms-key.html and
docs.aws.amazon.com/AWSEC2/latest/UserGuide/allow-org-ou-to-use-key.html. The key's policy decides. IAM of the other
account is not looked at.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moto.kms.models import kms_backends

from . import settings
from .policies import Policy, Request

if TYPE_CHECKING:
    from .policies import Context

NEEDED = ("kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom")
"""What both pages have. The first asks for kms:CreateGrant too, and the policies of the second leave it out."""


def may_use(account: str, key_arn: str | None) -> bool:
    """Whether what the key encrypts can be read by an account; without a key, it can."""
    if key_arn is None:
        return True
    region, owner = key_arn.split(":")[3:5]
    if owner == account:
        return True
    key = kms_backends[owner][region].keys.get(key_arn.rpartition("/")[2])
    if key is None:
        return False
    policy = Policy(_addressed_to(json.loads(key.policy), account))
    context = _context(account, region)
    return all(policy.allows(Request(action, key_arn, context)) for action in NEEDED)


def _addressed_to(document: dict[str, Any], account: str) -> dict[str, Any]:
    """The statements of a key's policy that are about an account, as those of an identity's."""
    statements = document.get("Statement", [])
    statements = statements if isinstance(statements, list) else [statements]
    return {
        "Statement": [
            {name: part for name, part in one.items() if name != "Principal"}
            for one in statements
            if any(_is_of(principal, account) for principal in _principals(one.get("Principal", {})))
        ]
    }


def _principals(given: str | dict[str, str | list[str]]) -> list[str]:
    named = given if isinstance(given, str) else given.get("AWS", [])
    return named if isinstance(named, list) else [named]


def _is_of(principal: str, account: str) -> bool:
    """Everybody, the account, or a user or role in it."""
    return principal in ("*", account) or principal.startswith(f"arn:aws:iam::{account}:")


def _context(account: str, region: str) -> Context:
    """What IAM knows of a caller of the account, who lets EC2 use a key."""
    organizations = settings.CURRENT.ec2.organizations
    paths = [arn.partition("/")[2].split("/") for arn, members in organizations.items() if account in members]
    ids = tuple(dict.fromkeys(path[0] for path in paths))
    # The id of a unit has that of the root: ou-ab12-33333333 is below r-ab12.
    units = tuple(f"{path[0]}/r-{path[1].split('-')[1]}/{path[1]}/" for path in paths if len(path) > 1)
    return {
        "aws:PrincipalAccount": (account,),
        "kms:CallerAccount": (account,),
        "kms:ViaService": (f"ec2.{region}.amazonaws.com",),
        "kms:GrantIsForAWSResource": ("true",),
        **({"aws:PrincipalOrgID": ids} if ids else {}),
        **({"aws:PrincipalOrgPaths": units} if units else {}),
    }
