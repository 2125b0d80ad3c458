"""The account's instance refreshes: what may be started, cancelled and rolled back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.ec2.exceptions import EC2ClientError

from . import settings
from .errors import (
    IrreversibleRefreshError,
    NoActiveRefreshError,
    RefreshInProgressError,
    ValidationFailedError,
    constraint,
)
from .instance_refreshes import Desired, InstanceRefresh
from .launch_sources import DYNAMIC_VERSIONS, LaunchSource
from .refresh_preferences import read_preferences
from .rollouts import Rollout
from .scaling_policies import ScalingPolicies
from .template_checks import check_refresh

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moto.autoscaling.models import FakeAutoScalingGroup

    from .group import Group
    from .members import Member
    from .refresh_preferences import Preferences

STRATEGY = "Rolling"


class InstanceRefreshes(ScalingPolicies):
    """The account's refreshes, the newest first."""

    def __init__(self, region_name: str, account_id: str) -> None:
        """Start with none."""
        super().__init__(region_name, account_id)
        self.refreshes: list[InstanceRefresh] = []

    def start_refresh(
        self, name: str, desired: Mapping[str, Any], preferences: Mapping[str, Any], strategy: str = STRATEGY
    ) -> InstanceRefresh:
        """Start to replace a group's instances.

        docs.aws.amazon.com/autoscaling/ec2/APIReference/API_StartInstanceRefresh.html. Unless the settings say
        otherwise it is over, or waits for something, when the call is answered.
        """
        group = self.group(name)
        if strategy != STRATEGY:
            raise constraint(strategy, "strategy", f"Member must satisfy enum value set: [{STRATEGY}]")
        if self.active(name):
            raise RefreshInProgressError
        wanted = self._desired(desired) if desired else None
        sources = [group.saved_source, *([wanted.source] if wanted else [])]
        check_refresh(self.ec2_backend, sources, limited=bool(wanted) or bool(preferences.get("SkipMatching")))
        read = read_preferences(group, preferences, has_desired_configuration=wanted is not None)
        if read.rolls_back and (why := _irreversible(group)):
            raise ValidationFailedError(f"The request isn't valid. {why}")
        source = wanted.source if wanted else None
        targets = [one.instance_id for one in group.instance_states if _is_target(one, read, source, group)]
        refresh = InstanceRefresh(group, read, Rollout(group, source, read, targets), wanted)
        self.refreshes.insert(0, refresh)
        if settings.CURRENT.hold_refreshes:
            refresh.begin()
        refresh.advance()
        return refresh

    def active(self, name: str) -> InstanceRefresh | None:
        """Give the refresh of a group that is not over."""
        return next((one for one in self.refreshes if one.group.name == name and one.is_active), None)

    def cancel_refresh(self, name: str, *, wait: bool) -> InstanceRefresh:
        """End the refresh that goes on; the instances that it has replaced stay."""
        refresh = self._active(name)
        refresh.cancel(wait=wait)
        refresh.advance()
        return refresh

    def roll_back_refresh(self, name: str) -> InstanceRefresh:
        """Take back what the refresh that goes on has done.

        docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RollbackInstanceRefresh.html.
        """
        refresh = self._active(name)
        if refresh.desired is None:
            raise IrreversibleRefreshError("The instance refresh has no desired configuration to roll back from.")
        if why := _irreversible(refresh.group):
            raise IrreversibleRefreshError(why)
        if refresh.rollback or refresh.status == "Cancelling":
            raise NoActiveRefreshError(group=name)
        refresh.roll_back("Rollback initiated by a user request.")
        refresh.advance()
        return refresh

    def advance(self) -> None:
        """Let every refresh do what its time has come for."""
        for refresh in self.refreshes:
            if refresh.is_active:
                refresh.advance()

    def update_auto_scaling_group(self, name: str, **kwargs: Any) -> FakeAutoScalingGroup:  # type: ignore[override] # noqa: ANN401 - moto's parameters, by name
        """Refuse what a refresh is about to set itself.

        The text is from docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html.
        """
        changes = any(kwargs.get(key) for key in ("launch_config_name", "launch_template", "mixed_instances_policy"))
        refresh = self.active(name)
        if changes and refresh and refresh.desired:
            raise ValidationFailedError(
                "An active instance refresh with a desired configuration exists. All configuration options derived "
                "from the desired configuration are not available for update while the instance refresh is active."
            )
        return super().update_auto_scaling_group(name, **kwargs)

    def delete_auto_scaling_group(self, group_name: str, *, force: bool = True) -> None:
        """The refreshes go with their group."""
        super().delete_auto_scaling_group(group_name, force=force)
        self.refreshes = [one for one in self.refreshes if one.group.name != group_name]

    def _active(self, name: str) -> InstanceRefresh:
        self.group(name)
        refresh = self.active(name)
        if refresh is None:
            raise NoActiveRefreshError(group=name)
        return refresh

    def _desired(self, given: Mapping[str, Any]) -> Desired:
        """Find the template of a desired configuration."""
        policy = given.get("MixedInstancesPolicy")
        template = given.get("LaunchTemplate")
        if bool(policy) == bool(template):
            raise ValidationFailedError(
                "Either LaunchTemplate or MixedInstancesPolicy must be specified in the desired configuration."
            )
        named: Mapping[str, str] = policy["LaunchTemplate"]["LaunchTemplateSpecification"] if policy else template or {}
        try:
            if name := named.get("LaunchTemplateName"):
                found = self.ec2_backend.get_launch_template_by_name(name)
            else:
                found = self.ec2_backend.get_launch_template(named.get("LaunchTemplateId", ""))
            source = LaunchSource(template=found, version=str(named.get("Version") or "$Default"))
            found.get_version(source.version)
        except EC2ClientError as error:
            raise ValidationFailedError(
                f"You must use a valid fully-formed launch template. {error.message}"
            ) from error
        return Desired(dict(given), source, policy)


def _irreversible(group: Group) -> str | None:
    """Why a group can't come back to what it is saved with."""
    saved = group.saved_source
    if saved.template and saved.version in DYNAMIC_VERSIONS:
        return "The Auto Scaling group uses the launch template version $Latest or $Default, and can't be rolled back."
    return None


def _is_target(one: Member, preferences: Preferences, source: LaunchSource | None, group: Group) -> bool:
    """Whether the refresh is to replace this instance."""
    if one.protected_from_scale_in and preferences.protected == "Ignore":
        return False
    if one.lifecycle_state == "Standby" and preferences.standby == "Ignore":
        return False
    return not (preferences.skips_matching and one.launched_from == (source or group.saved_source).launched_from)
