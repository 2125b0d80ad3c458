"""How far a fleet is: what its group launches next, what its instances run, and how the last instance refresh ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from snapnames.printable import beside_commands

from .groups import Group

SUCCESSFUL = "Successful"
GOING_ON = ("Pending", "InProgress", "Baking", "Cancelling", "RollbackInProgress")
"""Of the Status of docs.aws.amazon.com/autoscaling/ec2/APIReference/API_InstanceRefresh.html; any other is an end."""


@dataclass(frozen=True, slots=True)
class Refresh:
    """An instance refresh."""

    refresh_id: str
    status: str
    started: datetime | None
    percent: int = 0
    remaining: int = 0
    """Instances that are still to be replaced."""

    reason: str = ""
    """Auto Scaling's own words for why it is where it is; may be empty."""

    brings: bool = False
    """Whether it brings launch settings of its own, its DesiredConfiguration. One that an update starts does not."""

    @property
    def going_on(self) -> bool:
        """Whether it has not ended."""
        return self.status in GOING_ON

    def __str__(self) -> str:
        reason = f" ({beside_commands(self.reason)})" if self.reason else ""
        return f"{self.status}, {self.percent} %{reason}"


@dataclass(frozen=True)
class FleetStatus:
    """A group, and the images that it launches and runs, as Auto Scaling and EC2 tell them."""

    group: Group
    launches: str
    """Id of the image that the next instance is launched from; empty where AWS does not tell."""

    settled: datetime | None
    """When the launch settings were made that the group launches from."""

    running: Mapping[str, int] = field(default_factory=dict)
    """Image id to the number of instances in service that run it."""

    refresh: Refresh | None = None
    """The newest instance refresh that was started with these launch settings, if there is one."""

    protected: int = 0
    """How many of the instances in service run another image, and are protected from scale-in."""

    @property
    def others(self) -> int:
        """How many instances in service run another image than the group launches."""
        return sum(count for image, count in self.running.items() if image != self.launches)

    @property
    def failed(self) -> bool:
        """Whether the instance refresh of the launch settings that the group has now ended, and not well."""
        return self.refresh is not None and not self.refresh.going_on and self.refresh.status != SUCCESSFUL

    @property
    def in_service(self) -> int:
        """How many instances are in service."""
        return sum(self.running.values())

    @property
    def wanted(self) -> int:
        """How many instances the group wants: as many as its desired capacity, less where one has a larger weight."""
        heavier = sum(member.weight - 1 for member in self.group.members if member.in_service)
        return max(self.group.desired - heavier, self.in_service)

    @property
    def rolled_out(self) -> bool:
        """Whether every instance in service runs what the group launches, and there are as many as it wants."""
        return not self.others and self.in_service >= self.wanted

    def saying(self, names: Mapping[str, str]) -> str:
        """What runs and what launches, in words; `names`: image id to what people call it.

        >>> from datetime import UTC
        >>> group = Group("web", datetime(2018, 3, 7, tzinfo=UTC), desired=4)
        >>> FleetStatus(group, "ami-2", None, {"ami-1": 3, "ami-2": 1}).saying({"ami-1": "web-1", "ami-2": "web-2"})
        'new launches use web-2; 1 of 4 instances run web-2, 3 of 4 run web-1'
        """
        wanted = self.wanted
        order = sorted(self.running, key=lambda image: (image != self.launches, -self.running[image], image))
        parts = [f"{self.running[image]} of {wanted} run {names.get(image, image)}" for image in order]
        launches = f"{names.get(self.launches, self.launches or 'an image that AWS does not tell')}{self._pool}"
        if not parts:
            return f"new launches use {launches}; no instance is in service, of {wanted} that the group wants"
        parts[0] = parts[0].replace(" run ", " instances run " if wanted > 1 else " instance runs ", 1)
        return f"new launches use {launches}; {', '.join(parts)}"

    @property
    def _pool(self) -> str:
        """What comes before a new launch: an instance of the warm pool, which only an instance refresh replaces."""
        if not self.group.pooled or (self.refresh is not None and self.refresh.status == SUCCESSFUL):
            return ""
        many = "1 instance" if self.group.pooled == 1 else f"{self.group.pooled} instances"
        return f", behind {many} of the warm pool that may run another image"
