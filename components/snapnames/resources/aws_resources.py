"""The resources of AWS that the components declare, as engine and provider know them.

Each is the very same resource as the one of `pulumi_aws`, whose classes would cost every run 0.3 s and 60 MB. The
inputs bear the names that config and other languages know, as `instanceType`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Required, TypedDict
from weakref import WeakKeyDictionary

import pulumi
from pulumi import CustomResource, Input, Output, Resource, ResourceOptions

from snapnames.rules.resource_types import (
    CONFIGURATION,
    COPY,
    GROUP,
    GROUP_TAG,
    IMAGE,
    LAUNCH_PERMISSION,
    SSM_PARAMETER,
    TAG,
    TEMPLATE,
)

from .aws_plugin import plugin_version

Inputs = Mapping[str, Input[Any]]


class ImageInputs(TypedDict, total=False):
    """The inputs of `aws.ec2.AmiFromInstance` that a component gives."""

    name: Required[str]
    sourceInstanceId: Required[Input[str]]
    snapshotWithoutReboot: bool
    description: str | None
    deprecationTime: str | None
    tags: Mapping[str, str]


class CopyInputs(TypedDict, total=False):
    """The inputs of `aws.ec2.AmiCopy` that a component gives."""

    name: Required[str]
    sourceAmiId: Required[Input[str]]
    sourceAmiRegion: Required[str]
    encrypted: Input[bool]
    kmsKeyId: str | None
    description: str | None
    deprecationTime: Input[str | None]
    tags: Mapping[str, str]


class GroupTag(TypedDict):
    """A tag of a group."""

    key: str
    value: Input[str]
    propagateAtLaunch: Input[bool]


_registered: WeakKeyDictionary[Resource, list[Output[str]]] = WeakKeyDictionary()


def registered() -> list[Output[str]]:
    """The URNs of the resources that the running program has declared so far by these classes."""
    root = pulumi.runtime.get_root_resource()
    return [] if root is None else _registered.setdefault(root, [])


class _AwsResource(CustomResource):
    def __init__(self, token: str, name: str, inputs: Inputs, outputs: Sequence[str], opts: ResourceOptions) -> None:
        # An output becomes an attribute if it is among the properties.
        super().__init__(
            token,
            name,
            {**dict.fromkeys(outputs), **inputs},
            ResourceOptions.merge(ResourceOptions(version=plugin_version()), opts),
        )
        registered().append(self.urn)

    def _output(self, name: str) -> Output[Any]:
        found: Output[Any] = pulumi.get(self, name)
        return found


class _AnyImage(_AwsResource):
    """What the provider says of every AMI."""

    _OUTPUTS = ("rootDeviceName", "ebsBlockDevices", "deprecationTime")

    @property
    @pulumi.getter(name="rootDeviceName")
    def root_device_name(self) -> Output[str]:
        """As EC2 calls it."""
        return self._output("rootDeviceName")

    @property
    @pulumi.getter(name="ebsBlockDevices")
    def ebs_block_devices(self) -> Output[Sequence[Mapping[str, Any]] | None]:
        """A mapping with `deviceName` and `snapshotId` for each volume."""
        return self._output("ebsBlockDevices")

    @property
    @pulumi.getter(name="deprecationTime")
    def deprecation_time(self) -> Output[str | None]:
        """When it becomes deprecated; nothing, or an empty text, for never."""
        return self._output("deprecationTime")


class Image(_AnyImage):
    """`aws.ec2.AmiFromInstance`."""

    def __init__(self, name: str, inputs: ImageInputs, opts: ResourceOptions) -> None:
        """Declare it; `opts` without a version, as for all of these."""
        super().__init__(IMAGE, name, {**inputs}, self._OUTPUTS, opts)


class ImageOfAnother(_AnyImage):
    """`aws.ec2.AmiCopy`."""

    def __init__(self, name: str, inputs: CopyInputs, opts: ResourceOptions) -> None:
        """Declare it."""
        super().__init__(COPY, name, {**inputs}, (*self._OUTPUTS, "sourceAmiId"), opts)

    @property
    @pulumi.getter(name="sourceAmiId")
    def source_ami_id(self) -> Output[str]:
        """What it was copied from."""
        return self._output("sourceAmiId")


class LaunchConfiguration(_AwsResource):
    """`aws.ec2.LaunchConfiguration`."""

    def __init__(self, name: str, inputs: Inputs, opts: ResourceOptions) -> None:
        """Declare it."""
        super().__init__(CONFIGURATION, name, inputs, ("name",), opts)

    @property
    @pulumi.getter
    def name(self) -> Output[str]:
        """The generated name."""
        return self._output("name")


class LaunchTemplate(_AwsResource):
    """`aws.ec2.LaunchTemplate`."""

    def __init__(self, name: str, inputs: Inputs, opts: ResourceOptions) -> None:
        """Declare it."""
        super().__init__(TEMPLATE, name, inputs, ("latestVersion",), opts)

    @property
    @pulumi.getter(name="latestVersion")
    def latest_version(self) -> Output[int]:
        """The number of the version that was made last."""
        return self._output("latestVersion")


class Group(_AwsResource):
    """`aws.autoscaling.Group`."""

    def __init__(self, name: str, inputs: Inputs, opts: ResourceOptions) -> None:
        """Declare it."""
        super().__init__(GROUP, name, inputs, ("name",), opts)

    @property
    @pulumi.getter
    def name(self) -> Output[str]:
        """The generated name, or that of a group that was taken over."""
        return self._output("name")


class GroupTagResource(_AwsResource):
    """`aws.autoscaling.Tag`: one tag of a group."""

    def __init__(self, name: str, group: Input[str], tag: GroupTag, opts: ResourceOptions) -> None:
        """Declare it."""
        super().__init__(GROUP_TAG, name, {"autoscalingGroupName": group, "tag": tag}, (), opts)


class Tag(_AwsResource):
    """`aws.ec2.Tag`: one tag of one EC2 resource. Its id is resource id and key, known when the tag is given."""

    def __init__(self, name: str, resource_id: Input[str], key: str, value: Input[str], opts: ResourceOptions) -> None:
        """Declare it."""
        super().__init__(TAG, name, {"resourceId": resource_id, "key": key, "value": value}, ("value",), opts)

    @property
    @pulumi.getter
    def value(self) -> Output[str]:
        """The value, known when the tag is given."""
        return self._output("value")


class LaunchPermission(_AwsResource):
    """`aws.ec2.AmiLaunchPermission`: one that may launch one image."""

    def __init__(self, name: str, image_id: Input[str], kind: str, value: str, opts: ResourceOptions) -> None:
        """Declare it. `kind`: the input that names who it is, for example `accountId`."""
        super().__init__(LAUNCH_PERMISSION, name, {"imageId": image_id, kind: value}, (), opts)


class ParameterInputs(TypedDict):
    """The inputs of `aws.ssm.Parameter` that a stack gives.

    Without a data type a new value is an update; with `aws:ec2:image` the provider replaces the parameter, which is
    gone in between.
    """

    name: str
    insecureValue: Input[str]
    description: str
    tags: Mapping[str, str]


class Parameter(_AwsResource):
    """`aws.ssm.Parameter` of the type String. Whoever may read the state may read its value."""

    def __init__(self, name: str, inputs: ParameterInputs, opts: ResourceOptions) -> None:
        """Declare it."""
        super().__init__(SSM_PARAMETER, name, {**inputs, "type": "String"}, (), opts)
