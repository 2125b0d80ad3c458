"""Tags: EC2's rules for keys and values, and look-ups that do not walk every tag of the account."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.models import EC2Backend
from moto.ec2.responses.tags import TagResponse
from moto.ec2.utils import EC2_PREFIX_TO_RESOURCE, get_prefix, is_valid_resource_id

from .errors import (
    FilterInvalidError,
    ImageNotFoundError,
    InstanceNotFoundError,
    ParameterInvalidError,
    ParameterMissingError,
    ResourceIdInvalidError,
    SnapshotNotFoundError,
    TagLimitReachedError,
)
from .filters import Filters, exact_values, select
from .wire import BulkResult, page

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TAGS_LIMIT = 50
KEY_LIMIT = 128
VALUE_LIMIT = 256
RESOURCE_ID = re.compile(r"[a-z]+-([0-9a-f]{8}|[0-9a-f]{17})")
LONG_OR_SHORT_IDS = ("ami", "snap", "i", "vol")

Tag = tuple[str, str, str]
"""Resource id, key, value."""


def checked_tags(tags: Iterable[Mapping[str, str | None]]) -> dict[str, str]:
    """Read a user's list of tags; a value left out is "".

    Raises `ParameterInvalidError` for what EC2 refuses: a key of AWS's own, a key twice, a length. The texts on lengths
    and on keys given twice are from memory of EC2.
    """
    read: dict[str, str] = {}
    for tag in tags:
        key, value = tag.get("Key") or "", tag.get("Value") or ""
        if key.lower().startswith("aws:"):
            raise ParameterInvalidError(
                f"Value ( {key} ) for parameter key is invalid. "
                "Tag keys starting with 'aws:' are reserved for internal use"
            )
        if not key:
            raise ParameterInvalidError("Tag key cannot be null or empty")
        if len(key) > KEY_LIMIT:
            raise ParameterInvalidError(f"Tag key exceeds the maximum length of {KEY_LIMIT} characters")
        if len(value) > VALUE_LIMIT:
            raise ParameterInvalidError(f"Tag value exceeds the maximum length of {VALUE_LIMIT} characters")
        if key in read:
            raise ParameterInvalidError(f"Duplicate tag key '{key}' specified.")
        read[key] = value
    if len(read) > TAGS_LIMIT:
        raise TagLimitReachedError
    return read


def check_resource_ids(resource_ids: list[str]) -> None:
    """Raise for an id that EC2 would not read: prefix, then 8 or 17 hex digits."""
    if not resource_ids:
        raise ParameterMissingError(parameter="resourceIdSet")
    for resource_id in resource_ids:
        strict = get_prefix(resource_id) in LONG_OR_SHORT_IDS
        if not is_valid_resource_id(resource_id) or (strict and not RESOURCE_ID.fullmatch(resource_id)):
            raise ResourceIdInvalidError(resource_id=resource_id)


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]] | None:
    """Tags as an API answer holds them; None instead of an empty list."""
    return [{"Key": key, "Value": value} for key, value in tags.items()] or None


class Tags(EC2Backend):
    """The account's tags. Tags that AWS puts on a resource (`aws:...`) don't count towards the limit of 50."""

    def do_resources_exist(self, resource_ids: list[str]) -> bool:
        """Raise the error of the resource's own type for the first that isn't there."""
        for resource_id in resource_ids:
            match get_prefix(resource_id):
                case "ami":
                    if resource_id not in self.amis:
                        raise ImageNotFoundError(resource_id)
                case "snap":
                    if resource_id not in self.snapshots:
                        raise SnapshotNotFoundError(snapshot_id=resource_id)
                case "i":
                    if self.get_instance_by_id(resource_id) is None:
                        raise InstanceNotFoundError(instance_id=resource_id)
                case _:
                    super().do_resources_exist([resource_id])
        return True

    def create_tags(self, resource_ids: list[str], tags: dict[str, str]) -> bool:
        """Set the tags on every resource, or on none if one would have too many."""
        for resource_id in resource_ids:
            keys = self.tags[resource_id].keys() | tags.keys() if resource_id in self.tags else tags.keys()
            if sum(not key.startswith("aws:") for key in keys) > TAGS_LIMIT:
                raise TagLimitReachedError
        for resource_id in resource_ids:
            self.tags[resource_id].update(tags)
        return True

    def describe_tags(self, filters: dict[str, list[str]] | None = None) -> list[dict[str, str]]:
        """List tags as moto's other parts read them: snake case keys, and a resource type."""
        return [
            {"resource_id": resource_id, "key": key, "value": value, "resource_type": _resource_type(resource_id)}
            for resource_id, key, value in self.select_tags(filters or {})
        ]

    def select_tags(self, filters: Filters) -> list[Tag]:
        """Filter tags; those of named resources are looked up, not searched."""
        names = exact_values(filters, "resource-id")
        if names is None:
            owners: Iterable[str] = list(self.tags)
        else:
            owners, filters = sorted(names & self.tags.keys()), {n: v for n, v in filters.items() if n != "resource-id"}
        tags = [(owner, key, value) for owner in owners for key, value in self.tags[owner].items()]
        return select(tags, filters, _tag_filter_values) if filters else tags

    def tags_of(self, resource_id: str) -> dict[str, str]:
        """Return the tags of one resource; empty if it has none."""
        return self.tags.get(resource_id, {})

    def forget_tags(self, resource_id: str) -> None:
        """Tags vanish with their resource."""
        self.tags.pop(resource_id, None)


def _resource_type(resource_id: str) -> str:
    return EC2_PREFIX_TO_RESOURCE.get(get_prefix(resource_id), "")


def _tag_filter_values(tag: Tag, name: str) -> list[str]:
    resource_id, key, value = tag
    match name:
        case "key":
            return [key]
        case "value":
            return [value]
        case "resource-id":
            return [resource_id]
        case "resource-type":
            return [_resource_type(resource_id)]
    if name.startswith("tag:"):
        return [value] if key == name.removeprefix("tag:") else []
    raise FilterInvalidError(name=name)


class TagActions(TagResponse):
    """CreateTags, DeleteTags, DescribeTags."""

    def create_tags(self) -> ActionResult:
        """All or nothing: one resource or tag that is refused fails the call."""
        resource_ids = self._get_param("Resources", [])
        check_resource_ids(resource_ids)
        tags = checked_tags(self._get_param("Tags", []))
        self.ec2_backend.do_resources_exist(resource_ids)
        self.error_on_dryrun()
        self.ec2_backend.create_tags(resource_ids, tags)
        return EmptyResult()

    def delete_tags(self) -> ActionResult:
        """Delete by key, or by key and value; without tags, all that users made. Resources need not exist.

        Whether EC2 minds a resource that is gone is not documented.
        """
        resource_ids = self._get_param("Resources", [])
        check_resource_ids(resource_ids)
        doomed = self._get_param("Tags", [])
        if any(tag.get("Key", "").lower().startswith("aws:") for tag in doomed):
            raise ParameterInvalidError("Tag keys starting with 'aws:' are reserved for internal use")
        self.error_on_dryrun()
        for resource_id in resource_ids:
            present = self.ec2_backend.tags_of(resource_id)
            for key, value in _doomed(present, doomed):
                if value is None or present.get(key) == value:
                    present.pop(key, None)
        return EmptyResult()

    def describe_tags(self) -> ActionResult:
        """Filter and page."""
        self.error_on_dryrun()
        tags = self.ec2_backend.select_tags(self._filters_from_querystring())
        shown, token = page(tags, self._get_int_param("MaxResults"), self._get_param("NextToken"), 5)
        items = [
            {"ResourceId": owner, "ResourceType": _resource_type(owner), "Key": key, "Value": value}
            for owner, key, value in shown
        ]
        return BulkResult({"Tags": items, "NextToken": token})

    def _parse_tag_specification(self, expected_type: str | None = None) -> dict[str, dict[str, str]]:
        """Check the tags that any action creates a resource with."""
        specifications: list[dict[str, Any]] = self._get_param("TagSpecifications", [])
        for specification in specifications:
            checked_tags(specification.get("Tags", []))
        return super()._parse_tag_specification(expected_type)


def _doomed(present: dict[str, str], tags: list[dict[str, str]]) -> list[tuple[str, str | None]]:
    if tags:
        return [(tag.get("Key", ""), tag.get("Value")) for tag in tags]
    return [(key, None) for key in present if not key.startswith("aws:")]
