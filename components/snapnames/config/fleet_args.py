"""What a fleet is made of: the inputs of `Fleet`, of which the keys of `snapnames:fleet` are derived."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NotRequired, TypedDict

from pulumi import Input

if TYPE_CHECKING:
    Launch = Literal["configuration", "template"]
    HealthCheck = Literal["EC2", "ELB"]
    ScaleInProtected = Literal["Refresh", "Ignore", "Wait"]
    Standby = Literal["Terminate", "Ignore", "Wait"]
else:
    # The schema for other languages is inferred from the annotations, and knows no literals.
    Launch = HealthCheck = ScaleInProtected = Standby = str


class InstanceRefresh(TypedDict, total=False):
    """How running instances are replaced when the launch settings change."""

    min_healthy_percentage: int
    """Percentage of the desired capacity that stays in service: 0 to 100. Default: 90; for a minimum of 0 or 1: 100."""

    max_healthy_percentage: int
    """Percentage that is in service or starting at most: 100 to 200. Default: 100; for a minimum of 0 or 1: 110."""

    instance_warmup: int
    """Seconds until a new instance counts as ready. Default: the group's health check grace period."""

    skip_matching: bool
    """Keep instances that were launched from the same settings already. Default: false."""

    checkpoint_percentages: Sequence[int]
    """Wait each time that this percentage of the instances is replaced: rising, 100 last. Default: no wait."""

    checkpoint_delay: int
    """Seconds to wait at each checkpoint: 0 to 172800. Default: 3600."""

    scale_in_protected_instances: ScaleInProtected
    """What becomes of instances with scale-in protection: `Refresh`, `Ignore` or `Wait`. Default: Ignore."""

    standby_instances: Standby
    """What becomes of instances in standby: `Terminate`, `Ignore` or `Wait`. Default: Ignore."""

    alarms: Sequence[str]
    """Names of CloudWatch alarms, at most 10. The refresh fails when one of them goes off. Default: none."""

    auto_rollback: bool
    """Has to be false: Auto Scaling would go back to the release that fails. Default: false."""

    triggers: Sequence[str]
    """Other properties of the group whose change also starts a refresh, e.g. `tag`."""


class FleetArgs(TypedDict):
    """What `Fleet` is made of. The lists are plain, the ids in them may be outputs."""

    image_id: Input[str]
    """The AMI to launch from, e.g. `ReleaseImage.image_id`."""

    instance_type: NotRequired[str]
    """E.g. `t3.small`. Needed unless `template` or `group` choose the types."""

    adopt: NotRequired[str]
    """The name of an Auto Scaling group that exists: it is taken over in place, with what it launches from."""

    adopt_from_other_owner: NotRequired[bool]
    """Take the group over although something else manages it, by its tags. Default: false."""

    launch: NotRequired[Launch]
    """Launch from a launch `configuration` or a launch `template`. Default: configuration."""

    instance_refresh: NotRequired[InstanceRefresh]
    """Replace the running instances when the launch settings change. Left out: they stay as they are."""

    min_size: NotRequired[int]
    """Instances the group keeps at least. Default for a new group: 1."""

    max_size: NotRequired[int]
    """Instances the group may have. Default for a new group: as many as `min_size`."""

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
    """What decides that an instance is healthy: `EC2`, or `ELB` behind a load balancer. A new group has EC2."""

    health_check_grace_period: NotRequired[int]
    """Seconds after launch before the first health check. Default for a new group: 300."""

    tags: NotRequired[Mapping[str, str]]
    """Tags on the group and on the instances that it launches. The group has `snapnames:stack` beside."""

    group: NotRequired[Mapping[str, Any]]
    """Further properties of the group, as `aws:autoscaling:Group` has them: `{"targetGroupArns": [...]}`."""

    template: NotRequired[Mapping[str, Any]]
    """Further properties of the launch template, as `aws:ec2:LaunchTemplate` has them. Goes with `launch` template."""

    configuration: NotRequired[Mapping[str, Any]]
    """Further properties of the launch configuration, as `aws:ec2:LaunchConfiguration` has them."""

    rollout_timeout: NotRequired[str]
    """How long an update waits for its instance refresh, as `90m` or `2h`. Default: 2h."""

    wait_for_rollout: NotRequired[bool]
    """Whether an update ends only when its instances are replaced, and fails with them. Default: true."""
