"""What the Auto Scaling group launches from, and the group."""

import pulumi_aws as aws
from pulumi import ComponentResource, Output, ResourceOptions

from snapnames.config.fleet_args import FleetArgs, InstanceRefresh
from snapnames.resources.account_images import stack_tag
from snapnames.resources.launch_settings import launch_configuration, launch_template
from snapnames.resources.rollout import RolloutSettings, follow
from snapnames.rules.fleet import check_fleet
from snapnames.rules.images import STACK_TAG
from snapnames.rules.resource_types import FLEET
from snapnames.rules.time_spans import DEFAULT_ROLLOUT_TIMEOUT

__all__ = ["Fleet", "FleetArgs", "InstanceRefresh"]


class Fleet(ComponentResource):
    """The launch configuration or launch template of an image, and an Auto Scaling group that launches from it.

    Leaves alone: running instances, unless `instance_refresh` is given; a new image is what the next scale-out
    launches. With `instance_refresh` an update waits until the instances are replaced. When that fails, the update
    fails, and deletes nothing.

    Raises `InputError` before anything is registered for sizes and places that Auto Scaling refuses.
    """

    launch_settings_id: Output[str]
    """Name of the launch configuration, or id of the launch template."""

    auto_scaling_group_name: Output[str]
    """Name of the Auto Scaling group."""

    rollout: Output[str]
    """How the rollout of this update ended: `rolled out`, or `launched` when nothing waited for the instances."""

    def __init__(self, name: str, args: FleetArgs, opts: ResourceOptions | None = None) -> None:
        """Declare the launch configuration and the group; `args` as `FleetArgs` says."""
        check_fleet(args, f"fleet {name!r}")
        super().__init__(FLEET, name, {}, opts)
        min_size = args.get("min_size", 1)

        declare = launch_template if args.get("launch") == "template" else launch_configuration
        settings = declare(name, args, self)
        group = aws.autoscaling.Group(
            name,
            **settings.group_arguments,
            min_size=min_size,
            max_size=args.get("max_size", min_size),
            desired_capacity=args.get("desired_capacity"),
            availability_zones=args.get("zones"),
            vpc_zone_identifiers=args.get("subnets"),
            health_check_type=args.get("health_check", "EC2"),
            health_check_grace_period=args.get("health_check_grace_period", 300),
            instance_refresh=_instance_refresh(args.get("instance_refresh")),
            tags=[
                {"key": key, "value": value, "propagate_at_launch": key != STACK_TAG}
                # Not on the instances: AWS Backup and others copy the tags of an instance onto the image of it.
                for key, value in {**args.get("tags", {}), STACK_TAG: stack_tag()}.items()
            ],
            opts=ResourceOptions(parent=self),
        )

        rollout = RolloutSettings(
            args.get("instance_refresh"),
            args.get("wait_for_rollout", True),
            args.get("rollout_timeout", DEFAULT_ROLLOUT_TIMEOUT),
        )
        self.launch_settings_id = settings.resource.id
        self.auto_scaling_group_name = group.name
        self.rollout = Output.all(group.id, settings.launched).apply(lambda known: follow(known[0], rollout, group))
        self.register_outputs(
            {
                "launch_settings_id": self.launch_settings_id,
                "auto_scaling_group_name": self.auto_scaling_group_name,
                "rollout": self.rollout,
            }
        )


def _instance_refresh(refresh: InstanceRefresh | None) -> "aws.autoscaling.GroupInstanceRefreshArgsDict | None":
    if refresh is None:
        return None
    warmup = refresh.get("instance_warmup")
    return {
        "strategy": "Rolling",
        "preferences": {
            "min_healthy_percentage": refresh.get("min_healthy_percentage", 90),
            "instance_warmup": None if warmup is None else str(warmup),
            "auto_rollback": refresh.get("auto_rollback", False),
        },
        "triggers": refresh.get("triggers"),
    }
