"""Auto Scaling groups: launched from one configuration or template that exists."""

from __future__ import annotations

from typing import Any

from moto.autoscaling.models import ASG_NAME_TAG, FakeAutoScalingGroup, InstanceState
from moto.core.types import Base64EncodedString
from moto.ec2.utils import parse_user_data

from .errors import AlreadyExistsError, ValidationFailedError
from .launch_configurations import LaunchConfigurations


class Group(FakeAutoScalingGroup):
    """One group."""

    def replace_autoscaling_group_instances(self, count_needed: int, propagated_tags: dict[str, str]) -> None:
        """Launch instances; of a template, from the version that the group names, where moto takes the default."""
        template, configuration = self.ec2_launch_template, self.launch_config
        reservation = self.ec2_backend.run_instances(
            self.image_id,
            count_needed,
            self.user_data,
            self.security_groups,
            instance_type=self.instance_type,
            is_instance_type_default=False,
            tags={"instance": {**propagated_tags, **self.instance_tags, ASG_NAME_TAG: self.name}},
            placement=self.availability_zones[0],
            subnet_id=self.vpc_zone_identifier.split(",")[0] if self.vpc_zone_identifier else None,
            launch_template={"LaunchTemplateId": template.id, "Version": self.launch_template_version}
            if template
            else None,
            launch_config=None if template else configuration,
            associate_public_ip=None if template else configuration.associate_public_ip_address,
        )
        for instance in reservation.instances:
            protected = self.new_instances_protected_from_scale_in
            self.instance_states.append(
                InstanceState(instance, protected_from_scale_in=protected, autoscaling_group=self)
            )

    @property
    def user_data(self) -> Base64EncodedString | None:
        """Of a template, from any of its versions; moto can read those of the first alone."""
        if self.ec2_launch_template:
            version = self.ec2_launch_template.get_version(self.launch_template_version)
            user_data = version.data.get("UserData")
            return user_data if isinstance(user_data, Base64EncodedString) else parse_user_data(user_data)
        return self.launch_config.user_data

    def launch_from_template(self, template: dict[str, Any]) -> None:
        """Launch from a version of a template from now on."""
        self._set_launch_configuration("", template, None)
        self.launch_config = None  # type: ignore[assignment] # moto starts with None too
        self.launch_configuration_name = None  # type: ignore[assignment] # so that it isn't shown


class Groups(LaunchConfigurations):
    """The account's groups. Scaling and health stay moto's: instances are there at once."""

    def create_auto_scaling_group(self, name: str, *args: Any, **kwargs: Any) -> FakeAutoScalingGroup:  # noqa: ANN401 - moto's parameters, passed on
        """Create one under a name that is free."""
        if name in self.autoscaling_groups:
            raise AlreadyExistsError(
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
            raise ValidationFailedError(
                f"Launch configuration name not found - A launch configuration with the name: {name} does not exist"
            )
