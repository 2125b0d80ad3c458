"""Auto Scaling groups: launched from one configuration or template that exists, behind their load balancers."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from moto.elbv2.exceptions import TargetGroupNotFoundError

from .errors import AlreadyExistsError, ResourceInUseError, ValidationFailedError
from .launch_configurations import LaunchConfigurations
from .template_checks import check_template

if TYPE_CHECKING:
    from moto.autoscaling.models import FakeAutoScalingGroup
    from moto.elbv2.models import FakeTargetGroup

    from .group import Group
    from .members import Member


class _ByName(OrderedDict[str, Any]):
    """Groups by name; one that is not there is refused as AWS does, wherever moto looks it up."""

    def __missing__(self, name: str) -> Any:  # noqa: ANN401 - never returns
        raise ValidationFailedError(f"AutoScalingGroup name not found - AutoScalingGroup '{name}' not found")


class Groups(LaunchConfigurations):
    """The account's groups."""

    def __init__(self, region_name: str, account_id: str) -> None:
        """Start with none."""
        super().__init__(region_name, account_id)
        self.autoscaling_groups = _ByName()

    def group(self, name: str) -> Group:
        """Find a group by name, or raise as Auto Scaling does."""
        found: Group = self.autoscaling_groups[name]  # type: ignore[assignment] # the class that moto makes here
        return found

    def member(self, instance_id: str) -> tuple[Group, Member]:
        """Find an instance and its group. The text is from memory of AWS."""
        for name in self.autoscaling_groups:
            group = self.group(name)
            for one in group.instance_states:
                if one.instance_id == instance_id:
                    return group, one
        raise ValidationFailedError(f"Instance Id not found - No managed instance found for instance ID: {instance_id}")

    def create_auto_scaling_group(self, name: str, *args: Any, **kwargs: Any) -> FakeAutoScalingGroup:  # noqa: ANN401 - moto's parameters, passed on
        """Create one under a name that is free."""
        if name in self.autoscaling_groups:
            raise AlreadyExistsError(
                f"AutoScalingGroup by this name already exists - A group with the name {name} already exists"
            )
        self._check_configuration(kwargs.get("launch_config_name"))
        check_template(self.ec2_backend, kwargs.get("launch_template"), kwargs.get("mixed_instances_policy"))
        return super().create_auto_scaling_group(name, *args, **kwargs)

    def update_auto_scaling_group(self, name: str, **kwargs: Any) -> FakeAutoScalingGroup:  # type: ignore[override] # noqa: ANN401 - moto's parameters, by name
        """Change one; what it launched from before is forgotten when it is given something else."""
        configuration, template = kwargs.get("launch_config_name"), kwargs.get("launch_template")
        policy = kwargs.get("mixed_instances_policy")
        self._check_configuration(configuration)
        check_template(self.ec2_backend, template, policy)
        if name not in self.autoscaling_groups:
            return super().update_auto_scaling_group(name, **kwargs)
        group = self.group(name)
        if configuration and not template:
            group.ec2_launch_template = None
        kept = group.mixed_instances_policy
        kwargs["desired_capacity"] = _desired(group, kwargs)
        super().update_auto_scaling_group(name, **kwargs)
        if not (configuration or template or policy):
            # moto forgets the policy at every update.
            group.mixed_instances_policy = kept
        if template or policy:
            group.launch_config = None  # type: ignore[assignment] # moto starts with None too
            group.launch_configuration_name = None  # type: ignore[assignment] # so that it isn't shown
        return group

    def delete_auto_scaling_group(self, group_name: str, *, force: bool = True) -> None:
        """Delete one that has no instances, or by force with all of them. The text is from memory of AWS."""
        group = self.group(group_name)
        if group.instance_states and not force:
            raise ResourceInUseError(
                "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) "
                "still in the group."
            )
        group.terminate(group.instance_states)
        group.balance_load()
        del self.autoscaling_groups[group_name]

    def notify_terminate_instances(self, instance_ids: list[str]) -> None:
        """Replace instances that were terminated in EC2."""
        for name in self.autoscaling_groups:
            group = self.group(name)
            left = [one for one in group.instance_states if one.instance_id not in instance_ids]
            if len(left) < len(group.instance_states):
                group.instance_states = left
                group.level()

    def update_attached_elbs(self, group_name: str) -> None:
        """Have the instances in service behind each classic load balancer that is still there."""
        group = self.group(group_name)
        for name in group.load_balancer_names:
            if balancer := self.elb_backend.get_load_balancer(name):
                balancer.instance_autoscaling_ids = group.serving

    def update_attached_target_groups(self, group_name: str) -> None:
        """Have the instances in service as targets, and none that this group registered and has no longer."""
        group = self.group(group_name)
        serving = group.serving
        for target_group in self._target_groups(group):
            known = list(target_group.targets)
            target_group.deregister([{"Id": one} for one in known if one in group.registered and one not in serving])
            new = [one for one in serving if one not in known]
            target_group.register([{"Id": one, "Port": target_group.port} for one in new])
        group.registered |= set(serving)

    def detach_load_balancer_target_groups(self, group_name: str, target_group_arns: list[str]) -> None:
        """Take the group's instances out; one that is no target is no error."""
        group = self.group(group_name)
        for target_group in self._target_groups(group):
            if target_group.arn in target_group_arns:
                target_group.deregister([{"Id": one} for one in group.registered & set(target_group.targets)])
        group.target_group_arns = [arn for arn in group.target_group_arns if arn not in target_group_arns]

    def _target_groups(self, group: Group) -> list[FakeTargetGroup]:
        """Those of the group that are still there."""
        found: list[FakeTargetGroup] = []
        for arn in group.target_group_arns:
            try:
                found += self.elbv2_backend.describe_target_groups(None, [arn], None)
            except TargetGroupNotFoundError:
                continue  # it may be deleted before its group
        return found

    def _check_configuration(self, name: str | None) -> None:
        if name and name not in self.launch_configurations:
            raise ValidationFailedError(
                f"Launch configuration name not found - A launch configuration with the name: {name} does not exist"
            )


def _desired(group: Group, changes: dict[str, Any]) -> int | None:
    """The desired capacity after an update: as given, or else moved to the nearest new limit.

    docs.aws.amazon.com/autoscaling/ec2/APIReference/API_UpdateAutoScalingGroup.html.
    """
    smallest, largest, given = changes.get("min_size"), changes.get("max_size"), changes.get("desired_capacity")
    if given is not None or (smallest is None and largest is None):
        return given
    desired = group.desired_capacity or 0
    desired = desired if smallest is None else max(desired, smallest)
    return desired if largest is None else min(desired, largest)
