"""Who may make volumes of a snapshot: accounts, and everybody.

docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySnapshotAttribute.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.ec2.responses.elastic_block_store import ElasticBlockStore

from .errors import ParameterInvalidError, StateIncorrectError
from .image_errors import ParameterCombinationError, SnapshotKeyNotSharableError, SnapshotNotPublicError
from .keys import is_aws_managed
from .parameters import ParameterActions
from .wire import BulkResult

if TYPE_CHECKING:
    from moto.core.responses import ActionResult

    from .snapshots import Snapshot

MODIFICATIONS_LIMIT = 500

Permission = dict[str, str]


class SnapshotSharingActions(ParameterActions, ElasticBlockStore):
    """DescribeSnapshotAttribute, ModifySnapshotAttribute and ResetSnapshotAttribute, for the owner."""

    def describe_snapshot_attribute(self) -> ActionResult:
        """Show who may use the snapshot."""
        snapshot: Snapshot = self.ec2_backend.get_snapshot(self._required("SnapshotId"))
        attribute = self._required("Attribute")
        self.error_on_dryrun()
        if attribute == "productCodes":
            return BulkResult({"SnapshotId": snapshot.id, "ProductCodes": []})
        if attribute != "createVolumePermission":
            raise ParameterInvalidError(f"Value ({attribute}) for parameter attribute is invalid.")
        groups = [{"Group": group} for group in sorted(snapshot.create_volume_permission_groups)]
        users = [{"UserId": user} for user in sorted(snapshot.create_volume_permission_userids)]
        return BulkResult({"SnapshotId": snapshot.id, "CreateVolumePermissions": groups + users})

    def modify_snapshot_attribute(self) -> ActionResult:
        """Add permissions or remove some, in both forms that the API has."""
        snapshot: Snapshot = self.ec2_backend.get_snapshot(self._required("SnapshotId"))
        added, removed = self._modifications()
        if added and removed:
            raise ParameterCombinationError("Permissions can't be added and removed by one call.")
        if not 1 <= len(added) + len(removed) <= MODIFICATIONS_LIMIT:
            raise ParameterInvalidError(f"Specify 1 to {MODIFICATIONS_LIMIT} modifications.")
        self.ec2_backend.validate_permission_targets([*added, *removed])
        self._check_sharable(snapshot, added)
        self.error_on_dryrun()
        users, groups = snapshot.create_volume_permission_userids, snapshot.create_volume_permission_groups
        users.update(one["UserId"] for one in added if "UserId" in one)
        groups.update(one["Group"] for one in added if "Group" in one)
        users.difference_update(one.get("UserId", "") for one in removed)
        groups.difference_update(one.get("Group", "") for one in removed)
        return BulkResult({})

    def _modifications(self) -> tuple[list[Permission], list[Permission]]:
        given = self._get_param("CreateVolumePermission")
        if given is not None:
            return given.get("Add", []), given.get("Remove", [])
        named = [{"UserId": user} for user in self._get_param("UserIds", [])]
        named += [{"Group": group} for group in self._get_param("GroupNames", [])]
        operation = self._required("OperationType")
        if operation not in ("add", "remove"):
            raise ParameterInvalidError(f"Value ({operation}) for parameter operationType is invalid.")
        return (named, []) if operation == "add" else ([], named)

    def _check_sharable(self, snapshot: Snapshot, added: list[Permission]) -> None:
        if not added:
            return
        if snapshot.storage_tier == "archive":
            # docs.aws.amazon.com/ebs/latest/userguide/snapshot-archive.html; the code could not be checked.
            raise StateIncorrectError(f"The snapshot '{snapshot.id}' is archived and can't be shared.")
        if is_aws_managed(self.ec2_backend, snapshot.kms_key_id):
            raise SnapshotKeyNotSharableError
        if snapshot.encrypted and {"Group": "all"} in added:
            raise SnapshotNotPublicError

    def reset_snapshot_attribute(self) -> ActionResult:  # type: ignore[override] # moto has not written it
        """Take all permissions away."""
        snapshot: Snapshot = self.ec2_backend.get_snapshot(self._required("SnapshotId"))
        if self._required("Attribute") != "createVolumePermission":
            raise ParameterInvalidError("Only the attribute createVolumePermission can be reset.")
        self.error_on_dryrun()
        snapshot.create_volume_permission_userids.clear()
        snapshot.create_volume_permission_groups.clear()
        return BulkResult({})
