"""Fast snapshot restores and EC2 Fast Launch: what somebody has switched on for a snapshot or an image.

docs.aws.amazon.com/ebs/latest/userguide/ebs-fast-snapshot-restore.html: they end with their snapshot.
docs.aws.amazon.com/AWSEC2/latest/UserGuide/win-ami-config-fast-launch.html: only for Windows images, which the local
EC2 has none of, so it takes any. Both are enabled at once here, where EC2 takes an hour for each TiB.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .errors import FilterInvalidError, ParameterMissingError
from .filters import select
from .parameters import ParameterActions
from .wire import BulkResult, page

if TYPE_CHECKING:
    from collections.abc import Iterable

    from moto.core.responses import ActionResult

Entry = dict[str, Any]


class FastActions(ParameterActions):
    """The calls that switch them on and off, and those that list them."""

    def enable_fast_snapshot_restores(self) -> ActionResult:
        """Switch them on for snapshots of the account, in some zones."""
        chosen = [
            {"SnapshotId": self.ec2_backend.get_snapshot(one).id, "AvailabilityZone": zone, "State": "enabled"}
            for one in self._required("SourceSnapshotIds")
            for zone in self._zones()
        ]
        self.error_on_dryrun()
        self._restores().update({(one["SnapshotId"], one["AvailabilityZone"]): one for one in chosen})
        return BulkResult({"Successful": [{**one, "OwnerId": self.current_account} for one in chosen]})

    def disable_fast_snapshot_restores(self) -> ActionResult:
        """Switch them off. EC2 lists them as disabled for a while; here they are gone at once."""
        self.error_on_dryrun()
        pairs = [(one, zone) for one in self._required("SourceSnapshotIds") for zone in self._zones()]
        gone = [one for pair in pairs if (one := self._restores().pop(pair, None))]
        return BulkResult({"Successful": [{**one, "State": "disabling"} for one in gone]})

    def describe_fast_snapshot_restores(self) -> ActionResult:
        """List them; what was deleted has none."""
        self.error_on_dryrun()
        there = [one for one in self._restores().values() if one["SnapshotId"] in self.ec2_backend.snapshots]
        chosen = select(there, self._filters_from_querystring(), _restore_values)  # type: ignore[arg-type] # of untyped moto
        shown, token = page(chosen, self._get_int_param("MaxResults"), self._get_param("NextToken"), 0, 200)
        owned = [{**one, "OwnerId": self.current_account} for one in shown]
        return BulkResult({"FastSnapshotRestores": owned, "NextToken": token})

    def enable_fast_launch(self) -> ActionResult:
        """Switch it on for an image."""
        image_id = self._required("ImageId")
        self.ec2_backend.describe_images(ami_ids=[image_id])
        self.error_on_dryrun()
        entry = {"ImageId": image_id, "ResourceType": "snapshot", "OwnerId": self.current_account, "State": "enabled"}
        self._launches()[image_id] = entry
        return BulkResult(entry)

    def disable_fast_launch(self) -> ActionResult:
        """Switch it off."""
        self.error_on_dryrun()
        return BulkResult({**self._launches().pop(self._required("ImageId")), "State": "disabling"})

    def describe_fast_launch_images(self) -> ActionResult:
        """List the images that have it, all or some."""
        self.error_on_dryrun()
        wanted = self._get_param("ImageIds", [])
        chosen = [one for one in self._launches().values() if not wanted or one["ImageId"] in wanted]
        shown, token = page(chosen, self._get_int_param("MaxResults"), self._get_param("NextToken"), 0, 200)
        return BulkResult({"FastLaunchImages": list(shown), "NextToken": token})

    def _restores(self) -> dict[tuple[str, str], Entry]:
        found: dict[tuple[str, str], Entry] = vars(self.ec2_backend).setdefault("fast_restores", {})
        return found

    def _launches(self) -> dict[str, Entry]:
        found: dict[str, Entry] = vars(self.ec2_backend).setdefault("fast_launches", {})
        return found

    def _zones(self) -> list[str]:
        zones: list[str] = self._get_param("AvailabilityZones", [])
        if not zones:
            raise ParameterMissingError(parameter="AvailabilityZones")
        return zones


def _restore_values(found: Entry, name: str) -> Iterable[str]:
    members = {"availability-zone": "AvailabilityZone", "snapshot-id": "SnapshotId", "state": "State"}
    if name not in members:
        raise FilterInvalidError(name=name)
    return [found[members[name]]]
