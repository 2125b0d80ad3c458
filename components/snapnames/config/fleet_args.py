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
    """How a change of the launch settings replaces the instances that run, with the defaults of Auto Scaling."""

    min_healthy_percentage: int
    """Of the desired capacity, in service while instances are replaced: 0 to 100. Default: 90."""

    instance_warmup: int
    """Seconds until a new instance counts. Default: the group's health check grace period."""

    auto_rollback: bool
    """Go back to the settings before when the refresh fails. Default: false."""

    triggers: Sequence[str]
    """Further properties of the group whose change starts a refresh, e.g. `tag`."""


class FleetArgs(TypedDict):
    """What `Fleet` is made of. The lists are plain, the ids in them may be outputs."""

    image_id: Input[str]
    """The AMI to launch from, as `ReleaseImage.image_id`."""

    instance_type: str
    """E.g. `t3.small`."""

    launch: NotRequired[Launch]
    """Launch from a launch `configuration` or a launch `template`. Default: configuration."""

    instance_refresh: NotRequired[InstanceRefresh]
    """Roll the running instances when the launch settings change. Left out: they stay as they are."""

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
    """What tells that an instance is healthy: `EC2` or `ELB`. Default: EC2."""

    health_check_grace_period: NotRequired[int]
    """Seconds after launch before the first health check. Default: 300."""

    tags: NotRequired[Mapping[str, str]]
    """Tags on the group and on the instances that it launches, beside `snapnames:stack`."""

    rollout_timeout: NotRequired[str]
    """How long an update waits for its instance refresh, as `90m` or `2h`. Default: 2h."""

    wait_for_rollout: NotRequired[bool]
    """Whether an update ends only when its instances are replaced, and fails with them. Default: true."""
