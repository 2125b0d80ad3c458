"""Auto Scaling groups: launched from one configuration or template that exists."""

from __future__ import annotations

from typing import Any

from moto.autoscaling.models import FakeAutoScalingGroup

from localaws.errors import AlreadyExists, ValidationFailed
from localaws.launch_configurations import LaunchConfigurations


class Groups(LaunchConfigurations):
    """The account's groups. Scaling and health stay moto's: instances are there at once."""

    def create_auto_scaling_group(self, name: str, *args: Any, **kwargs: Any) -> FakeAutoScalingGroup:  # noqa: ANN401 - moto's parameters, passed on
        """Create one under a name that is free."""
        if name in self.autoscaling_groups:
            raise AlreadyExists(
                f"AutoScalingGroup by this name already exists - A group with the name {name} already exists"
            )
        self._check_configuration(kwargs.get("launch_config_name"))
        return super().create_auto_scaling_group(name, *args, **kwargs)

    def update_auto_scaling_group(self, name: str, *args: Any, **kwargs: Any) -> FakeAutoScalingGroup:  # noqa: ANN401 - moto's parameters, passed on
        """Change one; what it launched from before is forgotten when it is given something else."""
        configuration, template = kwargs.get("launch_config_name"), kwargs.get("launch_template")
        self._check_configuration(configuration)
        group = self.autoscaling_groups.get(name)
        if group is not None and configuration and not template:
            group.ec2_launch_template = None
        updated = super().update_auto_scaling_group(name, *args, **kwargs)
        if template or kwargs.get("mixed_instances_policy"):
            updated.launch_config = None  # type: ignore[assignment] # moto starts with None too
            updated.launch_configuration_name = None  # type: ignore[assignment] # so that it isn't shown
        return updated

    def _check_configuration(self, name: str | None) -> None:
        if name and name not in self.launch_configurations:
            raise ValidationFailed(
                f"Launch configuration name not found - A launch configuration with the name: {name} does not exist"
            )
