"""What Auto Scaling has: groups, what they launch from, and the instances that they run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from .images import STACK_TAG

GROUP_OUTPUT = "autoScalingGroup"
"""The stack output that has the name of the stack's own group."""


def group_output(service: str) -> str:
    """The stack output with the name of the group of one service, in a program that has several.

    >>> group_output("front")
    'front:autoScalingGroup'
    """
    return f"{service}:{GROUP_OUTPUT}"


ADOPTED = "-adopted"
"""The end of the logical name of a group that is taken over. The name of the group itself is among its inputs."""


@dataclass(frozen=True, slots=True)
class Launch:
    """What an instance was launched from, or a group launches from: a configuration, or a version of a template."""

    configuration: str = ""
    """Name of the launch configuration; empty for a launch template."""

    template: str = ""
    """Id of the launch template; empty for a launch configuration."""

    version: str = ""
    """A number, `$Latest` or `$Default`."""


@dataclass(frozen=True, slots=True)
class Member:
    """An instance of a group."""

    instance_id: str
    lifecycle: str
    """Auto Scaling's LifecycleState, for example `InService`, `Standby` or `Terminating:Wait`."""

    health: str
    """`Healthy` or `Unhealthy`."""

    protected: bool
    """Whether it is protected from scale-in."""

    launch: Launch
    weight: int = 1
    """How much of the group's desired capacity it is: WeightedCapacity of a mixed instances policy."""

    @property
    def in_service(self) -> bool:
        """Whether it serves now."""
        return self.lifecycle == "InService" and self.health.lower() == "healthy"


@dataclass(frozen=True, slots=True)
class Group:
    """An Auto Scaling group."""

    name: str
    created: datetime
    launches: tuple[Launch, ...] = ()
    """What it launches from; several with the overrides of a mixed instances policy."""

    images: tuple[str, ...] = ()
    """The images that overrides of a mixed instances policy name themselves, beside their launch templates.

    docs.aws.amazon.com/autoscaling/ec2/APIReference/API_LaunchTemplateOverrides.html
    """

    members: tuple[Member, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    desired: int = 0
    """The desired capacity: a number of instances, or of units of weight."""

    health_check: str = "EC2"
    """What decides that an instance is healthy: `EC2` for its status checks alone, others beside as in `EC2,ELB`."""

    protects: bool = False
    """Whether instances that it launches are protected from scale-in."""

    suspended: tuple[str, ...] = ()
    """The processes of Auto Scaling that somebody has suspended, for example `Launch`."""

    pooled: int = 0
    """How many instances wait in its warm pool. A scale-out takes these first. They are no members."""

    fed: bool = False
    """Whether a load balancer or target group feeds it."""

    @property
    def asks_no_balancer(self) -> bool:
        """Whether a load balancer feeds it, and Auto Scaling does not ask the balancer if an instance answers.

        docs.aws.amazon.com/autoscaling/ec2/userguide/health-checks-overview.html

        >>> group = Group("web", datetime(2018, 3, 7), health_check="EC2,EBS", fed=True)
        >>> group.asks_no_balancer
        True
        """
        return self.fed and {*self.health_check.split(",")}.isdisjoint({"ELB", "VPC_LATTICE"})

    @property
    def builder(self) -> str | None:
        """The stack that made it, as its mark says."""
        return self.tags.get(STACK_TAG)
