"""What the Auto Scaling group launches from, and the group."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, NotRequired, TypedDict

import pulumi_aws as aws
from pulumi import ComponentResource, Input, Output, ResourceOptions

from .account_images import STACK_TAG, stack_tag
from .errors import InputError
from .launch_settings import launch_configuration, launch_template

if TYPE_CHECKING:
    Launch = Literal["configuration", "template"]
    HealthCheck = Literal["EC2", "ELB"]
else:
    # The schema for other languages is inferred from the annotations, and knows no literals.
    Launch = HealthCheck = str

CHOICES = {"launch": ("configuration", "template"), "health_check": ("EC2", "ELB")}
"""The inputs that take one of a few words, with these words. The default is the first."""

MAX_USER_DATA = 16 * 1024
"""Bytes, before base64: docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html."""


class InstanceRefresh(TypedDict, total=False):
    """How running instances are replaced when the launch settings change. The defaults are Auto Scaling's."""

    min_healthy_percentage: int
    """Percentage of the desired capacity that stays in service meanwhile: 0 to 100. Default: 90."""

    instance_warmup: int
    """Seconds until a new instance counts as ready. Default: the group's health check grace period."""

    auto_rollback: bool
    """Go back to the settings before when the refresh fails. Default: false."""

    triggers: Sequence[str]
    """Other properties of the group whose change also starts a refresh, e.g. `tag`."""


class FleetArgs(TypedDict):
    """The inputs of `Fleet`. The lists are plain values. The ids in them may be outputs."""

    image_id: Input[str]
    """The AMI to launch from, e.g. `ReleaseImage.image_id`."""

    instance_type: str
    """E.g. `t3.small`."""

    launch: NotRequired[Launch]
    """Launch from a launch `configuration` or a launch `template`. Default: configuration."""

    instance_refresh: NotRequired[InstanceRefresh]
    """Replace the running instances when the launch settings change. Left out: they stay as they are."""

    min_size: NotRequired[int]
    """Instances the group keeps at least. Default: 1."""

    max_size: NotRequired[int]
    """Instances the group may have. Default: as many as `min_size`."""

    desired_capacity: NotRequired[int]
    """Instances to run now. Left out: Auto Scaling decides."""

    zones: NotRequired[Sequence[Input[str]]]
    """Availability zones, for a default VPC. Give these or `subnets`."""

    subnets: NotRequired[Sequence[Input[str]]]
    """Subnet ids. Give these or `zones`."""

    security_groups: NotRequired[Sequence[Input[str]]]
    """Security group ids."""

    key_name: NotRequired[Input[str]]
    """EC2 key pair for logins."""

    instance_profile: NotRequired[Input[str]]
    """Name or ARN of the IAM instance profile."""

    user_data: NotRequired[Input[str]]
    """Script or cloud-init data, at most 16 KiB. Kept as a secret in the state."""

    health_check: NotRequired[HealthCheck]
    """What decides that an instance is healthy: `EC2` or `ELB`. Default: EC2."""

    health_check_grace_period: NotRequired[int]
    """Seconds after launch before the first health check. Default: 300."""

    tags: NotRequired[Mapping[str, str]]
    """Tags on the group and on the instances that it launches. `snapnames:stack` is always set."""


class Fleet(ComponentResource):
    """The launch configuration or launch template of an image, and an Auto Scaling group that launches from it.

    Leaves alone: running instances, unless `instance_refresh` is given. Only the next scale-out launches a new image.

    Sizes and places that Auto Scaling refuses raise `InputError` before anything is registered.
    """

    launch_settings_id: Output[str]
    """Name of the launch configuration, or id of the launch template."""

    auto_scaling_group_name: Output[str]
    """Name of the Auto Scaling group."""

    def __init__(self, name: str, args: FleetArgs, opts: ResourceOptions | None = None) -> None:
        """Declare the launch configuration and the group; `args` as `FleetArgs` says."""
        check_fleet(args, f"fleet {name!r}")
        super().__init__("snapnames:index:Fleet", name, {}, opts)
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
                {"key": key, "value": value, "propagate_at_launch": True}
                for key, value in {**args.get("tags", {}), STACK_TAG: stack_tag()}.items()
            ],
            opts=ResourceOptions(parent=self),
        )

        self.launch_settings_id = settings.resource.id
        self.auto_scaling_group_name = group.name
        self.register_outputs(
            {
                "launch_settings_id": self.launch_settings_id,
                "auto_scaling_group_name": self.auto_scaling_group_name,
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


def check_fleet(args: FleetArgs, setting: str) -> None:
    """Raise `InputError` unless the group's sizes and places fit together. `setting`: what the user should change."""
    for key, choices in CHOICES.items():
        value = args.get(key, choices[0])
        if value not in choices:
            raise InputError(f"{setting} has the {key} {value!r}; it is {' or '.join(choices)}: set one of them")
    low = args.get("min_size", 1)
    high = args.get("max_size", low)
    if not 0 <= low <= high:
        raise InputError(
            f"{setting} has the minimum size {low} and the maximum size {high}; Auto Scaling wants 0 <= minimum <= "
            "maximum: set both"
        )
    desired = args.get("desired_capacity", low)
    if not low <= desired <= high:
        raise InputError(
            f"{setting} has the desired capacity {desired}; it lies between the minimum size {low} and the maximum "
            f"size {high}: set it so"
        )
    if bool(args.get("zones")) == bool(args.get("subnets")):
        given = "both zones and subnets" if args.get("zones") else "neither zones nor subnets"
        raise InputError(f"{setting} has {given}; Auto Scaling takes one of the two: give one")
    healthy = args.get("instance_refresh", {}).get("min_healthy_percentage", 90)
    if not 0 <= healthy <= 100:
        raise InputError(f"{setting} has the minimum healthy percentage {healthy}; it is 0 to 100: set it so")
    grace = args.get("health_check_grace_period", 0)
    if grace < 0:
        raise InputError(f"{setting} has the health check grace period {grace}; it is 0 seconds or more: set it so")
    user_data = args.get("user_data")
    # The provider checks this too, and its error shows all of the user data.
    if isinstance(user_data, str) and not 1 <= len(user_data.encode()) <= MAX_USER_DATA:
        raise InputError(
            f"{setting} has user data of {len(user_data.encode())} bytes; EC2 takes 1 to {MAX_USER_DATA}: let it "
            "fetch the rest"
        )
