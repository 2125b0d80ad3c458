"""The one reader of Auto Scaling groups."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from snapnames.rules.groups import Group, Launch, Member

if TYPE_CHECKING:
    from mypy_boto3_autoscaling import AutoScalingClient
    from mypy_boto3_autoscaling.type_defs import (
        AutoScalingGroupTypeDef,
        FilterTypeDef,
        InstanceTypeDef,
        LaunchTemplateOverridesOutputTypeDef,
        LaunchTemplateSpecificationTypeDef,
    )

_PAGE = 100
"""docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingGroups.html."""


def read_groups(
    autoscaling: "AutoScalingClient", *, names: Sequence[str] = (), filters: "Sequence[FilterTypeDef]" = ()
) -> list[Group]:
    """The groups of these names, or all that pass the filters: a call for each 100."""
    pages = autoscaling.get_paginator("describe_auto_scaling_groups").paginate(
        AutoScalingGroupNames=list(names), Filters=list(filters), PaginationConfig={"PageSize": _PAGE}
    )
    return [_group(group) for page in pages for group in page["AutoScalingGroups"]]


def _group(described: "AutoScalingGroupTypeDef") -> Group:
    return Group(
        name=described["AutoScalingGroupName"],
        created=described["CreatedTime"],
        launches=tuple(dict.fromkeys(_launches(described))),
        images=tuple(dict.fromkeys(one["ImageId"] for one in _overrides(described) if one.get("ImageId"))),
        members=tuple(_member(instance) for instance in described.get("Instances", [])),
        tags={tag["Key"]: tag.get("Value", "") for tag in described.get("Tags", [])},
        desired=described["DesiredCapacity"],
        health_check=described["HealthCheckType"],
        protects=described.get("NewInstancesProtectedFromScaleIn", False),
        suspended=tuple(one["ProcessName"] for one in described.get("SuspendedProcesses", [])),
        pooled=described.get("WarmPoolSize", 0),
        fed=bool(
            described.get("TargetGroupARNs") or described.get("LoadBalancerNames") or described.get("TrafficSources")
        ),
    )


def _launches(described: "AutoScalingGroupTypeDef") -> Iterator[Launch]:
    if described.get("LaunchConfigurationName"):
        yield Launch(configuration=described["LaunchConfigurationName"])
    if "LaunchTemplate" in described:
        yield _template(described["LaunchTemplate"])
    mixed = described.get("MixedInstancesPolicy", {}).get("LaunchTemplate", {})
    if "LaunchTemplateSpecification" in mixed:
        yield _template(mixed["LaunchTemplateSpecification"])
    for override in _overrides(described):
        if "LaunchTemplateSpecification" in override:
            yield _template(override["LaunchTemplateSpecification"])


def _overrides(described: "AutoScalingGroupTypeDef") -> "Sequence[LaunchTemplateOverridesOutputTypeDef]":
    return described.get("MixedInstancesPolicy", {}).get("LaunchTemplate", {}).get("Overrides", [])


def _template(given: "LaunchTemplateSpecificationTypeDef") -> Launch:
    return Launch(template=given.get("LaunchTemplateId", ""), version=given.get("Version", "$Default"))


def _member(described: "InstanceTypeDef") -> Member:
    configuration = described.get("LaunchConfigurationName", "")
    launch = _template(described["LaunchTemplate"]) if "LaunchTemplate" in described else Launch(configuration)
    return Member(
        instance_id=described["InstanceId"],
        lifecycle=described["LifecycleState"],
        health=described["HealthStatus"],
        protected=described["ProtectedFromScaleIn"],
        launch=launch,
        weight=int(described.get("WeightedCapacity", "1")),
    )
