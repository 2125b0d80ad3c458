"""The Auto Scaling group of a fleet: what a new one begins with, and what of one that exists is left as it is."""

from typing import Any

import pulumi_aws as aws
from pulumi import ComponentResource, ResourceOptions

from snapnames.config.aws_properties import as_arguments, properties
from snapnames.config.fleet_args import FleetArgs
from snapnames.config.fleet_properties import GROUP, MIXED, SHORT, filled_in
from snapnames.rules.groups import ADOPTED
from snapnames.rules.images import STACK_TAG
from snapnames.rules.instance_refresh import refresh_of

from .account_images import stack_tag
from .launch_settings import LaunchSettings

_TAGS, _TAG_TRIGGER = "tags", "tag"
_NEVER_LEFT = frozenset(
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


def auto_scaling_group(
    name: str, args: FleetArgs, settings: LaunchSettings, owner: ComponentResource, given: FleetArgs
) -> aws.autoscaling.Group:
    """The group, and each of its tags as a resource of its own: the tags that others put on the group stay.

    `given`: the inputs of the fleet alone, without what a group that is taken over has.
    """
    adopted, tags = args.get("adopt"), _tags(args)
    named = {"name": adopted} if adopted else {}
    # An import under the logical name of a group of the fleet's own would delete that one.
    group = aws.autoscaling.Group(
        f"{name}{ADOPTED}" if adopted else name,
        **{
            **_new_group(args),
            **_passed_through(args, settings),
            **named,
            _TAGS: tags,
        },
        opts=ResourceOptions(
            parent=owner,
            ignore_changes=left_alone(given),
            import_=adopted,
            # It serves, and is not ours to end.
            retain_on_delete=True if adopted else None,
        ),
    )
    for tag in tags:
        aws.autoscaling.Tag(
            f"{name}:{tag['key']}",
            autoscaling_group_name=group.name,
            tag={"key": tag["key"], "value": tag["value"], "propagate_at_launch": tag["propagate_at_launch"]},
            # A tag that the group had before would go with the stack.
            opts=ResourceOptions(
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
    left = {*properties(aws.autoscaling.GroupArgs)} - given - _NEVER_LEFT
    if _TAG_TRIGGER in args.get("instance_refresh", {}).get("triggers", ()):
        return sorted(left - {_TAGS})
    return sorted(left | {_TAGS})


def _new_group(args: FleetArgs) -> dict[str, Any]:
    """What the fleet's own inputs say, with the defaults of a new group."""
    min_size = args.get("min_size", 1)
    return {
        "min_size": min_size,
        "max_size": args.get("max_size", min_size),
        "desired_capacity": args.get("desired_capacity"),
        "availability_zones": args.get("zones"),
        "vpc_zone_identifiers": args.get("subnets"),
        "health_check_type": args.get("health_check", "EC2"),
        "health_check_grace_period": args.get("health_check_grace_period", 300),
        "instance_refresh": _instance_refresh(args),
    }


def _passed_through(args: FleetArgs, settings: LaunchSettings) -> dict[str, Any]:
    """The properties under pulumi-aws's own names, and what the group launches from."""
    given = args.get("group", {})
    template_id, version = settings.template_id, settings.launched
    if template_id is None:
        return {"launch_configuration": settings.launched, **as_arguments(given, aws.autoscaling.GroupArgs)}
    if MIXED in given:
        specification = {"launchTemplateId": template_id, "version": version}
        return as_arguments(filled_in(given, specification), aws.autoscaling.GroupArgs)
    return {
        "launch_template": {"id": template_id, "version": version},
        **as_arguments(given, aws.autoscaling.GroupArgs),
    }


def _tags(args: FleetArgs) -> "list[aws.autoscaling.GroupTagArgsDict]":
    """Those of the fleet, and the mark. It is not on the instances: backups copy an instance's tags onto its image."""
    given = as_arguments({_TAGS: args.get("group", {}).get(_TAGS, [])}, aws.autoscaling.GroupArgs)[_TAGS]
    mark: aws.autoscaling.GroupTagArgsDict = {"key": STACK_TAG, "value": stack_tag(), "propagate_at_launch": False}
    short: list[aws.autoscaling.GroupTagArgsDict] = [
        {"key": key, "value": value, "propagate_at_launch": True} for key, value in args.get("tags", {}).items()
    ]
    # The tags of a group that is taken over stay as they are.
    return [*given, *short] if "adopt" in args else [*given, *short, mark]


def _instance_refresh(args: FleetArgs) -> "aws.autoscaling.GroupInstanceRefreshArgsDict | None":
    refresh = refresh_of(args)
    if refresh is None:
        return None
    warmup, delay = refresh.get("instance_warmup"), refresh.get("checkpoint_delay")
    preferences: aws.autoscaling.GroupInstanceRefreshPreferencesArgsDict = {
        "min_healthy_percentage": refresh["min_healthy_percentage"],
        "max_healthy_percentage": refresh.get("max_healthy_percentage"),
        "instance_warmup": None if warmup is None else str(warmup),
        "auto_rollback": False,
        "skip_matching": refresh.get("skip_matching"),
        "checkpoint_percentages": refresh.get("checkpoint_percentages"),
        "checkpoint_delay": None if delay is None else str(delay),
        "scale_in_protected_instances": refresh.get("scale_in_protected_instances"),
        "standby_instances": refresh.get("standby_instances"),
        "alarm_specification": {"alarms": refresh["alarms"]} if refresh.get("alarms") else None,
    }
    return {"strategy": "Rolling", "preferences": preferences, "triggers": refresh.get("triggers")}
