"""Policies about calls of Parameter Store and KMS."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from snapnames.testing.localaws.server import REGION, LocalAws

KEY = "restricted"
PARAMETER = f"arn:aws:ssm:{REGION}:123456789012:parameter/front-web/ami"


def client(aws: LocalAws, service: str) -> Any:  # noqa: ANN401 -- boto3 makes its clients at run time
    """A client of the key that has a policy."""
    session = boto3.session.Session(KEY, "x", region_name=REGION)
    return session.client(service, endpoint_url=aws.url)  # type: ignore[call-overload]


def allow(aws: LocalAws, *actions: str, resource: str = "*") -> None:
    """Let the key do this and nothing else."""
    statement = {"Effect": "Allow", "Action": [*actions], "Resource": resource}
    aws.restrict(KEY, {"Version": "2012-10-17", "Statement": [statement]})


def refused(call: Any, **arguments: object) -> str:  # noqa: ANN401 -- a method of a client
    """What the key may not do, and on which resource."""
    with pytest.raises(ClientError) as raised:
        call(**arguments)
    error = raised.value.response["Error"]
    assert error["Code"] == "AccessDeniedException"
    return str(error["Message"].partition("is not authorized to perform: ")[2].partition(" because")[0])


def test_a_parameter_is_a_resource_and_its_tags_are_a_permission_of_their_own(aws: LocalAws) -> None:
    """docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html."""
    ssm = client(aws, "ssm")
    put = {"Name": "/front-web/ami", "Value": "ami-1", "Type": "String"}
    allow(aws, "ssm:PutParameter", resource=PARAMETER)

    ssm.put_parameter(**put)

    tagged = {**put, "Name": "/front-web/ami", "Tags": [{"Key": "team", "Value": "web"}]}
    assert refused(ssm.put_parameter, **tagged) == f"ssm:AddTagsToResource on resource: {PARAMETER}"
    assert refused(ssm.put_parameter, **{**put, "Name": "/other"}).endswith(":parameter/other")
    assert refused(ssm.get_parameter, Name="/front-web/ami") == f"ssm:GetParameter on resource: {PARAMETER}"
    assert refused(ssm.describe_parameters) == "ssm:DescribeParameters on resource: *"


def test_a_key_is_a_resource_also_by_its_alias_and_a_call_that_is_not_known_is_refused(aws: LocalAws) -> None:
    """As for EC2's calls."""
    kms, owner = client(aws, "kms"), aws.client("kms")
    key, other = (owner.create_key()["KeyMetadata"]["Arn"] for _ in range(2))
    owner.create_alias(AliasName="alias/web", TargetKeyId=key)
    allow(aws, "kms:DescribeKey", resource=key)

    assert kms.describe_key(KeyId="alias/web")["KeyMetadata"]["Arn"] == key
    assert refused(kms.describe_key, KeyId=other) == f"kms:DescribeKey on resource: {other}"
    assert refused(kms.get_key_policy, KeyId=key, PolicyName="default") == f"kms:GetKeyPolicy on resource: {key}"
    assert refused(kms.list_keys).startswith("kms:ListKeys on resource: (not known")


def test_an_explicit_deny_is_told_from_a_missing_allow_and_ec2_adds_what_sts_can_read(aws: LocalAws) -> None:
    """docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html."""
    allowed = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    denied = {"Effect": "Deny", "Action": "ec2:DescribeImages", "Resource": "*"}
    ec2 = client(aws, "ec2")
    aws.restrict(KEY, {"Version": "2012-10-17", "Statement": [allowed, denied]})

    with pytest.raises(ClientError, match=r"explicit deny in an identity-based policy\. Encoded"):
        ec2.describe_images()
    allow(aws, "ec2:DescribeVolumes")
    with pytest.raises(ClientError, match="because no identity-based policy allows the ec2:DescribeImages action"):
        ec2.describe_images()
