"""EC2's refusals about images and snapshots of others, and about protected, locked, binned and archived ones."""

from moto.ec2.exceptions import EC2ClientError


class ImageOfAnotherError(EC2ClientError):
    """The image is another account's, and only its owner may do this.

    docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html has the code; the text is from memory of EC2.
    """

    code = "AuthFailure"
    message = "Not authorized for image:{image_id}"


class ImageNotSharedError(EC2ClientError):
    """The image is another account's, which has not shared it. Code and text as for `ImageOfAnotherError`."""

    code = "AuthFailure"
    message = "Not authorized for images: [{image_id}]"


class SnapshotLockedError(EC2ClientError):
    """The snapshot is locked, so that it can't be deleted.

    docs.aws.amazon.com/ebs/latest/userguide/ebs-snapshot-lock.html says so; code and text could not be checked.
    """

    code = "SnapshotLocked"
    message = "The snapshot '{snapshot_id}' is locked and can't be deleted."


class LockFixedError(EC2ClientError):
    """The lock is in compliance mode and can only be extended. Code and text could not be checked."""

    code = "OperationNotPermitted"
    message = (
        "The snapshot '{snapshot_id}' is locked in compliance mode and its cooling-off period is over: its lock can "
        "only be extended."
    )


class SnapshotArchivedError(EC2ClientError):
    """The snapshot is archived and has to be restored before it can be used. Code and text could not be checked."""

    code = "IncorrectState"
    message = "The snapshot '{snapshot_id}' is archived: restore it first."


class ImageKeyNotSharableError(EC2ClientError):
    """A snapshot of the image is encrypted with a key that nobody else can use. Code and text are from memory."""

    code = "InvalidParameter"
    message = "Snapshots encrypted with the AWS Managed CMK can't be shared. Specify another snapshot."


class SnapshotKeyNotSharableError(EC2ClientError):
    """The snapshot is encrypted with AWS's own key.

    docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySnapshotAttribute.html says so; the text is from memory.
    """

    code = "OperationNotPermitted"
    message = "Encrypted snapshots with EBS default key cannot be shared"


class SnapshotNotPublicError(EC2ClientError):
    """The snapshot is encrypted, so it can't be given to everybody; the same page says so, the text is ours."""

    code = "OperationNotPermitted"
    message = "Encrypted snapshots cannot be made public"


class ParameterCombinationError(EC2ClientError):
    """Parameters were given that don't go together."""

    code = "InvalidParameterCombination"


class ImageStorageNotSharedError(EC2ClientError):
    """The image is shared, and its snapshots are not, so it can't be copied. Code and text are from memory of EC2."""

    code = "InvalidRequest"
    message = "You do not have permission to access the storage of this ami"


class CopyLimitReachedError(EC2ClientError):
    """Too many snapshots are being copied to the region.

    docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html has the code; the text is from memory of EC2.
    """

    code = "ResourceLimitExceeded"
    message = "Too many snapshot copies in progress. The limit is {limit} for this destination region."


class IdempotentParameterMismatchError(EC2ClientError):
    """A client token was used before, for a request that was different. The text is from memory of EC2."""

    code = "IdempotentParameterMismatch"
    message = "The client token you have provided is associated with a resource that was created by another request."


class KeyWithoutEncryptionError(EC2ClientError):
    """A key was named, and nothing is to be encrypted. The text is from memory of EC2."""

    code = "InvalidParameterDependency"
    message = "The parameter KmsKeyId requires the parameter Encrypted to be set."


class EncryptionNotRemovedError(EC2ClientError):
    """An encrypted snapshot has no unencrypted copy.

    Code and text are as others report them (github.com/hashicorp/packer/issues/7393 and 11741).
    """

    code = "InvalidRequest"
    message = (
        "Snapshot {snapshot_id} is encrypted. Creating unencrypted copy from an encrypted snapshot is not supported."
    )


class SharingLimitReachedError(EC2ClientError):
    """The image would be shared with too many entities.

    The code is that of EC2's quotas (docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html); the text is
    ours.
    """

    code = "ResourceLimitExceeded"
    message = "The image '{image_id}' can be shared with at most {limit} entities."
