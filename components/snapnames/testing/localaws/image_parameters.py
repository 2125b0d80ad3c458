"""`resolve:ssm:` in place of the id of an image: a parameter of Systems Manager that has the id.

docs.aws.amazon.com/AWSEC2/latest/UserGuide/create-launch-template.html#use-an-ssm-parameter-instead-of-an-ami-id. A
parameter that another account shares can't be named here: nothing shares parameters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.ec2.exceptions import EC2ClientError
from moto.ssm.exceptions import SSMException

from .image_backend import IMAGE_ID
from .parameter_store import IMAGE, parameters_of

if TYPE_CHECKING:
    from moto.ec2.models import EC2Backend
    from moto.ssm.models import Parameter

PREFIX = "resolve:ssm:"
PUBLIC = "/aws/service/"
"""How the names of AWS's own parameters begin."""


class AliasUnknownError(EC2ClientError):
    """There is no such parameter, version or label. The code is as others report it, and how the text begins."""

    code = "SsmInvalidParameter"
    message = "The following aliases are invalid: [{name}]"


class AliasNoImageError(EC2ClientError):
    """The parameter is of another data type. Code and text are as in github.com/aws/aws-cdk/issues/26712."""

    code = "SsmInvalidParameter"
    message = "Unsupported data type. The following parameter data types are supported: aws:ec2:image"


class ParameterDeniedError(EC2ClientError):
    """The caller may not read the parameter. The code is as others report it, the text could not be checked."""

    code = "SsmAccessDenied"


def is_parameter(image_id: str) -> bool:
    """Whether a parameter is named in place of an image."""
    return image_id.startswith(PREFIX)


def parameter_arn(ec2: EC2Backend, image_id: str) -> str:
    """The ARN of the parameter that is named, without version and label; empty for an image."""
    if not is_parameter(image_id):
        return ""
    name = image_id.removeprefix(PREFIX)
    if name.startswith("arn:"):
        return ":".join(name.split(":")[:6])
    path = name.partition(":")[0].removeprefix("/")
    return f"arn:aws:ssm:{ec2.region_name}:{ec2.account_id}:parameter/{path}"


def resolved(ec2: EC2Backend, image_id: str) -> str:
    """The id of the image that is meant, by its id or by a parameter of the account and region."""
    if not is_parameter(image_id):
        return image_id
    name = image_id.removeprefix(PREFIX)
    parameter = _parameter(ec2, name)
    if parameter is None:
        raise AliasUnknownError(name=name)
    # moto has AWS's own parameters without their data type.
    if parameter.data_type != IMAGE and not (name.startswith(PUBLIC) and IMAGE_ID.fullmatch(parameter.value)):
        raise AliasNoImageError
    return parameter.value


def _parameter(ec2: EC2Backend, name: str) -> Parameter | None:
    """By name or ARN, with a version or a label behind a colon; the latest version without."""
    store = parameters_of(ec2.account_id, ec2.region_name)
    path = name.removeprefix(f"arn:aws:ssm:{ec2.region_name}:{ec2.account_id}:parameter")
    # An ARN leaves the slash out of a name that begins with one.
    for candidate in [name] if path == name else [path, path.removeprefix("/")]:
        try:
            if found := store.get_parameter(candidate):
                return found
        except SSMException:
            continue  # no such version
    return None
