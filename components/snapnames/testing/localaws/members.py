"""The instances of groups: each with the launch settings that it was launched with, whatever its group has now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from moto.autoscaling.models import InstanceState

from .health import ended_at_launch, is_impaired

if TYPE_CHECKING:
    from datetime import datetime

    from .launch_sources import LaunchSource

Lifecycle = Literal["Pending", "InService", "Terminating", "Standby"]
"""docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html, but for the waits of hooks."""

HEALTHY, UNHEALTHY = "Healthy", "Unhealthy"


class Member(InstanceState):
    """One instance of a group. An attached one has no source."""

    lifecycle_state: Lifecycle
    source: LaunchSource | None = None
    launched_from: tuple[str | None, str | None] = (None, None)
    in_service_since: datetime | None = None

    def launched(self, source: LaunchSource) -> None:
        """Remember what it was launched from; a template's version as the number that it was then."""
        self.source = source
        self.launched_from = source.launched_from

    @property
    def launch_template(self) -> dict[str, Any] | None:
        """Id, name and number of the version, also when the group's `$Default` is another by now."""
        if self.source is None or self.source.template is None:
            return None
        template = self.source.template
        return {
            "LaunchTemplateId": template.id,
            "LaunchTemplateName": template.name,
            "Version": self.launched_from[1],
        }

    @property
    def launch_configuration_name(self) -> str | None:
        """The launch configuration's name, also when that is deleted by now."""
        return None if self.launch_template else self.launched_from[0]

    @property
    def health_status(self) -> str:
        """Unhealthy when it was called so, when its checks fail, and when it could not start."""
        impaired = is_impaired(self.auto_scaling_group.ec2_backend, self.instance) or ended_at_launch(self.instance)
        return UNHEALTHY if impaired else self._health_status

    @health_status.setter
    def health_status(self, status: str) -> None:
        self._health_status = status

    @property
    def is_healthy(self) -> bool:
        """Whether its group would keep it."""
        return self.health_status == HEALTHY
