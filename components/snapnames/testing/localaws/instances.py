"""Instances: launched with the volumes of their image and the request together, instance-store volumes included."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult
from moto.ec2.models.instances import StateReason
from moto.ec2.responses.instances import InstanceResponse

from . import clock
from .errors import ParameterMissingError, TooManyInstanceIdsError
from .filters import select
from .health import ENDED_AT_LAUNCH, is_impaired
from .image_copies import ImageCopies
from .image_parameters import resolved
from .images import Launch
from .mappings import Mapping, is_ephemeral, merged

if TYPE_CHECKING:
    from moto.core.types import Base64EncodedString
    from moto.ec2.models.instances import Instance, Reservation


STATUS_IDS_LIMIT = 100
"""docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceStatus.html."""


class Instances(ImageCopies):
    """The account's instances. Leaves placement, networks and states to moto."""

    def run_instances(
        self,
        image_id: str,
        count: int,
        user_data: Base64EncodedString | None,
        security_group_names: list[str],
        **kwargs: Any,  # noqa: ANN401 - moto's parameters, passed on
    ) -> Reservation:
        """Launch with the image's volumes, changed by the template or launch configuration, then by the request."""
        template = self._get_template_from_args(kwargs["launch_template"]).data if kwargs.get("launch_template") else {}
        image_id = image_id or template.get("ImageId", "")
        if not image_id:
            raise ParameterMissingError(parameter="ImageId")
        image_id = resolved(self, image_id)
        image = self.get_launchable_image(image_id)
        configuration = kwargs.get("launch_config")
        configured = (configuration.block_device_mapping_dict if configuration else None) or []
        requested = kwargs.pop("block_device_mappings", None) or []
        mappings = deepcopy(image.mappings)
        for overrides in (template.get("BlockDeviceMappings", []), configured, requested):
            mappings = merged(mappings, overrides)
        self._check_own_snapshots(mappings, image.snapshot_ids)
        volume_tags = kwargs.get("tags", {}).get("volume", {})
        # With an empty list moto makes no volume of its own.
        reservation = super().run_instances(
            image_id, count, user_data, security_group_names, block_device_mappings=[], **kwargs
        )
        image.launched_at.append(clock.now())
        for instance in reservation.instances:
            instance.root_device_type = image.traits.root_device_type
            ephemeral = tuple(mapping for mapping in mappings if is_ephemeral(mapping))
            self.launches[instance.id] = Launch(image.traits, ephemeral, image.name or "")
            for mapping in mappings:
                if not is_ephemeral(mapping):
                    self._attach_new_volume(instance, mapping, volume_tags)
        if not all(self.can_read(one["Ebs"]["SnapshotId"]) for one in mappings if one.get("Ebs", {}).get("SnapshotId")):
            self._fail(reservation)
        return reservation

    def _fail(self, reservation: Reservation) -> None:
        """End instances that were just launched, as EC2 does when it may not use a key; the call has succeeded.

        docs.aws.amazon.com/AWSEC2/latest/UserGuide/troubleshooting-launch.html.
        """
        self.terminate_instances([instance.id for instance in reservation.instances])
        for instance in reservation.instances:
            instance.state_reason = StateReason(f"{ENDED_AT_LAUNCH}: Client error on launch", ENDED_AT_LAUNCH)

    def _check_own_snapshots(self, mappings: list[Mapping], inherited: list[str]) -> None:
        # The snapshots of an image of another account are that account's; the account's own have to be usable.
        inherited = [snapshot_id for snapshot_id in inherited if snapshot_id not in self.snapshots]
        self.check_snapshots([m for m in mappings if m.get("Ebs", {}).get("SnapshotId") not in inherited])

    def _attach_new_volume(self, instance: Instance, mapping: Mapping, tags: dict[str, str]) -> None:
        ebs = mapping["Ebs"]
        snapshot_id = ebs.get("SnapshotId")
        # The snapshot of a public image is its publisher's; one that is shared need not share its snapshots.
        snapshot = self.find_snapshot(snapshot_id)
        volume = self.create_volume(
            size=ebs.get("VolumeSize") or (snapshot.size if snapshot else 0),
            zone_name=str(instance.placement.zone),
            snapshot_id=snapshot.id if snapshot else None,
            encrypted=bool(ebs.get("Encrypted")),
            kms_key_id=ebs.get("KmsKeyId"),
            volume_type=ebs.get("VolumeType"),
            iops=ebs.get("Iops"),
            throughput=ebs.get("Throughput"),
        )
        volume.snapshot_id = snapshot_id
        self.attach_volume(volume.id, instance.id, mapping["DeviceName"], bool(ebs.get("DeleteOnTermination")))
        if tags:
            self.create_tags([volume.id], tags)


class InstanceActions(InstanceResponse):
    """RunInstances with EC2's block device mappings, DescribeInstanceStatus with its limit and the failed checks."""

    def describe_instance_status(self) -> ActionResult:
        """Refuse more ids than EC2 takes. The instances of unhealthy images are impaired."""
        count = len(self._get_param("InstanceIds", []))
        if count > STATUS_IDS_LIMIT:
            raise TooManyInstanceIdsError(count=count, limit=STATUS_IDS_LIMIT)
        filters: dict[str, Any] = self._filters_from_querystring()
        own = {name: filters.pop(name) for name in list(filters) if name in _STATUS_FILTERS}
        found = self.ec2_backend.describe_instance_status(
            self._get_param("InstanceIds", []),
            self._get_bool_param("IncludeAllInstances", False),  # noqa: FBT003 - moto's parameter
            [{"name": name, "values": values} for name, values in filters.items()],
        )
        shown = select([self._status(instance) for instance in found], own, _status_values)
        return ActionResult({"InstanceStatuses": shown})

    def _status(self, instance: Instance) -> dict[str, Any]:
        running = instance.is_running()
        return {
            "AvailabilityZone": instance.placement.zone,
            "InstanceId": instance.id,
            "InstanceState": {"Code": instance.state_code, "Name": instance.state},
            "InstanceStatus": _checks(running=running, passed=not is_impaired(self.ec2_backend, instance)),
            "SystemStatus": _checks(running=running, passed=True),
        }

    def _parse_block_device_mapping(self) -> list[dict[str, Any]]:
        return list(self._get_param("BlockDeviceMappings", []))


_STATUS_FILTERS = {
    f"{kind}-status.{what}": (f"{kind.capitalize()}Status", what)
    for kind in ("instance", "system")
    for what in ("status", "reachability")
}
"""Filter of DescribeInstanceStatus to where its value is."""


def _checks(*, running: bool, passed: bool) -> dict[str, Any]:
    """Show the status checks as docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceStatusSummary.html does."""
    if not running:
        return {"Status": "not-applicable"}
    detail = {"Name": "reachability", "Status": "passed" if passed else "failed"}
    return {"Status": "ok" if passed else "impaired", "Details": [detail]}


def _status_values(status: dict[str, Any], name: str) -> list[str]:
    kind, what = _STATUS_FILTERS[name]
    checks = status[kind]
    return [checks["Status"]] if what == "status" else [one["Status"] for one in checks.get("Details", [])]
