"""What AWS asks of IAM for what a group, or a launch configuration, will launch."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .authorization import Call, Template
    from .policies import Context, Request

_EC2_ITSELF = "ec2.amazonaws.com"
_SPECIFICATION = "LaunchTemplateSpecification."
"""Before what names a template in a mixed instances policy, also in each of its overrides."""


def templates_named(call: Call) -> list[dict[str, str]]:
    """The launch templates that a call for a group names: its own, or all of a mixed instances policy."""
    found: dict[str, dict[str, str]] = {}
    for key, value in call.parameters.items():
        before, specification, name = key.rpartition(_SPECIFICATION)
        if specification and before.startswith("MixedInstancesPolicy."):
            found.setdefault(before, {})[name] = value
        elif key.startswith("LaunchTemplate."):
            found.setdefault("", {})[key.removeprefix("LaunchTemplate.")] = value
    return list(found.values())


def launches(call: Call) -> Context:
    """What a call for a group says of its launches. What the call leaves out is no key of the request.

    docs.aws.amazon.com/service-authorization/latest/reference/list_autoscaling.html#autoscaling-policy-keys
    """
    subnets = tuple(one.strip() for one in call.get("VPCZoneIdentifier").split(",") if one.strip())
    configuration, named = call.get("LaunchConfigurationName"), templates_named(call)
    keys: Context = {"autoscaling:VPCZoneIdentifiers": subnets} if subnets else {}
    keys |= {"autoscaling:LaunchConfigurationName": (configuration,)} if configuration else {}
    if named:
        numbered = all(one.get("Version", "").isdecimal() for one in named)
        keys |= {"autoscaling:LaunchTemplateVersionSpecified": (str(numbered).lower(),)}
    return keys


def launch(call: Call, template: Template) -> Iterator[Request]:
    """What a group's launches need of who makes or changes it.

    docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-launch-template-permissions.html: RunInstances,
    PassRole, and CreateTags for what the template tags, are checked when a group is created or updated with a launch
    template. A mixed instances policy is such an update.
    """
    arn = call.arn("launch-template", template.template_id)
    context: Context = {"ec2:LaunchTemplate": (arn,)}
    for kind in ("instance", "volume", "network-interface", "security-group", "subnet"):
        of_type: Context = {"ec2:InstanceType": (template.instance_type,)} if kind == "instance" else {}
        tags = _tags(template.tags.get(kind, {}))
        yield call.request(call.arn(kind, "*"), "ec2:RunInstances", launch=context, of_type=of_type, tags=tags)
        if tags:
            creating: Context = {"ec2:CreateAction": ("RunInstances",)}
            yield call.request(call.arn(kind, "*"), "ec2:CreateTags", launch=context, tags=tags, creating=creating)
    for kind, resource_id in (("image", template.image_id), ("launch-template", template.template_id)):
        existing: Context = {
            f"{prefix}:ResourceTag/{key}": (value,)
            for prefix in ("aws", "ec2")
            for key, value in call.tags_of(resource_id).items()
        }
        yield call.request(call.arn(kind, resource_id), "ec2:RunInstances", launch=context, existing=existing)
    if template.parameter:
        yield call.request(template.parameter, "ssm:GetParameters", launch=context)
    if template.key_name:
        yield call.request(call.arn("key-pair", template.key_name), "ec2:RunInstances", launch=context)
    yield from pass_role(call, template.profile)


def _tags(tags: Mapping[str, str]) -> Context:
    keys: Context = {f"aws:RequestTag/{key}": (value,) for key, value in tags.items()}
    return keys | {"aws:TagKeys": tuple(tags)} if tags else {}


def pass_role(call: Call, profile: str) -> Iterator[Request]:
    """The role of an instance profile has its name here, as the console makes them."""
    if profile:
        role = f"arn:aws:iam::{call.account}:role/{profile.rpartition('/')[2]}"
        yield call.request(role, "iam:PassRole", passed={"iam:PassedToService": (_EC2_ITSELF,)})
