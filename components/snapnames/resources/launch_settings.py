"""What a group launches from: a launch configuration, or a version of a launch template."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi_aws as aws
from pulumi import ComponentResource, Input, Output, ResourceOptions

from snapnames.config.aws_properties import SECRETS, as_arguments
from snapnames.config.fleet_args import FleetArgs
from snapnames.rules.images import STACK_TAG

from .account_images import stack_tag


@dataclass(frozen=True)
class LaunchSettings:
    """The resource, and what a group says to launch from the resource."""

    resource: "aws.ec2.LaunchConfiguration | aws.ec2.LaunchTemplate"
    launched: Output[str]
    """Changes with what the group launches: the name of a configuration, or the number of a template's version."""

    template_id: Output[str] | None = None
    """None for a launch configuration."""


def launch_configuration(name: str, args: FleetArgs, owner: ComponentResource) -> LaunchSettings:
    """A launch configuration with a generated name: the new one exists before the old one goes."""
    inputs = {
        "image_id": args["image_id"],
        "instance_type": args.get("instance_type"),
        "security_groups": args.get("security_groups"),
        "key_name": args.get("key_name"),
        "iam_instance_profile": args.get("instance_profile"),
        "user_data": _secret(args.get("user_data")),
    }
    passed = _passed_through(args.get("configuration", {}), aws.ec2.LaunchConfigurationArgs)
    configuration = aws.ec2.LaunchConfiguration(name, **{**inputs, **passed}, opts=ResourceOptions(parent=owner))
    return LaunchSettings(configuration, configuration.name)


def launch_template(name: str, args: FleetArgs, owner: ComponentResource) -> LaunchSettings:
    """A launch template, of which the group launches the version made last, by its number.

    With `$Latest` or `$Default`, AWS could not roll an instance refresh back. The version made last also becomes the
    default version, for others who launch from the template.
    """
    profile, user_data = args.get("instance_profile"), _secret(args.get("user_data"))
    inputs = {
        "image_id": args["image_id"],
        "instance_type": args.get("instance_type"),
        "vpc_security_group_ids": args.get("security_groups"),
        "key_name": args.get("key_name"),
        "iam_instance_profile": None if profile is None else Output.from_input(profile).apply(_profile),
        "user_data": None if user_data is None else user_data.apply(_encoded),
        "update_default_version": True,
    }
    passed = _passed_through(args.get("template", {}), aws.ec2.LaunchTemplateArgs)
    tags = {**passed.get("tags", {}), STACK_TAG: stack_tag()}
    # The group that is taken over stays, and launches from it.
    options = ResourceOptions(parent=owner, retain_on_delete=True if "adopt" in args else None)
    template = aws.ec2.LaunchTemplate(name, **{**inputs, **passed, "tags": tags}, opts=options)
    return LaunchSettings(template, template.latest_version.apply(str), template.id)


def _passed_through(given: Mapping[str, Any], inputs: type) -> dict[str, Any]:
    """The properties under pulumi-aws's own names; user data among them is kept as a secret."""
    return as_arguments({key: _secret(value) if key in SECRETS else value for key, value in given.items()}, inputs)


def _secret(user_data: Input[str] | None) -> Output[str] | None:
    return None if user_data is None else Output.secret(user_data)


def _profile(given: str) -> dict[str, str]:
    return {"arn": given} if given.startswith("arn:") else {"name": given}


def _encoded(user_data: str) -> str:
    return base64.b64encode(user_data.encode()).decode()
