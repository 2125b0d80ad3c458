"""What an update that was cut off left in a state, and the state without it. Plain functions over a deployment."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from snapnames.cli.errors import CommandError

Resource = Mapping[str, Any]
"""As the engine exports it."""

IMAGE_TYPE, TAG_TYPE = "aws:ec2/amiFromInstance:AmiFromInstance", "aws:ec2/tag:Tag"
CONFIGURATION_TYPE = "aws:ec2/launchConfiguration:LaunchConfiguration"
TEMPLATE_TYPE, GROUP_TYPE = "aws:ec2/launchTemplate:LaunchTemplate", "aws:autoscaling/group:Group"
FOUND_TYPES = (IMAGE_TYPE, CONFIGURATION_TYPE, TEMPLATE_TYPE, GROUP_TYPE)
"""Of which AWS can say whether a create was done."""


@dataclass(frozen=True)
class CutOff:
    """The operations that had begun, and of which the state does not say how they ended."""

    creating: tuple[Resource, ...]
    """Perhaps made; the state has no id of them."""

    deleting: tuple[Resource, ...]
    """Perhaps gone, or gone in part."""

    others: int
    """Updates and reads: the same again does no harm."""

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.creating or self.deleting or self.others)


def cut_off(deployment: Mapping[str, Any]) -> CutOff:
    """Read the pending operations of a deployment."""
    operations = deployment.get("pending_operations") or []
    kinds = {kind: tuple(o["resource"] for o in operations if o["type"] == kind) for kind in ("creating", "deleting")}
    return CutOff(kinds["creating"], kinds["deleting"], len(operations) - sum(map(len, kinds.values())))


@dataclass(frozen=True)
class Settled:
    """A pending create that AWS has done."""

    resource: Resource
    resource_id: str
    made: datetime
    """When AWS made it."""

    @property
    def key(self) -> tuple[str, str]:
        """What it is known by in a state: the URN alone may be that of a later one too."""
        return self.resource["urn"], self.resource_id


def foreign(creating: Iterable[Resource]) -> list[str]:
    """The URNs of those of which only a person can find out what became of them.

    The same create again does no harm for Tags and providers; what the components make is found by name.
    """
    return [
        resource["urn"]
        for resource in creating
        if "snapnames:index:" not in resource["urn"]
        and resource["type"] != TAG_TYPE
        and not resource["type"].startswith("pulumi:providers:")
    ]


def mended(deployment: Mapping[str, Any], creates: Iterable[Settled], gone: Collection[str] = ()) -> dict[str, Any]:
    """The deployment without pending operations, with those creates as resources that AWS has done.

    The engine keeps a pending create in all later states, so it may be of any update: one whose resource the state has
    is that resource, and of several with one URN the one that AWS made last stays. The others are left for the next
    update to delete, as the engine leaves what it has replaced. So are images whose ids are in `gone`, since only the
    state can tell a later run that their delete was begun. A refresh has to read the rest of what is taken in.

    Raises `CommandError` for a create whose parent or provider the state does not have.
    """
    resources: list[dict[str, Any]] = [
        {**resource, "delete": True} if resource.get("id") in gone and resource["type"] == IMAGE_TYPE else resource
        for resource in deployment.get("resources") or []
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
    return {**deployment, "resources": resources, "pending_operations": []}


def _key(resource: Resource) -> tuple[str, str]:
    return resource["urn"], resource.get("id", "")


def _recorded(resource: Resource) -> datetime:
    """When it was made, by the state; what has no time was taken in by a repair, of which nothing is pending now."""
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
    outputs = {key: value for key, value in resource["inputs"].items() if key != "__defaults"}
    outputs["id"] = create.resource_id
    if resource["type"] == IMAGE_TYPE:
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


def held_images(deployment: Mapping[str, Any]) -> dict[str, str]:
    """Image id to name, of every image that the state has or was doing something with."""
    resources = [*deployment.get("resources", []), *(o["resource"] for o in deployment.get("pending_operations") or [])]
    return {r["id"]: r["inputs"]["name"] for r in resources if r["type"] == IMAGE_TYPE and r.get("id")}


def with_dependents(deployment: Mapping[str, Any], urns: set[str]) -> list[str]:
    """These resources and all that depends on them, or goes with them."""
    found = set(urns)
    for resource in deployment.get("resources", []):  # each stands behind what it depends on
        if found & {*resource.get("dependencies", ()), resource.get("deletedWith"), resource.get("parent")}:
            found.add(resource["urn"])
    return sorted(found)


def unread(deployment: Mapping[str, Any]) -> set[str]:
    """The URNs of what a repair has taken in and no refresh has read yet: only a read gives an ARN."""
    return {
        resource["urn"]
        for resource in deployment.get("resources") or []
        if resource["type"] in FOUND_TYPES and not resource.get("outputs", {}).get("arn")
    }


def leaving(deployment: Mapping[str, Any]) -> set[str]:
    """The ids of images whose delete was begun, in this update or before a repair."""
    resources = deployment.get("resources") or []
    begun = [*cut_off(deployment).deleting, *(resource for resource in resources if resource.get("delete"))]
    return {resource["id"] for resource in begun if resource["type"] == IMAGE_TYPE}
