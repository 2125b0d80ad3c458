"""What a fleet is made of: the inputs of `Fleet`, of which the keys of `snapnames:fleet` are derived."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, NotRequired, TypedDict

from pulumi import Input

if TYPE_CHECKING:
    Launch = Literal["configuration", "template"]
    HealthCheck = Literal["EC2", "ELB"]
else:
    # The schema for other languages is inferred from the annotations, and knows no literals.
    Launch = HealthCheck = str


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
    """What `Fleet` is made of. The lists are plain, the ids in them may be outputs."""

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
    """Tags on the group and on the instances that it launches. The group has `snapnames:stack` beside."""

    rollout_timeout: NotRequired[str]
    """How long an update waits for its instance refresh, as `90m` or `2h`. Default: 2h."""

    wait_for_rollout: NotRequired[bool]
    """Whether an update ends only when its instances are replaced, and fails with them. Default: true."""
