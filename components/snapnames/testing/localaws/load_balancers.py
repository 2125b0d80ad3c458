"""Load balancers: an instance that fails its health checks is out of service for both kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult
from moto.ec2.models import ec2_backends
from moto.elb.models import ELBBackend
from moto.elb.responses import ELBResponse
from moto.elbv2.models import FakeHealthStatus, FakeTargetGroup

from .health import is_impaired

if TYPE_CHECKING:
    from moto.ec2.models import EC2Backend

_STATES = {
    "InService": ("N/A", "N/A"),
    "OutOfService": (
        "Instance",
        "Instance has failed at least the UnhealthyThreshold number of health checks consecutively.",
    ),
    "Unknown": ("N/A", "N/A"),
}
"""State to reason and description.

docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_InstanceState.html.
"""


class TargetGroup(FakeTargetGroup):
    """One target group."""

    def health_for(self, target: dict[str, Any], ec2_backend: EC2Backend) -> FakeHealthStatus:
        """Fail the instances of unhealthy images.

        docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html.
        """
        status = super().health_for(target, ec2_backend)
        instance = ec2_backend.get_instance_by_id(target["Id"])
        if status.status == "healthy" and instance is not None and is_impaired(ec2_backend, instance):
            status.status, status.reason = "unhealthy", "Target.FailedHealthChecks"
            status.description = "Health checks failed"
        return status


class ClassicLoadBalancers(ELBBackend):
    """The account's classic load balancers."""

    def describe_instance_health(self, lb_name: str, instances: list[dict[str, str]]) -> list[dict[str, Any]]:
        """Fail the instances of unhealthy images."""
        found = super().describe_instance_health(lb_name, instances)
        ec2 = ec2_backends[self.account_id][self.region_name]
        for one in found:
            instance = ec2.get_instance_by_id(one["InstanceId"])
            if one["State"] == "InService" and instance is not None and is_impaired(ec2, instance):
                one["State"] = "OutOfService"
        return found


class ClassicLoadBalancerActions(ELBResponse):
    """The calls about classic load balancers."""

    def describe_instance_health(self) -> ActionResult:
        """Say why an instance is out of service."""
        found = self.elb_backend.describe_instance_health(
            self._get_param("LoadBalancerName"), self._get_param("Instances", [])
        )
        states = [
            {**one, "ReasonCode": _STATES[one["State"]][0], "Description": _STATES[one["State"]][1]} for one in found
        ]
        return ActionResult({"InstanceStates": states})
