"""The Auto Scaling group of a fleet: what a new one begins with, and what of one that exists is left as it is."""

from collections.abc import Mapping
from typing import Any

from pulumi import ComponentResource, ResourceOptions

from snapnames.config.aws_properties import with_whole_numbers
from snapnames.config.fleet_args import FleetArgs
from snapnames.config.fleet_properties import GROUP, MIXED, SHORT, classes, filled_in
from snapnames.rules.groups import ADOPTED
from snapnames.rules.images import STACK_TAG
from snapnames.rules.instance_refresh import refresh_of

from .account_images import stack_tag
from .aws_resources import Group, GroupTag, GroupTagResource
from .launch_settings import LaunchSettings

_TAGS, _TAG_TRIGGER = "tags", "tag"
NEVER_LEFT = frozenset(
    {
        # What the group launches from, and how it goes over to that.
        "launchConfiguration",
        "launchTemplate",
        "mixedInstancesPolicy",
        "instanceRefresh",
        # One of two has to be given, and the other would be kept beside it.
        "availabilityZones",
        "vpcZoneIdentifiers",
        "name",
        "namePrefix",
        # What is not given of these the provider takes from AWS, and it refuses some of them together.
        "loadBalancers",
        "targetGroupArns",
        "trafficSources",
        # Of the provider, not of the group.
        "forceDelete",
        "forceDeleteWarmPool",
        "ignoreFailedScalingActivities",
        "minElbCapacity",
        "region",
        "waitForCapacityTimeout",
        "waitForElbCapacity",
    }
)
"""The properties that an update sets, also where the fleet does not give them. All others are in `LEFT`."""

LEFT = frozenset(
    {
        "availabilityZoneDistribution",
        "capacityRebalance",
        "capacityReservationSpecification",
        "context",
        "defaultCooldown",
        "defaultInstanceWarmup",
        "desiredCapacity",
        "desiredCapacityType",
        "enabledMetrics",
        "healthCheckGracePeriod",
        "healthCheckType",
        "initialLifecycleHooks",
        "instanceLifecyclePolicy",
        "instanceMaintenancePolicy",
        "maxInstanceLifetime",
        "maxSize",
        "metricsGranularity",
        "minSize",
        "placementGroup",
        "protectFromScaleIn",
        "serviceLinkedRoleArn",
        "suspendedProcesses",
        "tags",
        "terminationPolicies",
        "warmPool",
    }
)
"""What an update leaves as the account has it, unless the fleet gives it."""


def auto_scaling_group(
    name: str, args: FleetArgs, settings: LaunchSettings, owner: ComponentResource, given: FleetArgs
) -> Group:
    """The group, and each of its tags as a resource of its own: the tags that others put on the group stay.

    `given`: the inputs of the fleet alone, without what a group that is taken over has.
    """
    adopted, tags = args.get("adopt"), _tags(args)
    named = {"name": adopted} if adopted else {}
    # An import under the logical name of a group of the fleet's own would delete that one.
    group = Group(
        f"{name}{ADOPTED}" if adopted else name,
        {
            **_new_group(args),
            **_passed_through(args, settings),
            **named,
            _TAGS: tags,
        },
        ResourceOptions(
            parent=owner,
            ignore_changes=left_alone(given),
            import_=adopted,
            # It serves, and is not ours to end.
            retain_on_delete=True if adopted else None,
            # With an explicit name the provider would end a group before the one with the new name is there.
            delete_before_replace=False,
        ),
    )
    for tag in tags:
        GroupTagResource(
            f"{name}:{tag['key']}",
            group.name,
            tag,
            # A tag that the group had before would go with the stack.
            ResourceOptions(
                parent=owner, deleted_with=None if adopted else group, retain_on_delete=True if adopted else None
            ),
        )
    return group


def left_alone(args: FleetArgs) -> list[str]:
    """The properties that an update leaves as the account has them: all that the fleet does not give.

    Otherwise the next release would undo what somebody set in the console. The tags are among them: the provider reads
    all tags of a group, and would remove those that others put there. Only with the trigger `tag`, which needs a change
    of the group itself, they are declared as a whole.
    """
    given = {key for key, name in SHORT[GROUP].items() if name in args} | {*args.get("group", {})}
    left = LEFT - given
    if _TAG_TRIGGER in args.get("instance_refresh", {}).get("triggers", ()):
        return sorted(left - {_TAGS})
    return sorted(left | {_TAGS})


def _new_group(args: FleetArgs) -> dict[str, Any]:
    """What the fleet's own inputs say, with the defaults of a new group."""
    min_size = args.get("min_size", 1)
    return {
        "minSize": min_size,
        "maxSize": args.get("max_size", min_size),
        "desiredCapacity": args.get("desired_capacity"),
        "availabilityZones": args.get("zones"),
        "vpcZoneIdentifiers": args.get("subnets"),
        "healthCheckType": args.get("health_check", "EC2"),
        "healthCheckGracePeriod": args.get("health_check_grace_period", 300),
        "instanceRefresh": _instance_refresh(args),
    }


def _passed_through(args: FleetArgs, settings: LaunchSettings) -> dict[str, Any]:
    """The properties under pulumi-aws's own names, and what the group launches from."""
    given = args.get("group", {})
    template_id, version = settings.template_id, settings.launched
    if template_id is None:
        return {"launchConfiguration": settings.launched, **_plain(given)}
    if MIXED in given:
        specification = {"launchTemplateId": template_id, "version": version}
        return _plain(filled_in(given, specification))
    return {
        "launchTemplate": {"id": template_id, "version": version},
        **_plain(given),
    }


def _plain(given: Mapping[str, Any]) -> dict[str, Any]:
    """With whole numbers; only a group that is given properties needs the classes of pulumi-aws for that."""
    return with_whole_numbers(given, classes(GROUP)) if given else {}


def _tags(args: FleetArgs) -> list[GroupTag]:
    """Those of the fleet, and the mark. It is not on the instances: backups copy an instance's tags onto its image."""
    given: list[GroupTag] = args.get("group", {}).get(_TAGS, [])
    mark: GroupTag = {"key": STACK_TAG, "value": stack_tag(), "propagateAtLaunch": False}
    short: list[GroupTag] = [
        {"key": key, "value": value, "propagateAtLaunch": True} for key, value in args.get("tags", {}).items()
    ]
    # The tags of a group that is taken over stay as they are.
    return [*given, *short] if "adopt" in args else [*given, *short, mark]


def _instance_refresh(args: FleetArgs) -> dict[str, Any] | None:
    refresh = refresh_of(args)
    if refresh is None:
        return None
    warmup, delay = refresh.get("instance_warmup"), refresh.get("checkpoint_delay")
    preferences = {
        "minHealthyPercentage": refresh["min_healthy_percentage"],
        "maxHealthyPercentage": refresh.get("max_healthy_percentage"),
        "instanceWarmup": None if warmup is None else str(warmup),
        "autoRollback": False,
        "skipMatching": refresh.get("skip_matching"),
        "checkpointPercentages": refresh.get("checkpoint_percentages"),
        "checkpointDelay": None if delay is None else str(delay),
        "scaleInProtectedInstances": refresh.get("scale_in_protected_instances"),
        "standbyInstances": refresh.get("standby_instances"),
        "alarmSpecification": {"alarms": refresh["alarms"]} if refresh.get("alarms") else None,
    }
    return {"strategy": "Rolling", "preferences": preferences, "triggers": refresh.get("triggers")}
