"""What the Auto Scaling group launches from, and the group."""

from pulumi import ComponentResource, Output, ResourceOptions

from snapnames.config.fleet_args import FleetArgs, InstanceRefresh
from snapnames.config.fleet_properties import TEMPLATE, checked_fleet, launch_of
from snapnames.resources.adoption import with_what_it_has
from snapnames.resources.group import auto_scaling_group
from snapnames.resources.launch_settings import launch_configuration, launch_template
from snapnames.resources.rollout import RolloutSettings, follow
from snapnames.rules.instance_refresh import refresh_of
from snapnames.rules.resource_types import FLEET
from snapnames.rules.time_spans import DEFAULT_ROLLOUT_TIMEOUT

__all__ = ["Fleet", "FleetArgs", "InstanceRefresh"]


class Fleet(ComponentResource):
    """The launch configuration or launch template of an image, and an Auto Scaling group that launches from it.

    Leaves alone: running instances, unless `instance_refresh` is given; a new image is what the next scale-out
    launches. With `instance_refresh` an update waits until the instances are replaced. When that fails, the update
    fails, and deletes nothing. Also left alone is what an existing group has and `args` do not give: sizes, health
    check, suspended processes, tags.

    With `adopt` it takes over a group that exists. Only what the group launches from changes: a launch template with
    all that it launched with before, and this image. When the fleet is removed or destroyed, the group stays as it
    runs, with the launch template. The image is not the fleet's: give the option `retain_on_delete` to the
    `ReleaseImage` that the group launches, so that it stays too.

    Raises `InputError` before anything is registered for sizes and places that Auto Scaling refuses, and for properties
    that pulumi-aws does not have.
    """

    launch_settings_id: Output[str]
    """Name of the launch configuration, or id of the launch template."""

    auto_scaling_group_name: Output[str]
    """Name of the Auto Scaling group."""

    rollout: Output[str]
    """How the rollout ended: `rolled out`, or `launched` when not all instances run it or nothing waited for them."""

    def __init__(self, name: str, args: FleetArgs, opts: ResourceOptions | None = None) -> None:
        """Declare the launch configuration and the group; `args` as `FleetArgs` says."""
        given = checked_fleet(args, f"fleet {name!r}")
        super().__init__(FLEET, name, {}, opts)
        adopts = "adopt" in given
        args = checked_fleet(with_what_it_has(given, f"fleet {name!r}"), f"fleet {name!r}") if adopts else given
        declare = launch_template if launch_of(args) == TEMPLATE else launch_configuration
        settings = declare(name, args, self)
        group = auto_scaling_group(name, args, settings, self, given)

        rollout = RolloutSettings(
            refresh_of(args),
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
