"""Which instances fail their health checks: of an image that the settings call unhealthy, or ended at launch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import settings
from .filters import Filter

if TYPE_CHECKING:
    from moto.ec2.models import EC2Backend
    from moto.ec2.models.instances import Instance

    from .images import Launch


ENDED_AT_LAUNCH = "Client.InternalError"
"""The state reason of an instance that EC2 could not start."""


def ended_at_launch(instance: Instance) -> bool:
    """Whether EC2 could not start it. EC2 Auto Scaling never has such an instance in service."""
    return bool(instance.state_reason.code == ENDED_AT_LAUNCH)


def is_impaired(ec2: EC2Backend, instance: Instance) -> bool:
    """Whether a running instance was launched from an unhealthy image.

    The image's name at the launch counts, so that the instance stays unhealthy when its image is deregistered.
    """
    if not settings.CURRENT.unhealthy_images or not instance.is_running():
        return False
    launches: dict[str, Launch] = getattr(ec2, "launches", {})
    launch = launches.get(instance.id)
    names = [instance.image_id, launch.image_name] if launch else [instance.image_id]
    return Filter(settings.CURRENT.unhealthy_images).accepts(names)
