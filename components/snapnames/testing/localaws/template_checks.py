"""What Auto Scaling checks of a launch template before a group, or an instance refresh, may launch from it.

docs.aws.amazon.com/autoscaling/ec2/userguide/using-systems-manager-parameters.html: the parameter is resolved at each
call that makes or changes a group, and some features don't work with one. Where no other source is named, codes and
texts of the refusals are ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.ec2.exceptions import EC2ClientError

from .errors import ValidationFailedError
from .image_parameters import is_parameter, resolved
from .image_selection import ImageSelection
from .launch_sources import LaunchSource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moto.ec2.models import EC2Backend

FULLY_FORMED = "You must use a valid fully-formed launch template."


def check_template(ec2: EC2Backend, named: Mapping[str, str] | None, policy: Mapping[str, Any] | None) -> None:
    """Refuse a template whose image can't be launched. What is no template moto refuses itself."""
    launch = (policy or {}).get("LaunchTemplate", {})
    source = _source(ec2, launch.get("LaunchTemplateSpecification") or named or {})
    if source is None:
        return
    if is_parameter(source.image_id) and any("InstanceRequirements" in one for one in launch.get("Overrides") or []):
        # As in github.com/hashicorp/terraform-provider-aws/issues/38767.
        raise ValidationFailedError(f'Invalid id: "{source.image_id}" (expecting "ami-...")')
    try:
        check_image(ec2, source)
    except EC2ClientError as error:
        raise ValidationFailedError(f"{FULLY_FORMED} {error.message}") from error


def check_image(ec2: EC2Backend, source: LaunchSource) -> None:
    """Raise as EC2 does if what is launched has no image, or one that can't be launched now."""
    if source.image_id and isinstance(ec2, ImageSelection):
        ec2.get_launchable_image(resolved(ec2, source.image_id))


def check_refresh(ec2: EC2Backend, sources: list[LaunchSource], *, limited: bool) -> None:
    """Refuse a refresh with a desired configuration or skip matching if an image is a parameter; resolve it if not.

    AWS's page says so of the group's own template; of the desired one it could not be checked. The text of a parameter
    without an image is as in github.com/aws-samples/cdk-image-pipeline/issues/290.
    """
    parameters = [source for source in sources if is_parameter(source.image_id)]
    if parameters and limited:
        raise ValidationFailedError(
            "An instance refresh with a desired configuration or skip matching isn't supported for a launch template "
            "that uses a Systems Manager parameter."
        )
    for source in parameters:
        try:
            check_image(ec2, source)
        except EC2ClientError as error:
            raise ValidationFailedError(error.message) from error


def _source(ec2: EC2Backend, named: Mapping[str, str]) -> LaunchSource | None:
    version = str(named.get("Version") or "$Default")
    try:
        if name := named.get("LaunchTemplateName"):
            found = ec2.get_launch_template_by_name(name)
        else:
            found = ec2.get_launch_template(named.get("LaunchTemplateId", ""))
        found.get_version(version)
    except EC2ClientError:
        return None
    return LaunchSource(template=found, version=version)
