"""Finds what an interrupted update left in a state, and repairs the state. Plain functions over a deployment."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from snapnames.cli.errors import CommandError
from snapnames.rules.images import STACK_TAG
from snapnames.rules.resource_types import (
    COMPONENTS,
    CONFIGURATION,
    COPY,
    GROUP,
    IMAGE,
    PROVIDERS,
    SSM_PARAMETER,
    TAG,
    TEMPLATE,
)

from .exported import Exported, Resource, inputs_of

FOUND_TYPES = (IMAGE, COPY, CONFIGURATION, TEMPLATE, GROUP, SSM_PARAMETER)
"""Of which AWS can say whether a create was done."""


@dataclass(frozen=True)
class Settled:
    """A pending create that AWS has done."""

    resource: Resource
    resource_id: str
    made: datetime
    """When AWS made it."""

    @property
    def key(self) -> tuple[str, str]:
        """What identifies the resource in a state. The URN is not enough: a later resource may have the same one."""
        return self.resource["urn"], self.resource_id


def foreign(creating: Iterable[Resource]) -> list[str]:
    """The URNs of the creates for which only a person can find out whether they were done.

    For Tags of EC2 and of groups, and for providers, a second create does no harm. What the components make is found by
    name, and so are the parameters that a stack keeps itself: these bear its mark.
    """
    return [
        resource["urn"]
        for resource in creating
        if COMPONENTS not in resource["urn"]
        and resource["type"] != TAG
        and not _is_own_parameter(resource)
        and not resource["type"].startswith(PROVIDERS)
    ]


def _is_own_parameter(resource: Resource) -> bool:
    return resource["type"] == SSM_PARAMETER and STACK_TAG in ((resource.get("inputs") or {}).get("tags") or {})


def mended(
    deployment: Mapping[str, Any],
    creates: Iterable[Settled],
    gone: Collection[str] = (),
    unknown: Collection[str] = (),
) -> dict[str, Any]:
    """The deployment without pending operations, and with the creates that AWS has done as resources.

    `unknown`: URNs whose pending operations stay, since AWS could not be asked.

    The engine keeps a pending create in all later states, so the create may come from any update. If the state already
    has the resource, nothing is added. If several resources claim the same URN, the one that AWS created last stays.
    The others are marked for deletion by the next update, as the engine marks what it has replaced. Images whose ids
    are in `gone` are marked too, because only the state can tell a later run that their delete was begun. A refresh has
    to read the rest of what was added.

    Raises `CommandError` if the state does not have the parent or the provider of a create.
    """
    resources: list[Resource] = [
        {**resource, "delete": True} if resource.get("id") in gone and resource["type"] in (IMAGE, COPY) else resource
        for resource in Exported(deployment).resources
    ]
    for create in sorted(creates, key=lambda one: one.made):
        if create.key in {_key(resource) for resource in resources}:
            continue
        adopted = _adopted(create, resources)
        live = next((r for r in resources if r["urn"] == adopted["urn"] and not r.get("delete")), None)
        if live is None or create.made > _recorded(live):
            resources = [{**r, "delete": True} if r is live else r for r in resources]
            resources.append(adopted)
        else:
            resources.append({**adopted, "delete": True})
    pending = [one for one in deployment.get("pending_operations") or [] if one["resource"]["urn"] in unknown]
    return {**deployment, "resources": resources, "pending_operations": pending}


def _key(resource: Resource) -> tuple[str, str]:
    return resource["urn"], resource.get("id", "")


def _recorded(resource: Resource) -> datetime:
    """When the resource was made, as the state says. A resource without a time was added by an earlier repair."""
    created = resource.get("created")
    return datetime.fromisoformat(created) if created else datetime.min.replace(tzinfo=UTC)


def _adopted(create: Settled, state: Iterable[Resource]) -> dict[str, Any]:
    resource = create.resource
    keys = {_key(other) for other in state}
    urns, providers = {urn for urn, _ in keys}, {"::".join(key) for key in keys}
    if resource.get("parent", "") not in {*urns, ""} or resource.get("provider", "") not in {*providers, ""}:
        raise CommandError(
            f"{resource['urn']} was made by an update that was cut off ({create.resource_id}), and the state does not "
            "have its parent or provider any more: delete it by hand, and run `pulumi refresh`, which asks what became "
            "of it"
        )
    outputs = {key: value for key, value in inputs_of(resource).items() if key != "__defaults"}
    outputs["id"] = create.resource_id
    if resource["type"] in (IMAGE, COPY):
        # Only a create sets it, and by it the provider deletes the snapshots with the image.
        outputs["manageEbsSnapshots"] = True
    adopted: dict[str, Any] = {**resource, "id": create.resource_id, "outputs": outputs}
    if "dependencies" in adopted:
        adopted["dependencies"] = [urn for urn in adopted["dependencies"] if urn in urns]
    if "propertyDependencies" in adopted:
        adopted["propertyDependencies"] = {
            name: [urn for urn in found or () if urn in urns] for name, found in adopted["propertyDependencies"].items()
        }
    return adopted


def with_dependents(deployment: Mapping[str, Any], urns: set[str]) -> list[str]:
    """The URNs of these resources and of all resources that depend on them, are deleted with them, or are children."""
    found = set(urns)
    for resource in Exported(deployment).resources:  # each stands behind what it depends on
        if found & {*resource.get("dependencies", ()), resource.get("deletedWith"), resource.get("parent")}:
            found.add(resource["urn"])
    return sorted(found)


def unread(deployment: Mapping[str, Any]) -> set[str]:
    """The URNs of resources that a repair has added and no refresh has read yet. Only a read gives them an ARN."""
    return {
        resource["urn"]
        for resource in Exported(deployment).resources
        if resource["type"] in FOUND_TYPES and not resource.get("outputs", {}).get("arn")
    }
