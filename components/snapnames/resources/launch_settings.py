"""What a group launches from: a launch configuration, or a version of a launch template."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi_aws as aws
from pulumi import ComponentResource, Output, ResourceOptions

from snapnames.config.fleet_args import FleetArgs
from snapnames.rules.images import STACK_TAG

from .account_images import stack_tag


@dataclass(frozen=True)
class LaunchSettings:
    """The resource, and the arguments that make a group launch from the resource."""

    resource: "aws.ec2.LaunchConfiguration | aws.ec2.LaunchTemplate"
    group_arguments: Mapping[str, Any]
    launched: Output[str]
    """Changes with what the group launches: the name of a configuration, or the version of a template."""


def launch_configuration(name: str, args: FleetArgs, owner: ComponentResource) -> LaunchSettings:
    """A launch configuration with a generated name: the new one exists before the old one goes."""
    configuration = aws.ec2.LaunchConfiguration(
        name,
        image_id=args["image_id"],
        instance_type=args["instance_type"],
        security_groups=args.get("security_groups"),
        key_name=args.get("key_name"),
        iam_instance_profile=args.get("instance_profile"),
        user_data=_secret(args),
        opts=ResourceOptions(parent=owner),
    )
    return LaunchSettings(configuration, {"launch_configuration": configuration.name}, configuration.name)


def launch_template(name: str, args: FleetArgs, owner: ComponentResource) -> LaunchSettings:
    """A launch template, of which the group launches the version made last, by its number.

    With `$Latest` or `$Default`, AWS could not roll an instance refresh back.
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
    return LaunchSettings(template, {"launch_template": {"id": template.id, "version": version}}, version)


def _secret(args: FleetArgs) -> Output[str] | None:
    user_data = args.get("user_data")
    return None if user_data is None else Output.secret(user_data)
