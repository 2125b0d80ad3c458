"""The calls about instance refreshes, which moto hasn't."""

from __future__ import annotations

from moto.core.responses import ActionResult

from .group_actions import GroupActions
from .refresh_backend import STRATEGY, InstanceRefreshes

_PAGE = 50
"""docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeInstanceRefreshes.html."""


class InstanceRefreshActions(GroupActions):
    """Calls of Auto Scaling, those about refreshes among them."""

    @property
    def _refreshes(self) -> InstanceRefreshes:
        backend = self.autoscaling_backend
        if not isinstance(backend, InstanceRefreshes):
            raise TypeError(f"{type(backend)} is not the local Auto Scaling: call account.install() first")
        return backend

    def start_instance_refresh(self) -> ActionResult:
        """Answer with the id of the refresh."""
        refresh = self._refreshes.start_refresh(
            self._name,
            self._get_param("DesiredConfiguration", {}),
            self._get_param("Preferences", {}),
            self._get_param("Strategy", STRATEGY),
        )
        return ActionResult({"InstanceRefreshId": refresh.id})

    def describe_instance_refreshes(self) -> ActionResult:
        """List those of a group, the newest first."""
        ids = self._get_param("InstanceRefreshIds", [])
        group = self._refreshes.group(self._name)
        found = [one for one in self._refreshes.refreshes if one.group is group and (not ids or one.id in ids)]
        shown, token = self._page(found, _PAGE)
        return ActionResult({"InstanceRefreshes": [one.describe() for one in shown], "NextToken": token})

    def cancel_instance_refresh(self) -> ActionResult:
        """End the one that goes on."""
        wait = self._get_bool_param("WaitForTransitioningInstances", True)  # noqa: FBT003 - moto's parameter
        return ActionResult({"InstanceRefreshId": self._refreshes.cancel_refresh(self._name, wait=bool(wait)).id})

    def rollback_instance_refresh(self) -> ActionResult:
        """Take back the one that goes on."""
        return ActionResult({"InstanceRefreshId": self._refreshes.roll_back_refresh(self._name).id})
