"""The calls about snapshots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.core.responses import ActionResult
from moto.ec2.responses.elastic_block_store import ElasticBlockStore

from .errors import ParameterInvalidError
from .keys import AWS_MANAGED, default_key, is_aws_managed, manage_by_aws
from .tags import tag_list
from .wire import BulkResult, page

if TYPE_CHECKING:
    from moto.ec2.models import EC2Backend


class SnapshotActions(ElasticBlockStore):
    """DescribeSnapshots, CopySnapshot and the default key; the other actions are moto's, on our backend."""

    def copy_snapshot(self) -> ActionResult:
        """Copy, encrypted or not; a copy is tagged as asked."""
        tags = self._parse_tag_specification().get("snapshot", {})
        self.error_on_dryrun()
        snapshot = self.ec2_backend.copy_snapshot(
            self._get_param("SourceSnapshotId"),
            self._get_param("SourceRegion"),
            self._get_param("Description", ""),
            self._get_param("KmsKeyId"),
            self._get_param("Encrypted"),
        )
        self.ec2_backend.create_tags([snapshot.id], tags)
        return BulkResult({"SnapshotId": snapshot.id, "Tags": tag_list(tags)})

    def describe_snapshots(self) -> ActionResult:
        """Filter by ids, owners and filters together, and page."""
        self.error_on_dryrun()
        backend = self.ec2_backend
        ids, size = self._get_param("SnapshotIds", []), self._get_int_param("MaxResults")
        if ids and size is not None:
            raise ParameterInvalidError("The parameter snapshotSet cannot be used with the parameter maxResults")
        chosen = backend.describe_snapshots(
            ids,
            self._filters_from_querystring(),
            self._get_param("OwnerIds", []),
            self._get_param("RestorableByUserIds", []),
        )
        shown, token = page(chosen, size, self._get_param("NextToken"), 5)
        items = [snapshot.describe(backend.tags_of(snapshot.id)) for snapshot in shown]
        return BulkResult({"Snapshots": items, "NextToken": token})

    def get_ebs_default_kms_key_id(self) -> ActionResult:
        """The key that the account has set, or the alias of AWS's own, which a region has from its first use on.

        docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetEbsDefaultKmsKeyId.html
        """
        self.error_on_dryrun()
        backend: EC2Backend = self.ec2_backend
        key = default_key(backend)
        if is_aws_managed(backend, key):
            manage_by_aws(backend, key)
            key = AWS_MANAGED
        return ActionResult({"KmsKeyId": key})
