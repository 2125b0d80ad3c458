"""What a group launches from: a launch configuration, or a version of a launch template."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_aws as aws
from pulumi import ComponentResource, ErrorHook, ErrorHookArgs, Output, ResourceHookBinding, ResourceOptions

from .account_images import STACK_TAG, stack_tag

if TYPE_CHECKING:
    from .fleet import FleetArgs

_NOT_AVAILABLE = "Launch Configuration creation operation is not available in your account"
"""Of AWS's answer to accounts made on or after 2024-10-01:
docs.aws.amazon.com/autoscaling/ec2/userguide/launch-configurations.html.
"""


@dataclass(frozen=True)
class LaunchSettings:
    """The resource, and the arguments by which a group launches from it."""

    resource: aws.ec2.LaunchConfiguration | aws.ec2.LaunchTemplate
    group_arguments: Mapping[str, Any]


def launch_configuration(name: str, args: "FleetArgs", owner: ComponentResource) -> LaunchSettings:
    """A launch configuration with a generated name: the new one exists before the old one goes."""
    configuration = aws.ec2.LaunchConfiguration(
        name,
        image_id=args["image_id"],
        instance_type=args["instance_type"],
        security_groups=args.get("security_groups"),
        key_name=args.get("key_name"),
        iam_instance_profile=args.get("instance_profile"),
        user_data=_secret(args),
        opts=ResourceOptions(parent=owner, hooks=ResourceHookBinding(on_error=[_advice(name, owner)])),
    )
    return LaunchSettings(configuration, {"launch_configuration": configuration.name})


def launch_template(name: str, args: "FleetArgs", owner: ComponentResource) -> LaunchSettings:
    """A launch template, of which the group launches the version made last, by its number.

    With `$Latest` or `$Default` AWS could not roll an instance refresh back.
    """
    profile = args.get("instance_profile")
    user_data = _secret(args)
    template = aws.ec2.LaunchTemplate(
        name,
        image_id=args["image_id"],
        instance_type=args["instance_type"],
        vpc_security_group_ids=args.get("security_groups"),
        key_name=args.get("key_name"),
        iam_instance_profile=None
        if profile is None
        else Output.from_input(profile).apply(
            lambda given: {"arn": given} if given.startswith("arn:") else {"name": given}
        ),
        user_data=None if user_data is None else user_data.apply(lambda text: base64.b64encode(text.encode()).decode()),
        tags={STACK_TAG: stack_tag()},
        opts=ResourceOptions(parent=owner),
    )
    version = template.latest_version.apply(str)
    return LaunchSettings(template, {"launch_template": {"id": template.id, "version": version}})


def _secret(args: "FleetArgs") -> Output[str] | None:
    user_data = args.get("user_data")
    return None if user_data is None else Output.secret(user_data)


def _advice(name: str, owner: ComponentResource) -> ErrorHook:
    def advise(failed: ErrorHookArgs) -> bool:
        if any(_NOT_AVAILABLE in error for error in failed.errors):
            pulumi.log.error(
                "this account was made on or after 2024-10-01, and AWS gives such accounts no launch configurations: "
                "set snapnames:fleet.launch to template",
                resource=owner,
            )
        return False

    return ErrorHook(f"{name}-launch-configuration", advise)
