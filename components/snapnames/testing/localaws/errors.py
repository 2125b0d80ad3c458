"""EC2's and Auto Scaling's refusals, each with the code that AWS sends."""

from moto.autoscaling.exceptions import AutoscalingClientError
from moto.core.exceptions import ServiceException
from moto.ec2.exceptions import EC2ClientError
from moto.sts.exceptions import STSClientError


class ImageNameMalformedError(EC2ClientError):
    """The name of an image has a wrong length or character."""

    code = "InvalidAMIName.Malformed"
    # The text leaves out "[", "]", space, "'" and "@", which EC2 accepts.
    message = (
        "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, "
        "'(', ')', '.', '-', '/' and '_'"
    )


class ImageNameDuplicateError(EC2ClientError):
    """Another image of the account and region has the name; one that is pending or failed counts too."""

    code = "InvalidAMIName.Duplicate"
    message = "AMI name {name} is already in use by AMI {image_id}"


class ImageIdMalformedError(EC2ClientError):
    """The id does not look like an image's."""

    code = "InvalidAMIID.Malformed"
    message = 'Invalid id: "{image_id}" (expecting "ami-...")'


class ImageNotFoundError(EC2ClientError):
    """No image has this id; a deregistered one has none either."""

    code = "InvalidAMIID.NotFound"

    def __init__(self, *image_ids: str) -> None:
        """Name every id that is not there, as EC2 does."""
        noun, verb = ("id", "does") if len(image_ids) == 1 else ("ids", "do")
        super().__init__(f"The image {noun} '[{', '.join(image_ids)}]' {verb} not exist")


class ImageUnavailableError(EC2ClientError):
    """The image is deregistered, or not (yet) in a state to be launched from."""

    code = "InvalidAMIID.Unavailable"
    message = "The image id '[{image_id}]' is no longer available"


class ImageNotLaunchableError(ImageUnavailableError):
    """The image is pending, failed or disabled. The text is from memory of EC2."""

    message = "The image ID '{image_id}' is not available"


class ImageProtectedError(EC2ClientError):
    """Deregistration protection is on. The code is from memory of EC2, the text is ours."""

    code = "OperationNotPermitted"
    message = "The image '{image_id}' can't be deregistered: deregistration protection is enabled"


class InstanceIdMalformedError(EC2ClientError):
    """The id does not look like an instance's."""

    code = "InvalidInstanceID.Malformed"
    message = 'Invalid id: "{instance_id}"'


class InstanceNotFoundError(EC2ClientError):
    """No instance has this id."""

    code = "InvalidInstanceID.NotFound"
    message = "The instance ID '{instance_id}' does not exist"


class InstanceStateIncorrectError(EC2ClientError):
    """The instance is neither running nor stopped. The text is ours."""

    code = "IncorrectInstanceState"
    message = "The instance '{instance_id}' is not in a state from which it can be imaged: {state}"


class TooManyInstanceIdsError(EC2ClientError):
    """DescribeInstanceStatus was given more ids than it takes.

    Code and text, with its spelling, are as others report them (github.com/bastillion-io/Bastillion-EC2/issues/8).
    """

    code = "InvalidRequest"
    message = (
        "{count} exceeds the maximum number of instance IDs that can be specificied ({limit}). Please specify fewer "
        "than {limit} instance IDs."
    )


class SnapshotNotFoundError(EC2ClientError):
    """No snapshot has this id."""

    code = "InvalidSnapshot.NotFound"
    message = "The snapshot '{snapshot_id}' does not exist."


class SnapshotIdMalformedError(EC2ClientError):
    """The id does not look like a snapshot's. The text is from memory of EC2."""

    code = "InvalidParameterValue"
    message = "Value ({snapshot_id}) for parameter snapshotId is invalid. Expected: 'snap-...'."


class SnapshotInUseError(EC2ClientError):
    """A registered image refers to the snapshot."""

    code = "InvalidSnapshot.InUse"
    message = "The snapshot {snapshot_id} is currently in use by {image_id}"


class BlockDeviceMappingInvalidError(EC2ClientError):
    """A mapping asks for what EC2 does not do. The texts are from memory of EC2."""

    code = "InvalidBlockDeviceMapping"


class ParameterMissingError(EC2ClientError):
    """A parameter that EC2 requires is absent."""

    code = "MissingParameter"
    message = "The request must contain the parameter {parameter}"


class ParameterInvalidError(EC2ClientError):
    """A parameter has a value that EC2 does not take."""

    code = "InvalidParameterValue"


class FilterInvalidError(ParameterInvalidError):
    """EC2 has no filter of this name for the call."""

    message = "The filter '{name}' is invalid"


class FilterLimitError(EC2ClientError):
    """A filter has more values than EC2 takes.

    The text is as others report it (github.com/nchammas/flintrock/issues/193). It speaks of a call, the documentation
    of a filter: whether the values of a call's filters add up could not be checked.
    """

    code = "FilterLimitExceeded"
    message = "The maximum number of filter values specified on a single call is 200"


class StateIncorrectError(EC2ClientError):
    """The resource is in another state than the call needs."""

    code = "IncorrectState"


class ResourceIdInvalidError(EC2ClientError):
    """The id of something to be tagged is not an id."""

    code = "InvalidID"
    message = "The ID '{resource_id}' is not valid"


class TagLimitReachedError(EC2ClientError):
    """The resource would have more than 50 tags of the user's."""

    code = "TagLimitExceeded"
    message = "The maximum number of Tags for a resource has been reached."


class UnauthorizedOperationError(EC2ClientError):
    """The caller's policy does not allow the call; sent with HTTP 403.

    EC2 ends the text with its details in a form that STS alone can read, some hundred characters without a space:
    docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html.
    """

    code = "UnauthorizedOperation"
    message = (
        "You are not authorized to perform this operation. {text}. Encoded authorization failure message: {encoded}"
    )

    def __init__(self, text: str) -> None:
        """Take what AWS says in words."""
        super().__init__(text=text, encoded="4Ak-z9".join(["Jx_0"] * 100))


class AccessDeniedError(AutoscalingClientError):
    """Auto Scaling's word for the same."""

    code = "AccessDenied"


class AccessDeniedExceptionError(ServiceException):
    """The same of Systems Manager and of KMS.

    docs.aws.amazon.com/systems-manager/latest/APIReference/CommonErrors.html
    """

    code = "AccessDeniedException"


class RoleDeniedError(STSClientError):
    """The role does not trust the caller, or is not there; AWS says the same of both, with HTTP 403."""

    code = "AccessDenied"


class AlreadyExistsError(AutoscalingClientError):
    """The account has a launch configuration or a group of this name. The texts are from memory of AWS."""

    code = "AlreadyExists"


class UnsupportedOperationError(AutoscalingClientError):
    """The account was made too late for launch configurations. The text is from memory of AWS."""

    code = "UnsupportedOperation"


class ResourceInUseError(AutoscalingClientError):
    """A group still launches from the launch configuration. The text is from memory of AWS."""

    code = "ResourceInUse"


class RefreshInProgressError(AutoscalingClientError):
    """The group has an instance refresh that is not over. The text is from memory of AWS."""

    code = "InstanceRefreshInProgress"
    message = "An Instance Refresh is already in progress and blocks the execution of this Instance Refresh."


class NoActiveRefreshError(AutoscalingClientError):
    """The group has no instance refresh in progress."""

    code = "ActiveInstanceRefreshNotFound"
    message = "No in progress or pending Instance Refresh found for Auto Scaling group {group}"


class IrreversibleRefreshError(AutoscalingClientError):
    """The instance refresh can't be rolled back. The texts are from memory of AWS."""

    code = "IrreversibleInstanceRefresh"


class NextTokenInvalidError(AutoscalingClientError):
    """The token of a page is none that was given."""

    code = "InvalidNextToken"
    message = "The token '{token}' is invalid."


class ValidationFailedError(AutoscalingClientError):
    """Auto Scaling's answer to most wrong input, an unknown name included."""

    code = "ValidationError"


def constraint(value: object, parameter: str, rule: str) -> ValidationFailedError:
    """Make the refusal of a parameter's value, in the words that AWS's front has for it."""
    return ValidationFailedError(
        f"1 validation error detected: Value '{value}' at '{parameter}' failed to satisfy constraint: {rule}"
    )


class RegionNamesInvalidError(EC2ClientError):
    """No region has this name. Code and text are from memory of EC2."""

    code = "InvalidParameterValue"
    message = "Invalid region names: [{names}]"


class RegionClosedError(EC2ClientError):
    """The account has not enabled the region: repost.aws/knowledge-center/iam-validate-access-credentials."""

    code = "AuthFailure"
    message = "AWS was not able to validate the provided access credentials"


class RegionClosedToGroupsError(AutoscalingClientError):
    """The same of Auto Scaling. The code is from memory of its common errors."""

    code = "InvalidClientTokenId"
    message = "The security token included in the request is invalid."
