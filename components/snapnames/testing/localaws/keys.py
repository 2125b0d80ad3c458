"""The KMS keys that encrypt snapshots: which there are, and which is AWS's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.kms.models import kms_backends

from .image_errors import EncryptionNotRemovedError, KeyWithoutEncryptionError

if TYPE_CHECKING:
    from moto.ec2.models import EC2Backend

AWS_MANAGED = "alias/aws/ebs"

KEY_NOT_ACCESSIBLE = "Given key ID is not accessible"
"""What a snapshot says that was to be encrypted with a key that its region has not (from memory of EC2)."""


def is_aws_managed(ec2: EC2Backend, key_arn: str | None) -> bool:
    """Whether it is the key that AWS made for EBS in the account and region: nobody can share what that encrypts."""
    kms = kms_backends[ec2.account_id][ec2.region_name]
    return key_arn is not None and kms.alias_exists(AWS_MANAGED) and kms.describe_key(AWS_MANAGED).arn == key_arn


def manage_by_aws(ec2: EC2Backend, key_arn: str) -> None:
    """Let the key be one that AWS manages, as DescribeKey tells; moto says of each that the customer does."""
    kms_backends[ec2.account_id][ec2.region_name].describe_key(key_arn).key_manager = "AWS"


def default_key(ec2: EC2Backend) -> str:
    """The ARN of the key that EBS takes when none is named: AWS's own, or the one that the account has set."""
    if not ec2.default_kms_key_id:
        ec2._create_default_encryption_key()  # noqa: SLF001 - moto has no other way to it
    return str(ec2.default_kms_key_id)


def key_in_region(ec2: EC2Backend, given: str) -> str | None:
    """The ARN of a key by its id, alias or ARN; None if the region has no such key. An ARN may name another account."""
    account, region = ec2.account_id, ec2.region_name
    if given.startswith("arn:"):
        region, account = given.split(":")[3:5]
    if region != ec2.region_name or account not in {*kms_backends, ec2.account_id}:
        return None
    kms = kms_backends[account][region]
    name = kms.get_alias_name(given)
    if name.startswith("alias/") and not kms.alias_exists(name):
        return default_key(ec2) if name == AWS_MANAGED else None
    key_id = kms.any_id_to_key_id(given)
    return str(kms.keys[key_id].arn) if key_id in kms.keys else None


def encryption_of_copy(
    ec2: EC2Backend, snapshot_id: str, kms_key_id: str | None, *, was: bool, asked: bool | None
) -> tuple[bool, str | None]:
    """Whether the copy of a snapshot is encrypted, and the ARN of its key; None for one that the region has not.

    Without a key it is the default one of the region that the copy goes to, whatever key the source has; encryption can
    be added and not taken away: docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CopyImage.html.
    """
    if kms_key_id and not asked:
        raise KeyWithoutEncryptionError
    if was and asked is False:
        raise EncryptionNotRemovedError(snapshot_id=snapshot_id)
    if not (was or asked or ec2.ebs_encryption_by_default):
        return False, None
    return True, key_in_region(ec2, kms_key_id) if kms_key_id else default_key(ec2)
