"""One Auto Scaling group: what it launches from, how many instances it has, and which go first."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from moto.autoscaling.models import ASG_NAME_TAG, FakeAutoScalingGroup
from moto.core.utils import utcnow

from .launch_sources import LaunchSource
from .members import Member

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

_BY_LAUNCH_SETTINGS = ("Default", "OldestLaunchConfiguration", "OldestLaunchTemplate")
"""Termination policies that prefer instances whose launch settings are not the group's."""


class Group(FakeAutoScalingGroup):
    """One group. Its instances are there as soon as they are launched; only an instance refresh shows them pending."""

    instance_states: list[Member]  # type: ignore[assignment] # the class that moto makes of what is attached

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - moto's parameters, passed on
        """Launch the instances."""
        self.suspended: dict[str, datetime] = {}
        self.surge: set[str] = set()
        """Instances that a refresh launched ahead of those that they replace: they don't count as capacity yet."""
        self.left_out: set[str] = set()
        """Instances that were launched while they were not to be added to load balancers."""
        self.registered: set[str] = set()
        """Instances that this group ever registered with its target groups."""
        self.refreshed_from: LaunchSource | None = None
        """What an instance refresh launches from, and so everything else until it is over."""
        self.default_instance_warmup: int | None = None
        self.max_instance_lifetime: int | None = None
        self.instance_maintenance_policy: dict[str, int] | None = None
        self.capacity_reservation_specification: dict[str, Any] = {"CapacityReservationPreference": "default"}
        self.availability_zone_distribution = {"CapacityDistributionStrategy": "balanced-best-effort"}
        super().__init__(*args, **kwargs)

    @property
    def saved_source(self) -> LaunchSource:
        """What the group is saved with."""
        if self.ec2_launch_template:
            return LaunchSource(template=self.ec2_launch_template, version=str(self.launch_template_version))
        return LaunchSource(configuration=self.launch_config)

    def save(self, source: LaunchSource, policy: dict[str, Any] | None = None) -> None:
        """Launch from this template from now on, with a mixed instances policy if one is given."""
        if source.template is None:
            raise TypeError("a group is only saved with a launch template here")
        self.mixed_instances_policy = policy
        named = {"LaunchTemplateId": source.template.id, "Version": source.version}
        self._set_launch_configuration("", {} if policy else named, policy)
        self.launch_config = None  # type: ignore[assignment] # moto starts with None too
        self.launch_configuration_name = None  # type: ignore[assignment] # so that it isn't shown

    def launch(self, count: int, source: LaunchSource | None = None) -> list[Member]:
        """Launch instances, of what a refresh or else the group itself launches from."""
        source = source or self.refreshed_from or self.saved_source
        tags = {**self.get_propagated_tags(), **source.instance_tags(), ASG_NAME_TAG: self.name}
        reservation = self.ec2_backend.run_instances(
            count=count,
            is_instance_type_default=False,
            tags={"instance": tags},
            placement=self.availability_zones[0],
            subnet_id=self.vpc_zone_identifier.split(",")[0] if self.vpc_zone_identifier else None,
            **source.launch_arguments(),
        )
        protected = self.new_instances_protected_from_scale_in
        made = [Member(one, protected_from_scale_in=protected, autoscaling_group=self) for one in reservation.instances]
        for member in made:
            member.launched(source)
            member.in_service_since = utcnow()
            if self.is_suspended("AddToLoadBalancer"):
                self.left_out.add(member.instance_id)
        self.instance_states.extend(made)
        return made

    def replace_autoscaling_group_instances(self, count_needed: int, propagated_tags: dict[str, str]) -> None:  # noqa: ARG002 - moto's name for a launch
        """Launch instances; the tags are the group's."""
        self.launch(count_needed)

    def is_suspended(self, *processes: str) -> bool:
        """Whether any of the processes is suspended."""
        return any(process in self.suspended for process in processes)

    @property
    def suspended_processes(self) -> list[dict[str, str]]:
        """The names and since when, in order. The text is from memory of AWS."""
        return [
            {"ProcessName": name, "SuspensionReason": f"User suspended at {since:%Y-%m-%dT%H:%M:%SZ}"}
            for name, since in sorted(self.suspended.items())
        ]

    @suspended_processes.setter
    def suspended_processes(self, names: Iterable[str]) -> None:
        self.suspended = {name: self.suspended.get(name) or utcnow() for name in names}

    @property
    def capacity(self) -> list[Member]:
        """The instances that count towards the desired capacity."""
        return [
            one
            for one in self.instance_states
            if one.lifecycle_state in ("Pending", "InService") and one.instance_id not in self.surge
        ]

    def set_desired_capacity(self, new_capacity: int | None) -> None:
        """Launch or terminate as many as are missing or too many.

        With overrides in a mixed instances policy, all instances are of the first type. The weight of that type says
        how much of the capacity an instance is. On-Demand and Spot together are the whole capacity:
        docs.aws.amazon.com/autoscaling/ec2/userguide/mixed-instances-groups-set-up-overview.html
        """
        self.desired_capacity = self.min_size if new_capacity is None else new_capacity
        overrides = (self.mixed_instances_policy or {}).get("LaunchTemplate", {}).get("Overrides") or [{}]
        weight = int(overrides[0].get("WeightedCapacity") or 1)
        missing = math.ceil((self.desired_capacity or 0) / weight) - len(self.capacity)
        if missing > 0 and not self.is_suspended("Launch"):
            self.launch(missing)
        elif missing < 0 and not self.is_suspended("Terminate"):
            self.terminate(self._first_to_go()[:-missing])
        self.balance_load()

    def level(self) -> None:
        """Come back to the desired capacity, after an instance came or went."""
        self.set_desired_capacity(self.desired_capacity)

    def _first_to_go(self) -> list[Member]:
        """By the first termination policy; a protected instance never.

        docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-termination-policies.html. Leaves out the
        balance of Availability Zones: a group here launches in its first one.
        """
        free = [one for one in self.capacity if not one.protected_from_scale_in]
        policy = self.termination_policies[0]
        if policy == "NewestInstance":
            return free[::-1]
        current = self.saved_source.launched_from
        return sorted(free, key=lambda one: policy in _BY_LAUNCH_SETTINGS and one.launched_from == current)

    def terminate(self, members: Iterable[Member]) -> None:
        """Terminate instances, which leave the group."""
        going = list(members)
        if going:
            self.ec2_backend.terminate_instances([one.instance_id for one in going])
            self.instance_states = [one for one in self.instance_states if one not in going]
            self.surge -= {one.instance_id for one in going}

    @property
    def serving(self) -> list[str]:
        """The ids of the instances that load balancers are to have.

        docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html: an instance that was launched
        while `AddToLoadBalancer` was suspended is not added afterwards.
        """
        active = [one for one in self.active_instances() if one.instance.is_running()]
        return [one.instance_id for one in active if one.instance_id not in self.left_out]

    def balance_load(self) -> None:
        """Let the load balancers know who is in service."""
        if self.name in self.autoscaling_backend.autoscaling_groups:
            self.autoscaling_backend.update_attached_elbs(self.name)
            self.autoscaling_backend.update_attached_target_groups(self.name)
