"""The one reader of what encrypts volumes and snapshots, and of whose keys these are."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from snapnames.rules.limits import chunks

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client


def keys_of_volumes(ec2: "EC2Client", instance_id: str) -> dict[str, str]:
    """Volume id to the ARN of its key, of the encrypted volumes of an instance: a call for each 500 volumes.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Volume.html
    """
    attached = [{"Name": "attachment.instance-id", "Values": [instance_id]}]
    pages = ec2.get_paginator("describe_volumes").paginate(Filters=attached)  # type: ignore[arg-type] # a filter
    return {one["VolumeId"]: one["KmsKeyId"] for page in pages for one in page["Volumes"] if one.get("KmsKeyId")}


def keys_of_snapshots(ec2: "EC2Client", snapshot_ids: Collection[str]) -> dict[str, str]:
    """Snapshot id to the ARN of its key, of those that are encrypted: a call for each 200."""
    return {
        one["SnapshotId"]: one["KmsKeyId"]
        for chunk in chunks(sorted(snapshot_ids))
        for page in ec2.get_paginator("describe_snapshots").paginate(
            OwnerIds=["self"], Filters=[{"Name": "snapshot-id", "Values": chunk}]
        )
        for one in page["Snapshots"]
        if one.get("KmsKeyId")
    }


def managers(kms: Any, keys: Collection[str]) -> Mapping[str, str]:  # noqa: ANN401 -- a client of KMS
    """Key to who manages it, `AWS` or `CUSTOMER`; to the code of the refusal, for a key that can't be read.

    https://docs.aws.amazon.com/kms/latest/APIReference/API_KeyMetadata.html
    """
    return {key: _manager(kms, key) for key in sorted(set(keys))}


def _manager(kms: Any, key: str) -> str:  # noqa: ANN401 -- the same
    try:
        return str(kms.describe_key(KeyId=key)["KeyMetadata"]["KeyManager"])
    except ClientError as error:
        return str(error.response["Error"]["Code"])


_USABLE = ("Enabled", "Updating")
"""The states in which a key encrypts."""

UNREADABLE = "the key can't be read"
"""How the reason begins, for a key of which AWS does not say whether it can encrypt."""


def why_unusable(kms: Any, key: str) -> str:  # noqa: ANN401 -- the same
    """Why EBS can't encrypt with the key; empty if it can.

    A key has to be symmetric and enabled: docs.aws.amazon.com/ebs/latest/userguide/how-ebs-encryption-works.html and
    docs.aws.amazon.com/kms/latest/developerguide/key-state.html.
    """
    try:
        found = kms.describe_key(KeyId=key)["KeyMetadata"]
    except ClientError as error:
        code = error.response["Error"]["Code"]
        return "there is no such key" if code == "NotFoundException" else f"{UNREADABLE} ({code})"
    if found.get("KeyState", "Enabled") not in _USABLE:
        return f"the key is {found['KeyState']}"
    spec, usage = found.get("KeySpec", "SYMMETRIC_DEFAULT"), found.get("KeyUsage", "ENCRYPT_DECRYPT")
    if (spec, usage) != ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"):
        return f"the key is one of {spec} for {usage}, where EBS needs a symmetric one that encrypts"
    return ""


def key_policy(kms: Any, key: str) -> str:  # noqa: ANN401 -- the same
    """The policy of the key as JSON text; empty if the role may not read it, or if another account has the key.

    https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyPolicy.html
    """
    try:
        return str(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    except ClientError:
        return ""


def default_key(ec2: "EC2Client", *, wanted: bool) -> str:
    """The ARN or alias of the key that EC2 takes where none is named; empty if it encrypts nothing by itself.

    `wanted`: whether something asks for encryption, such as a copy of an encrypted snapshot. Otherwise the region may
    encrypt all that is new: docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html.
    """
    if not wanted and not ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"]:
        return ""
    return ec2.get_ebs_default_kms_key_id()["KmsKeyId"]
