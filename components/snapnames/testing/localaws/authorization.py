"""What AWS asks of IAM before it does a call: which action, on which resources, with which keys.

From docs.aws.amazon.com/service-authorization/latest/reference: list_ec2.html and list_autoscaling.html. Calls that
describe have no resources there, but for those in `ON_ONE`. A call that changes something and is not known here is
refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from moto.ec2.utils import EC2_PREFIX_TO_RESOURCE, get_prefix

from .authorized_actions import ON_ALL, ON_ONE, REFERENCES
from .authorized_launches import launch, launches, pass_role, templates_named
from .authorized_parameters import key_requests, parameter_requests
from .policies import Context, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_WITHOUT_ACCOUNT = ("image", "snapshot")
"""Kinds of resources whose ARN has no account."""

_ON_ONE_GROUP = (
    "CancelInstanceRefresh",
    "DeleteAutoScalingGroup",
    "DeleteLifecycleHook",
    "DeletePolicy",
    "DeleteScheduledAction",
    "DisableMetricsCollection",
    "EnableMetricsCollection",
    "EnterStandby",
    "ExitStandby",
    "PutLifecycleHook",
    "PutScalingPolicy",
    "PutScheduledUpdateGroupAction",
    "ResumeProcesses",
    "RollbackInstanceRefresh",
    "SetInstanceProtection",
    "StartInstanceRefresh",
    "SuspendProcesses",
    "UpdateAutoScalingGroup",
)


@dataclass(frozen=True)
class Template:
    """The version of a launch template that a group is to launch from, as far as IAM is asked about it."""

    template_id: str
    image_id: str
    instance_type: str
    key_name: str
    profile: str
    parameter: str = ""
    """The ARN of the parameter that is named in place of an image."""
    tags: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What its launches tag, `instance` or `volume`, to the tags."""


@dataclass(frozen=True)
class Call:
    """A call, and how to look up what it names."""

    service: str
    action: str
    region: str
    account: str
    parameters: Mapping[str, str]
    """As the Query protocol has them: `Tag.1.Key`."""

    tags_of: Callable[[str], Mapping[str, str]] = field(repr=False)
    """The tags of an EC2 resource by its id, or of a group by its name; none for one that is not there."""

    template: Callable[[Mapping[str, str]], Template | None] = field(repr=False)
    """The launch template version that a call's parameters name."""

    parameter: Callable[[str], str] = field(default=lambda _: "", repr=False)
    """The ARN of the parameter that is named in place of an image; empty for an image."""

    def get(self, name: str) -> str:
        """A parameter, or nothing."""
        return self.parameters.get(name, "")

    def members(self, prefix: str) -> list[dict[str, str]]:
        """The structures of a list: `Tags.member` gives those of `Tags.member.1.Key` and `Tags.member.1.Value`."""
        found: dict[str, dict[str, str]] = {}
        for name, value in self.parameters.items():
            if name.startswith(f"{prefix}."):
                index, _, rest = name.removeprefix(f"{prefix}.").partition(".")
                found.setdefault(index, {})[rest] = value
        return [found[index] for index in sorted(found, key=int)]

    def arn(self, kind: str, name: str) -> str:
        """The ARN of a resource of EC2; `*` as a name for one that is yet to be made."""
        account = "" if kind in _WITHOUT_ACCOUNT else self.account
        return f"arn:aws:ec2:{self.region}:{account}:{kind}/{name}"

    def group_arn(self, name: str) -> str:
        """The ARN of an Auto Scaling group; of its unique part no policy can know anything."""
        return f"arn:aws:autoscaling:{self.region}:{self.account}:autoScalingGroup:0:autoScalingGroupName/{name}"

    def request(self, resource: str = "*", action: str = "", **context: Context) -> Request:
        """An authorization of this call, or of another action that it does along the way."""
        keys: Context = {"aws:RequestedRegion": (self.region,), f"{self.service}:Region": (self.region,)}
        for more in context.values():
            keys |= more
        return Request(action or f"{self.service}:{self.action}", resource, keys)


def requests(call: Call) -> list[Request] | None:
    """All that IAM has to allow; None for a call of which that is not known here."""
    if call.service == "ssm":
        return parameter_requests(call)
    if call.service == "kms":
        return key_requests(call)
    known = _EC2 if call.service == "ec2" else _AUTO_SCALING
    if call.action in known:
        return list(known[call.action](call))
    if call.service == "ec2" and call.action in ON_ONE:
        return list(_one(call))
    if call.service == "autoscaling" and call.action in _ON_ONE_GROUP:
        return list(_group(call))
    listed = call.action.startswith("Describe") or (call.service == "ec2" and call.action in ON_ALL)
    return [call.request()] if listed else None


def _given(tags: Mapping[str, str]) -> Context:
    """What the tags in a request are to IAM."""
    keys: Context = {f"aws:RequestTag/{key}": (value,) for key, value in tags.items()}
    return keys | {"aws:TagKeys": tuple(tags)} if tags else {}


def _existing(service: str, tags: Mapping[str, str]) -> Context:
    """What the tags that a resource has are to IAM."""
    return {f"{prefix}:ResourceTag/{key}": (value,) for prefix in ("aws", service) for key, value in tags.items()}


def _pairs(tags: list[dict[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag.get("Value", "") for tag in tags}


def _one(call: Call) -> Iterator[Request]:
    resource_id = call.get(ON_ONE[call.action])
    if not resource_id and "LaunchTemplateName" in call.parameters:
        template = call.template({"LaunchTemplateName": call.get("LaunchTemplateName"), "Version": "$Default"})
        resource_id = template.template_id if template else ""
    kind = call.action.partition("LaunchTemplate")[1] and "launch-template"
    kind = kind or ON_ONE[call.action].removesuffix("Id").lower()
    attributes: Context = {}
    if call.action == "ModifyImageAttribute":
        # docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-policies-for-amazon-ec2.html: a parameter, or its `Value`.
        given = {name.removesuffix(".Value"): (value,) for name, value in call.parameters.items()}
        attributes = {f"ec2:Attribute/{name}": given[name] for name in ("Description", "ImdsSupport") if name in given}
        attributes |= {"ec2:Attribute": given["Attribute"]} if "Attribute" in given else {}
    existing = _existing("ec2", call.tags_of(resource_id))
    yield call.request(call.arn(kind, resource_id), existing=existing, attributes=attributes)


def _tags(call: Call) -> Iterator[Request]:
    given = _given(_pairs(call.members("Tag")))
    resources = [value for name, value in call.parameters.items() if name.startswith("ResourceId.")]
    for resource_id in resources:
        kind = EC2_PREFIX_TO_RESOURCE.get(get_prefix(resource_id), "")
        existing = _existing("ec2", call.tags_of(resource_id))
        yield call.request(call.arn(kind, resource_id), given=given, existing=existing)


def _specified(call: Call, kind: str) -> dict[str, str]:
    """The tags of a request for resources of a kind that it makes."""
    found: dict[str, str] = {}
    for specification in call.members("TagSpecification"):
        if specification.get("ResourceType") == kind:
            for name, key in specification.items():
                if name.endswith(".Key"):
                    found[key] = specification.get(name.removesuffix("Key") + "Value", "")
    return found


def _made(call: Call, kind: str) -> Iterator[Request]:
    """A resource that the call makes, and its tags."""
    tags = _specified(call, kind)
    yield call.request(call.arn(kind, "*"), given=_given(tags))
    if tags:
        creating: Context = {"ec2:CreateAction": (call.action,)}
        yield call.request(call.arn(kind, "*"), "ec2:CreateTags", given=_given(tags), creating=creating)


def _templated(call: Call, made: Iterator[Request]) -> Iterator[Request]:
    """A template or a version of it, and the parameter that it names in place of an image.

    docs.aws.amazon.com/autoscaling/ec2/userguide/using-systems-manager-parameters.html.
    """
    yield from made
    if parameter := call.parameter(call.get("LaunchTemplateData.ImageId")):
        yield call.request(parameter, "ssm:GetParameters")


def _versions(call: Call) -> Iterator[Request]:
    """With ResolveAlias, EC2 reads the parameter of the version that is asked for in the name of the caller.

    docs.aws.amazon.com/AWSEC2/latest/UserGuide/create-launch-template.html#use-an-ssm-parameter-instead-of-an-ami-id.
    It resolves one version a call, as others report it: github.com/wata727/packer-plugin-amazon-ami-management/pull/431
    """
    yield call.request()
    if call.get("ResolveAlias") == "true":
        named = {key: call.get(key) for key in ("LaunchTemplateId", "LaunchTemplateName")}
        template = call.template({**named, "Version": call.get("LaunchTemplateVersion.1") or "$Default"})
        if template and template.parameter:
            yield call.request(template.parameter, "ssm:GetParameters")


def _create_image(call: Call) -> Iterator[Request]:
    instance_id = call.get("InstanceId")
    yield call.request(call.arn("instance", instance_id), existing=_existing("ec2", call.tags_of(instance_id)))
    yield from _made(call, "image")
    yield from _made(call, "snapshot")


def _copy(call: Call) -> Iterator[Request]:
    """The source, and what is made of it. The source's tags are known here in its own region alone."""
    kind = call.action.removeprefix("Copy").lower()
    source = call.get(f"Source{kind.title()}Id")
    arn = f"arn:aws:ec2:{call.get('SourceRegion')}::{kind}/{source}"
    yield call.request(arn, existing=_existing("ec2", call.tags_of(source)))
    if kind == "image":
        yield from _made(call, "image")
    yield from _made(call, "snapshot")


def _binned(call: Call) -> Iterator[Request]:
    """What is named of the Recycle Bin, or all images or snapshots in it."""
    kind = "image" if "Images" in call.action else "snapshot"
    names = [value for name, value in call.parameters.items() if name.startswith(f"{kind.title()}Id.")]
    for name in names or ["*"]:
        yield call.request(call.arn(kind, name), existing=_existing("ec2", call.tags_of(name)))


def _references(call: Call) -> Iterator[Request]:
    yield call.request()
    for action in REFERENCES:
        yield call.request("*", action, via={"aws:CalledVia": ("ec2-images.amazonaws.com",)})


def _group(call: Call) -> Iterator[Request]:
    name = call.get("AutoScalingGroupName")
    existing = _existing("autoscaling", call.tags_of(name))
    given = _given(_pairs(call.members("Tags.member"))) if call.action == "CreateAutoScalingGroup" else {}
    yield call.request(call.group_arn(name), existing=existing, given=given, launches=launches(call))
    for named in templates_named(call):
        template = call.template(named)
        if template is not None:
            yield from launch(call, template)


def _launch_configuration(call: Call) -> Iterator[Request]:
    name = call.get("LaunchConfigurationName")
    arn = f"arn:aws:autoscaling:{call.region}:{call.account}:launchConfiguration:0:launchConfigurationName/{name}"
    launched: Context = {
        f"autoscaling:{key}": (call.get(key),) for key in ("ImageId", "InstanceType") if key in call.parameters
    }
    yield call.request(arn, launched=launched)
    yield from pass_role(call, call.get("IamInstanceProfile"))


def _group_tags(call: Call) -> Iterator[Request]:
    tags = call.members("Tags.member")
    for name in dict.fromkeys(tag["ResourceId"] for tag in tags):
        own = _given(_pairs([tag for tag in tags if tag["ResourceId"] == name]))
        yield call.request(call.group_arn(name), given=own, existing=_existing("autoscaling", call.tags_of(name)))


_EC2: Mapping[str, Callable[[Call], Iterator[Request]]] = {
    "CopyImage": _copy,
    "CopySnapshot": _copy,
    "CreateImage": _create_image,
    "CreateLaunchTemplate": lambda call: _templated(call, _made(call, "launch-template")),
    "CreateLaunchTemplateVersion": lambda call: _templated(call, _one(call)),
    "CreateTags": _tags,
    "DeleteTags": _tags,
    "DescribeImageReferences": _references,
    "DescribeLaunchTemplateVersions": _versions,
    "ListImagesInRecycleBin": _binned,
    "ListSnapshotsInRecycleBin": _binned,
}
_AUTO_SCALING: Mapping[str, Callable[[Call], Iterator[Request]]] = {
    "CreateAutoScalingGroup": _group,
    "CreateLaunchConfiguration": _launch_configuration,
    "CreateOrUpdateTags": _group_tags,
    "DeleteLaunchConfiguration": _launch_configuration,
    "DeleteTags": _group_tags,
}
