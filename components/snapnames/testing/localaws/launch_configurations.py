"""Launch configurations: names that are taken once, images and snapshots that exist, mappings as they were given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.autoscaling.models import AutoScalingBackend, FakeLaunchConfiguration

from . import settings
from .errors import AlreadyExistsError, ResourceInUseError, UnsupportedOperationError, ValidationFailedError
from .image_backend import IMAGE_ID
from .image_selection import ImageSelection
from .mappings import is_absent, is_ephemeral

if TYPE_CHECKING:
    from moto.ec2.models import EC2Backend


class LaunchConfiguration(FakeLaunchConfiguration):
    """One launch configuration."""

    @property
    def block_device_mappings(self) -> list[dict[str, Any]]:
        """The mappings as they were given. An instance-store one has no `Ebs`; only a true `NoDevice` is shown."""
        return [_shown(mapping) for mapping in self.block_device_mapping_dict or []]


def _shown(mapping: dict[str, Any]) -> dict[str, Any]:
    device = {"DeviceName": mapping["DeviceName"]}
    if is_absent(mapping):
        return {**device, "NoDevice": True}
    if is_ephemeral(mapping):
        return {**device, "VirtualName": mapping["VirtualName"]}
    return {**device, "Ebs": dict(mapping.get("Ebs", {}))}


class LaunchConfigurations(AutoScalingBackend):
    """The account's launch configurations."""

    def create_launch_configuration(
        self,
        name: str,
        image_id: str,
        *args: Any,  # noqa: ANN401 - moto's parameters, passed on
        **kwargs: Any,  # noqa: ANN401 - moto's parameters, passed on
    ) -> FakeLaunchConfiguration:
        """Create one; unlike moto, never in place of another. The texts on images are from memory of AWS."""
        if not settings.CURRENT.launch_configurations:
            raise UnsupportedOperationError(
                "The Launch Configuration creation operation is not available in your account. Use launch templates to "
                "create configuration templates for your Auto Scaling groups."
            )
        if name in self.launch_configurations:
            raise AlreadyExistsError(
                "Launch Configuration by this name already exists - "
                f"A launch configuration already exists with the name {name}"
            )
        mappings = kwargs.get("block_device_mappings") or []
        _check_source(self.ec2_backend, image_id, kwargs.get("instance_id"), mappings)
        return super().create_launch_configuration(name, image_id, *args, **kwargs)

    def delete_launch_configuration(self, launch_configuration_name: str) -> None:
        """Delete one that no group launches from."""
        name = launch_configuration_name
        if name not in self.launch_configurations:
            raise ValidationFailedError(f"Launch configuration name not found - Launch configuration {name} not found")
        for group in self.autoscaling_groups.values():
            if group.launch_config is self.launch_configurations[name]:
                raise ResourceInUseError(
                    f"Cannot delete launch configuration {name} because it is attached to AutoScalingGroup {group.name}"
                )
        super().delete_launch_configuration(name)


def _check_source(
    ec2: EC2Backend, image_id: str | None, instance_id: str | None, mappings: list[dict[str, Any]]
) -> None:
    image = ec2.seen_image(image_id) if image_id and isinstance(ec2, ImageSelection) else None
    if image_id and not IMAGE_ID.fullmatch(image_id):
        # As in github.com/aws/aws-cdk/issues/28090: a parameter can't be named here.
        raise ValidationFailedError(f'AMI {image_id} is invalid: Invalid id: "{image_id}" (expecting "ami-...")')
    if image is None and not instance_id:
        raise ValidationFailedError(f"The image id '[{image_id}]' does not exist")
    # The snapshots of an image of another account are that account's, and not in this one.
    inherited = image.snapshot_ids if image else []
    for mapping in mappings:
        snapshot_id = (mapping.get("Ebs") or {}).get("SnapshotId")
        if snapshot_id and snapshot_id not in ec2.snapshots and snapshot_id not in inherited:
            raise ValidationFailedError(f"The snapshot '{snapshot_id}' does not exist.")
