"""A deployment as the engine exports it, and what its resources are asked for. Recovery and the ledger share it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from snapnames.rules.groups import ADOPTED
from snapnames.rules.resource_types import (
    COMPONENTS,
    GROUP,
    IMAGE,
    PROVIDER,
    ROOT,
    SOURCE_VOLUMES,
    TAKEN_IN_IMAGE,
    TEMPLATE,
    logical_name,
)
from snapnames.rules.taken_in import TakenIn

Resource = Mapping[str, Any]
"""One resource, or a pending operation's resource, as the engine exports it."""


def inputs_of(resource: Resource) -> Mapping[str, Any]:
    """The inputs of the resource. The engine leaves them out if there are none."""
    return resource.get("inputs") or {}


@dataclass(frozen=True)
class CutOff:
    """The operations that had begun, and of which the state does not say how they ended."""

    creating: tuple[Resource, ...]
    """Perhaps made; the state has no id of them."""

    deleting: tuple[Resource, ...]
    """Perhaps gone, or gone in part."""

    updating: tuple[Resource, ...]
    """Perhaps changed. The same again does no harm, but for `groups`."""

    others: int
    """Reads, components and the like: the same again does no harm."""

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.creating or self.deleting or self.updating or self.others)

    @property
    def groups(self) -> set[str]:
        """The URNs of groups whose update had begun, which a refresh has to read before the same update again.

        With the old settings in the state, the provider would update the group once more. It would cancel the instance
        refresh that goes on, and start another, which replaces again what is replaced already.
        """
        return {resource["urn"] for resource in self.updating if resource["type"] == GROUP}


@dataclass(frozen=True)
class Exported:
    """One deployment. Nothing here changes it."""

    deployment: Mapping[str, Any]

    @property
    def resources(self) -> list[Resource]:
        """All of them, those to be deleted included; each stands behind what it depends on."""
        return self.deployment.get("resources") or []

    def of_type(self, kind: str) -> Iterator[Resource]:
        """Those of a type, those to be deleted included."""
        return (resource for resource in self.resources if resource["type"] == kind)

    @cached_property
    def cut_off(self) -> CutOff:
        """Its pending operations. Those of components are among `others`: a component is nothing in AWS."""
        operations = self.deployment.get("pending_operations") or []
        in_aws = [one for one in operations if one["resource"].get("custom", True)]
        begun = {kind: tuple(o["resource"] for o in in_aws if o["type"] == kind) for kind in _BEGUN}
        others = len(operations) - sum(map(len, begun.values()))
        return CutOff(begun["creating"], begun["deleting"], begun["updating"], others)

    @property
    def held_images(self) -> dict[str, str]:
        """Image id to name, of every image that the state has or was doing something with."""
        pending = (operation["resource"] for operation in self.deployment.get("pending_operations") or [])
        found = (resource for resource in (*self.resources, *pending) if resource["type"] == IMAGE)
        return {resource["id"]: resource["inputs"]["name"] for resource in found if resource.get("id")}

    @property
    def kept_images(self) -> set[str]:
        """The ids of images that outlive the stack: a delete would leave them in the account."""
        return {one["id"] for one in self.of_type(IMAGE) if one.get("retainOnDelete") and one.get("id")}

    @property
    def taken_in(self) -> dict[str, TakenIn]:
        """Image id to what was taken in: images that others built, as the last update registered them."""
        said = (one.get("inputs") or {} for one in self.of_type(TAKEN_IN_IMAGE) if not one.get("delete"))
        found = (TakenIn(one["image_id"], one["image_name"], one.get("snapshots") or {}) for one in said)
        return {one.image_id: one for one in found}

    @property
    def leaving_images(self) -> set[str]:
        """The ids of images whose delete was begun, in this update or before a repair."""
        begun = (*self.cut_off.deleting, *(resource for resource in self.resources if resource.get("delete")))
        return {resource["id"] for resource in begun if resource["type"] == IMAGE}

    @property
    def outputs(self) -> Mapping[str, Any]:
        """The outputs of the stack; none before its first update."""
        return next((root.get("outputs") or {} for root in self.of_type(ROOT)), {})

    @property
    def recorded_instances(self) -> dict[str, str]:
        """Image name to the source instance that an update recorded before it began to make the image."""
        recorded = {
            logical_name(one["urn"]): instance
            for one in self.of_type(SOURCE_VOLUMES)
            if isinstance(instance := (one.get("inputs") or {}).get("instance"), str)
        }
        images = (one for one in self.cut_off.creating if one["type"] == IMAGE)
        # A pending create says it best: the first source of a release stays recorded if a later try has another one.
        return recorded | {one["inputs"]["name"]: one["inputs"].get("sourceInstanceId", "") for one in images}

    @property
    def fleet_groups(self) -> list[str]:
        """The names of the Auto Scaling groups that its fleets have."""
        return [one["id"] for one in self._fleet(GROUP)]

    @property
    def only_group(self) -> Resource | None:
        """The group of its only fleet; None where it has none, or several."""
        groups = [*self._fleet(GROUP)]
        return groups[0] if len(groups) == 1 else None

    def group_of(self, service: str) -> Resource | None:
        """The group of the fleet that has the name of the service."""
        named = (service, f"{service}{ADOPTED}")
        return next((one for one in self._fleet(GROUP) if logical_name(one["urn"]) in named), None)

    def rolls(self, service: str) -> bool:
        """Whether an update replaces the instances of that fleet, as its group was last declared."""
        group = self.group_of(service)
        return group is not None and bool((group.get("inputs") or {}).get("instanceRefresh"))

    @property
    def fleet_templates(self) -> list[str]:
        """The ids of the launch templates that its fleets have."""
        return [one["id"] for one in self._fleet(TEMPLATE)]

    def _fleet(self, kind: str) -> Iterator[Resource]:
        """What components have of a kind, but for what is to be deleted."""
        for one in self.of_type(kind):
            if COMPONENTS in one["urn"] and one.get("id") and not one.get("delete"):
                yield one

    @property
    def roots(self) -> tuple[Resource, Resource] | None:
        """The stack itself and the program's own provider; None where the state has lost one of them."""
        root = next(self.of_type(ROOT), None)
        defaults = (one for one in self.of_type(PROVIDER) if logical_name(one["urn"]).startswith("default"))
        provider = next(defaults, None)
        return None if root is None or provider is None else (root, provider)

    @property
    def default_provider(self) -> str:
        """By which a resource names the program's own provider. The state has its `roots`."""
        if self.roots is None:
            raise ValueError("a state without the stack and its provider has no default provider")
        _, provider = self.roots
        return f"{provider['urn']}::{provider['id']}"


_BEGUN = ("creating", "deleting", "updating")
