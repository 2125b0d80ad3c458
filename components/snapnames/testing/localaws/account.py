"""The account as a whole: every noun put together, and put in the place of moto's."""

from __future__ import annotations

import threading
import warnings
from collections import Counter
from copy import deepcopy
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from moto.autoscaling import models as autoscaling_models
from moto.autoscaling import urls as autoscaling_urls
from moto.core import responses as core_responses
from moto.core.base_backend import BackendDict
from moto.core.responses import ActionResult, BaseResponse
from moto.core.utils import method_names_from_class
from moto.ec2 import models as ec2_models
from moto.ec2 import urls as ec2_urls
from moto.ec2.models import launch_templates as template_models
from moto.ec2.models import spot_requests as spot_models
from moto.ec2.responses import EC2Response
from moto.elb import models as elb_models
from moto.elb import urls as elb_urls
from moto.elbv2 import models as elbv2_models
from moto.ssm import models as ssm_models
from moto.ssm import urls as ssm_urls

from . import gate, settings
from .allowed_images import AllowedImagesActions
from .errors import ImageNotFoundError
from .fast import FastActions
from .filters import FilterActions
from .group import Group
from .image_actions import ImageActions
from .image_references import ImageReferenceActions
from .image_sharing import ImageSharingActions
from .instances import InstanceActions, Instances
from .launch_configurations import LaunchConfiguration
from .launch_templates import LaunchTemplateActions
from .load_balancers import ClassicLoadBalancerActions, ClassicLoadBalancers, TargetGroup
from .locks import LockActions
from .members import Member
from .parameter_store import ParameterStore, ParameterStoreActions
from .protection import ProtectionActions
from .recycle_bin import RecycleBinActions
from .refresh_actions import InstanceRefreshActions
from .refresh_backend import InstanceRefreshes
from .regions import RegionActions
from .snapshot_actions import SnapshotActions
from .snapshot_sharing import SnapshotSharingActions
from .spot_fleets import SpotFleet
from .tags import TagActions
from .template_versions import Template, TemplateVersionActions
from .tiers import TierActions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moto.core.common_types import TYPE_RESPONSE

LOCK = threading.RLock()
"""Held by whoever reads or changes the account: one call is done at a time, so none sees half of another."""

CALLS: list[str] = []
"""Every API call since the last reset, as `service.Action`."""

_Accounts = list[tuple["BackendDict[Any]", dict[str, Any]]]
"""What every service has, by account."""

_SAVED: dict[str, _Accounts] = {}


class LocalEC2(Instances):
    """EC2 of one account and region."""

    @property
    def _url_module(self) -> Any:  # noqa: ANN401 - a module, where moto's base class looks for its URLs
        return ec2_urls


class LocalAutoScaling(InstanceRefreshes):
    """Auto Scaling of one account and region."""

    @property
    def _url_module(self) -> Any:  # noqa: ANN401 - a module, where moto's base class looks for its URLs
        return autoscaling_urls


class LocalClassicLoadBalancers(ClassicLoadBalancers):
    """Classic load balancers of one account and region."""

    @property
    def _url_module(self) -> Any:  # noqa: ANN401 - a module, where moto's base class looks for its URLs
        return elb_urls


class LocalSystemsManager(ParameterStore):
    """Systems Manager of one account and region."""

    @property
    def _url_module(self) -> Any:  # noqa: ANN401 - a module, where moto's base class looks for its URLs
        return ssm_urls


class LocalEC2Response(
    RegionActions,
    FilterActions,
    ImageSharingActions,
    ImageActions,
    AllowedImagesActions,
    ProtectionActions,
    LockActions,
    RecycleBinActions,
    TierActions,
    FastActions,
    ImageReferenceActions,
    SnapshotSharingActions,
    SnapshotActions,
    TagActions,
    InstanceActions,
    LaunchTemplateActions,
    TemplateVersionActions,
    EC2Response,
):
    """EC2's calls: ours first, moto's for the rest."""


def install() -> None:
    """Put this account in the place of moto's, for the whole process; only a server process calls this."""
    ec2_models.ec2_backends.backend = LocalEC2
    autoscaling_models.autoscaling_backends.backend = LocalAutoScaling
    autoscaling_urls.url_paths = {"{0}/$": InstanceRefreshActions.dispatch}
    ec2_urls.url_paths = {"{0}/": LocalEC2Response.dispatch}
    # moto inspects a class of 600 methods at every call.
    core_responses.method_names_from_class = cache(method_names_from_class)  # type: ignore[attr-defined] # moto's import
    autoscaling_models.FakeAutoScalingGroup = Group  # type: ignore[misc] # the class that moto makes
    autoscaling_models.FakeLaunchConfiguration = LaunchConfiguration  # type: ignore[misc] # the class that moto makes
    autoscaling_models.InstanceState = Member  # type: ignore[misc] # the class that moto makes of what is attached
    template_models.LaunchTemplate = Template  # type: ignore[misc] # the class that moto makes
    spot_models.SpotFleetRequest = SpotFleet  # type: ignore[misc, assignment] # the class that moto makes
    elb_models.elb_backends.backend = LocalClassicLoadBalancers
    elb_urls.ELBResponse = ClassicLoadBalancerActions  # type: ignore[attr-defined] # where moto's dispatcher looks
    elbv2_models.FakeTargetGroup = TargetGroup  # type: ignore[misc] # the class that moto makes
    ssm_models.ssm_backends.backend = LocalSystemsManager
    ssm_urls.url_paths = {"{0}/$": ParameterStoreActions.dispatch}
    _count_authorize_and_serialize_calls()


def _count_authorize_and_serialize_calls() -> None:
    original = BaseResponse.call_action

    def call_action(response: BaseResponse) -> TYPE_RESPONSE:
        action = response._get_action()  # noqa: SLF001 - where moto keeps the name
        with LOCK:
            CALLS.append(f"{response.service_name}.{action}")
            refused = gate.refusal(response, action)
            if refused is None:
                advance_refreshes()
                return original(response)
            with warnings.catch_warnings(action="ignore"):  # Auto Scaling's API model does not list AccessDenied
                _, headers, body = response.serialized(ActionResult(refused))
            return HTTPStatus.FORBIDDEN, {**headers, "status": str(int(HTTPStatus.FORBIDDEN))}, body

    BaseResponse.call_action = call_action  # type: ignore[method-assign, assignment] # the purpose of this function


def reset(defaults: settings.Settings) -> None:
    """Empty every account and region, forget the calls, and return to the settings the server started with."""
    with LOCK:
        BackendDict.reset()
        CALLS.clear()
        gate.AUTHORIZED.clear()
        settings.CURRENT = defaults


def save(name: str) -> None:
    """Keep the account as it is now, in place of what was kept under that name."""
    with LOCK:
        _SAVED[name] = _copied([(service, dict(service)) for service in _in_use()])


def restore(name: str) -> None:
    """Have the account as it was saved; raises `ValueError` for a name that was not."""
    with LOCK:
        if name not in _SAVED:
            raise ValueError(f"no account was saved as {name!r}: save one first, or name one of {sorted(_SAVED)}")
        BackendDict.reset()
        for service, accounts in _copied(_SAVED[name]):
            service.update(accounts)
            _in_use().append(service)


def _in_use() -> list[BackendDict[Any]]:
    """The services that were called, in moto's own list."""
    found: Any = BackendDict
    services: list[BackendDict[Any]] = found._instances  # noqa: SLF001 - there is no other way to know
    return services


def _copied(accounts: _Accounts) -> _Accounts:
    """All at once, since what a service has may refer to another service's; the services themselves stay the same."""
    return deepcopy(accounts, {id(service): service for service, _ in accounts})


def reboots() -> dict[str, int]:
    """How often each instance was rebooted, by CreateImage or by hand."""
    with LOCK:
        total: Counter[str] = Counter()
        for backend in _ec2_backends():
            total.update(backend.reboots)
        return dict(total)


def finish_image(image_id: str, end: settings.End, reason: str) -> None:
    """End an image's pending state now, or hold it; raises `ImageNotFoundError`."""
    with LOCK:
        for backend in _ec2_backends():
            if image_id in backend.amis:
                backend.amis[image_id].lifecycle.finish(end, reason)
                return
    raise ImageNotFoundError(image_id)


def advance_refreshes() -> None:
    """Let every instance refresh do what its time has come for."""
    for backend in _auto_scaling_backends():
        backend.advance()


def step_refresh(group: str, steps: int) -> dict[str, Any]:
    """Do phases of a group's instance refresh now; raises `ValueError` if it has none that goes on."""
    with LOCK:
        for backend in _auto_scaling_backends():
            if refresh := backend.active(group):
                for _ in range(steps):
                    refresh.step_by_hand()
                return {
                    key: value
                    for key, value in refresh.describe().items()
                    if key in ("InstanceRefreshId", "Status", "StatusReason", "PercentageComplete", "InstancesToUpdate")
                }
    raise ValueError(f"no instance refresh of a group {group!r} goes on: start one first, while refreshes are held")


def _auto_scaling_backends() -> Iterator[LocalAutoScaling]:
    for _, _, backend in autoscaling_models.autoscaling_backends.iter_backends():
        if isinstance(backend, LocalAutoScaling):
            yield backend


def _ec2_backends() -> Iterator[LocalEC2]:
    for _, _, backend in ec2_models.ec2_backends.iter_backends():
        if isinstance(backend, LocalEC2):
            yield backend
