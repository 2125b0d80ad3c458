"""The copies of releases that a state has, has begun to make, or is deleting. Plain functions over a deployment."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from snapnames.rules.resource_types import COPY, PROVIDER

from .exported import Exported, Resource, inputs_of


@dataclass(frozen=True)
class StateCopy:
    """A copy, as a state has it."""

    resource: Resource
    region: str
    """Where it is; empty if the state does not say it, which is the region of the stack."""

    @property
    def urn(self) -> str:
        """Of the resource."""
        return str(self.resource["urn"])

    @property
    def image_id(self) -> str:
        """Empty for one that was only begun."""
        return str(self.resource.get("id", ""))

    @property
    def name(self) -> str:
        """The name of the image."""
        return str(self.resource["inputs"].get("name", ""))

    @property
    def source(self) -> tuple[str, str]:
        """The image that is copied, and its region."""
        inputs = self.resource["inputs"]
        return str(inputs.get("sourceAmiId", "")), str(inputs.get("sourceAmiRegion", ""))

    @property
    def snapshot_ids(self) -> frozenset[str]:
        """The snapshots behind it, as the provider has read them."""
        found = (self.resource.get("outputs") or {}).get("ebsBlockDevices") or ()
        return frozenset(one["snapshotId"] for one in found if one.get("snapshotId"))

    def __str__(self) -> str:
        return f"{self.name} in {self.region}"


def copies_of(deployment: Mapping[str, Any]) -> list[StateCopy]:
    """Those that the state has, but for what is to be deleted."""
    found = Exported(deployment).of_type(COPY)
    return list(_copies(deployment, (one for one in found if one.get("id") and not one.get("delete"))))


def creating_copies(deployment: Mapping[str, Any]) -> list[StateCopy]:
    """Those whose create was begun, and of which the state does not say how it ended."""
    return list(_copies(deployment, Exported(deployment).cut_off.creating))


def leaving_copies(deployment: Mapping[str, Any]) -> list[StateCopy]:
    """Those whose delete was begun, in this update or before a repair."""
    state = Exported(deployment)
    begun = (*state.cut_off.deleting, *(one for one in state.resources if one.get("delete")))
    return list({one.image_id: one for one in _copies(deployment, begun) if one.image_id}.values())


def region_of(deployment: Mapping[str, Any], resource: Resource) -> str:
    """The region that a resource is in; empty if the state does not say it, which is the region of the stack."""
    own = inputs_of(resource).get("region") or (resource.get("outputs") or {}).get("region")
    urn = str(resource.get("provider", "")).rpartition("::")[0]
    providers = (one for one in Exported(deployment).of_type(PROVIDER) if one["urn"] == urn)
    return str(own or next(((one.get("inputs") or {}).get("region", "") for one in providers), ""))


def _copies(deployment: Mapping[str, Any], resources: Iterable[Resource]) -> Iterator[StateCopy]:
    for resource in resources:
        if resource["type"] == COPY:
            yield StateCopy(resource, region_of(deployment, resource))
