"""What to do when a role can't be assumed, by the reason that AWS gives."""

from botocore.exceptions import ClientError, NoCredentialsError

from snapnames.aws.session import refused

_EXPIRED = "the keys that assume it have expired: get new ones, and run the same command again"
_UNKNOWN = "see to the keys that assume it: AWS_PROFILE, or the keys in the environment"
_THROTTLED = (
    "STS counts the calls of all that use these keys' account in this region: run the same command again when it takes "
    "calls again"
)
_BY_CODE = {
    "ExpiredToken": _EXPIRED,
    "ExpiredTokenException": _EXPIRED,
    "RequestExpired": _EXPIRED,
    "InvalidClientTokenId": _UNKNOWN,
    "UnrecognizedClientException": _UNKNOWN,
    "SignatureDoesNotMatch": _UNKNOWN,
    "Throttling": _THROTTLED,
    "ThrottlingException": _THROTTLED,
    "RequestLimitExceeded": _THROTTLED,
    "RegionDisabledException": "set AWS_REGION to a region in which STS is active for the account of the keys",
}
"""https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html and API_AssumeRole.html; the quota is on
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html."""


def advice(error: Exception) -> str:
    """The next step, after the reason of the error."""
    if isinstance(error, NoCredentialsError):
        return _UNKNOWN
    if not isinstance(error, ClientError):
        return "see to AWS_REGION, and to the way to STS there"
    return _BY_CODE.get(
        refused(error),
        "see to the trust policy of the role, and to sts:AssumeRole of the keys that assume it",
    )
