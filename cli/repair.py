"""What an update that was cut off left in a state, and the state without it. Plain functions over a deployment."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Resource = Mapping[str, Any]
"""As the engine exports it."""

IMAGE_TYPE = "aws:ec2/amiFromInstance:AmiFromInstance"


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


def mended(deployment: Mapping[str, Any], made: Mapping[str, str]) -> dict[str, Any]:
    """The deployment without pending operations, with those creates as resources that AWS has done.

    `made`: URN to id. A refresh has to read the rest of them into the state. What one of them replaces is left to be
    deleted by the next update, as the engine does it.
    """
    adopted = [
        _adopted(resource, made[resource["urn"]])
        for resource in cut_off(deployment).creating
        if resource["urn"] in made
    ]
    urns = {resource["urn"] for resource in adopted}
    before = [
        {**resource, "delete": True} if resource["urn"] in urns else resource
        for resource in deployment.get("resources") or []
    ]
    return {**deployment, "resources": [*before, *adopted], "pending_operations": []}


def _adopted(creating: Resource, resource_id: str) -> dict[str, Any]:
    outputs = {key: value for key, value in creating["inputs"].items() if key != "__defaults"} | {"id": resource_id}
    if creating["type"] == IMAGE_TYPE:
        # Only a create sets it, and by it the provider deletes the snapshots with the image.
        outputs["manageEbsSnapshots"] = True
    return {**creating, "id": resource_id, "outputs": outputs}


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
