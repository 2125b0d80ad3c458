"""Instance refreshes: every instance of a group launched anew, all at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.exceptions import EC2ClientError

from . import settings
from .errors import NoActiveRefreshError, RefreshInProgressError, ValidationFailedError
from .groups import Group, Groups

if TYPE_CHECKING:
    from datetime import datetime

IN_PROGRESS = "InProgress"


@dataclass
class InstanceRefresh:
    """One refresh, over as soon as it is started unless refreshes are held. Its preferences change nothing."""

    group: str
    preferences: dict[str, Any]
    status: str = "Successful"
    reason: str | None = None
    id: str = field(default_factory=lambda: str(uuid4()))
    time: datetime = field(default_factory=utcnow)

    def describe(self) -> dict[str, Any]:
        """Return the refresh as DescribeInstanceRefreshes shows it."""
        done = self.status == "Successful"
        return {
            "InstanceRefreshId": self.id,
            "AutoScalingGroupName": self.group,
            "Status": self.status,
            "StatusReason": self.reason,
            "StartTime": self.time,
            "EndTime": None if self.status == IN_PROGRESS else self.time,
            "PercentageComplete": 100 if done else 0,
            "Preferences": self.preferences or None,
        }


class InstanceRefreshes(Groups):
    """The account's refreshes, the newest first."""

    def __init__(self, region_name: str, account_id: str) -> None:
        """Start with none."""
        super().__init__(region_name, account_id)
        self.refreshes: list[InstanceRefresh] = []

    def start_refresh(self, name: str, desired: dict[str, Any], preferences: dict[str, Any]) -> InstanceRefresh:
        """Replace every instance; a launch that EC2 refuses leaves the old ones and ends the refresh as `Failed`."""
        group = self.get_group(name)
        if self.active(name):
            raise RefreshInProgressError
        if template := desired.get("LaunchTemplate"):
            group.launch_from_template(template)
        refresh = InstanceRefresh(name, preferences)
        old, group.instance_states = group.instance_states, []
        try:
            group.replace_autoscaling_group_instances(len(old), group.get_propagated_tags())
        except EC2ClientError as error:
            group.instance_states = old
            refresh.status, refresh.reason = "Failed", error.message
        else:
            if old:
                self.ec2_backend.terminate_instances([state.instance.id for state in old])
            self.update_attached_elbs(name)
            self.update_attached_target_groups(name)
            if settings.CURRENT.hold_refreshes:
                refresh.status = IN_PROGRESS
        self.refreshes.insert(0, refresh)
        return refresh

    def active(self, name: str) -> InstanceRefresh | None:
        """Give the refresh of a group that is not over."""
        return next((one for one in self.refreshes if one.group == name and one.status == IN_PROGRESS), None)

    def get_group(self, name: str) -> Group:
        """Find a group by name, or raise as Auto Scaling does."""
        group = self.autoscaling_groups.get(name)
        if not isinstance(group, Group):
            raise ValidationFailedError(f"AutoScalingGroup name not found - {name}")
        return group


class InstanceRefreshActions(AutoScalingResponse):
    """The calls about instance refreshes, which moto hasn't."""

    @property
    def _refreshes(self) -> InstanceRefreshes:
        backend = self.autoscaling_backend
        if not isinstance(backend, InstanceRefreshes):
            raise TypeError(f"{type(backend)} is not the local Auto Scaling: call account.install() first")
        return backend

    def start_instance_refresh(self) -> ActionResult:
        """Answer with the id of a refresh that is over."""
        refresh = self._refreshes.start_refresh(
            self._get_param("AutoScalingGroupName"),
            self._get_param("DesiredConfiguration", {}),
            self._get_param("Preferences", {}),
        )
        return ActionResult({"InstanceRefreshId": refresh.id})

    def describe_instance_refreshes(self) -> ActionResult:
        """List those of a group, the newest first."""
        name, ids = self._get_param("AutoScalingGroupName"), self._get_param("InstanceRefreshIds", [])
        self._refreshes.get_group(name)
        found = [one for one in self._refreshes.refreshes if one.group == name and (not ids or one.id in ids)]
        return ActionResult({"InstanceRefreshes": [refresh.describe() for refresh in found]})

    def cancel_instance_refresh(self) -> ActionResult:
        """End the one that goes on, at once; the instances that it has replaced stay."""
        name = self._get_param("AutoScalingGroupName")
        refresh = self._refreshes.active(name)
        if refresh is None:
            raise NoActiveRefreshError(group=name)
        refresh.status = "Cancelled"
        return ActionResult({"InstanceRefreshId": refresh.id})
