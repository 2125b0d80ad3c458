"""What a group launches from: a launch configuration, or a version of a launch template."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulumi import ComponentResource, Input, Output, ResourceOptions

from snapnames.config.aws_properties import SECRETS, with_whole_numbers
from snapnames.config.fleet_args import FleetArgs
from snapnames.config.fleet_properties import CONFIGURATION, TEMPLATE, classes
from snapnames.rules.images import STACK_TAG

from .account_images import stack_tag
from .aws_resources import LaunchConfiguration, LaunchTemplate


@dataclass(frozen=True)
class LaunchSettings:
    """The resource, and what a group says to launch from the resource."""

    resource: LaunchConfiguration | LaunchTemplate
    launched: Output[str]
    """Changes with what the group launches: the name of a configuration, or the number of a template's version."""

    template_id: Output[str] | None = None
    """None for a launch configuration."""


def launch_configuration(name: str, args: FleetArgs, owner: ComponentResource) -> LaunchSettings:
    """A launch configuration with a generated name: the new one exists before the old one goes."""
    inputs = {
        "imageId": args["image_id"],
        "instanceType": args.get("instance_type"),
        "securityGroups": args.get("security_groups"),
        "keyName": args.get("key_name"),
        "iamInstanceProfile": args.get("instance_profile"),
        "userData": _secret(args.get("user_data")),
    }
    passed = _passed_through(args.get("configuration", {}), CONFIGURATION)
    configuration = LaunchConfiguration(name, {**inputs, **passed}, ResourceOptions(parent=owner))
    return LaunchSettings(configuration, configuration.name)


def launch_template(name: str, args: FleetArgs, owner: ComponentResource) -> LaunchSettings:
    """A launch template, of which the group launches the version made last, by its number.

    With `$Latest` or `$Default`, AWS could not roll an instance refresh back. The version made last also becomes the
    default version, for others who launch from the template.
    """
    profile, user_data = args.get("instance_profile"), _secret(args.get("user_data"))
    inputs = {
        "imageId": args["image_id"],
        "instanceType": args.get("instance_type"),
        "vpcSecurityGroupIds": args.get("security_groups"),
        "keyName": args.get("key_name"),
        "iamInstanceProfile": None if profile is None else Output.from_input(profile).apply(_profile),
        "userData": None if user_data is None else user_data.apply(_encoded),
        "updateDefaultVersion": True,
    }
    passed = _passed_through(args.get("template", {}), TEMPLATE)
    tags = {**passed.get("tags", {}), STACK_TAG: stack_tag()}
    # The group that is taken over stays, and launches from it.
    options = ResourceOptions(parent=owner, retain_on_delete=True if "adopt" in args else None)
    template = LaunchTemplate(name, {**inputs, **passed, "tags": tags}, options)
    return LaunchSettings(template, template.latest_version.apply(str), template.id)


def _passed_through(given: Mapping[str, Any], place: str) -> dict[str, Any]:
    """The properties under pulumi-aws's own names; user data among them is kept as a secret."""
    secret = {key: _secret(value) if key in SECRETS else value for key, value in given.items()}
    return with_whole_numbers(secret, classes(place)) if secret else {}


def _secret(user_data: Input[str] | None) -> Output[str] | None:
    return None if user_data is None else Output.secret(user_data)


def _profile(given: str) -> dict[str, str]:
    return {"arn": given} if given.startswith("arn:") else {"name": given}


def _encoded(user_data: str) -> str:
    return base64.b64encode(user_data.encode()).decode()
