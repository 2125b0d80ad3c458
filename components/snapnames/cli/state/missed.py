"""Images of listed releases that the account has and the state does not, and the state with them.

As after a state that was restored from an older one, or a pending create that a refresh cleared. Plain functions over a
deployment, as the engine exports it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from snapnames.rules.images import Image
from snapnames.rules.resource_types import IMAGE, RELEASE_IMAGE, TAG, beside, child

from .exported import Exported

Resource = dict[str, Any]


def missed(deployment: Mapping[str, Any], images: Iterable[Image]) -> list[Image]:
    """Those of the images that the state does not have, nor another of that name: a refresh has to clear that first."""
    held = list(Exported(deployment).of_type(IMAGE))
    ids, names = {resource.get("id") for resource in held}, {resource["inputs"]["name"] for resource in held}
    return [image for image in images if image.image_id not in ids and image.name not in names]


def without_volumes(deployment: Mapping[str, Any], images: Iterable[Image]) -> list[str]:
    """The URNs of those that EC2 has made and the state has without a volume, as after a create that timed out."""
    made = {image.image_id for image in images if image.state == "available"}
    return [
        resource["urn"]
        for resource in Exported(deployment).resources
        if resource.get("id") in made and not resource.get("outputs", {}).get("ebsBlockDevices")
    ]


def taken_in(deployment: Mapping[str, Any], images: Iterable[Image], names: Mapping[str, str]) -> dict[str, Any]:
    """The deployment with these images, each with its component and the names that its snapshots have.

    `names`: snapshot id to Name. A refresh has to read the rest of the images. Raises `ValueError` unless the state has
    its roots.
    """
    state = Exported(deployment)
    if state.roots is None:
        raise ValueError("the state has lost what an image hangs on")
    (root, _), provider = state.roots, state.default_provider
    resources = list(deployment["resources"])
    urns = {resource["urn"] for resource in resources}
    for image in images:
        made = _image(root, provider, image)
        made += names_behind(made[-1], image, names, image.name)
        resources += [resource for resource in made if resource["urn"] not in urns]
    return {**deployment, "resources": resources}


def _image(root: Mapping[str, Any], provider: str, image: Image) -> list[Resource]:
    """The component and the image, as `ReleaseImage` declares them."""
    name = image.name
    component = {
        "urn": beside(root["urn"], RELEASE_IMAGE, name),
        "custom": False,
        "type": RELEASE_IMAGE,
        "parent": root["urn"],
    }
    inputs = {
        "name": name,
        "sourceInstanceId": image.source_instance_id,
        "snapshotWithoutReboot": True,
        "tags": dict(image.tags),
        "__defaults": [],
    }
    if image.description:
        inputs["description"] = image.description
    made = {
        "urn": child(component["urn"], IMAGE, name),
        "custom": True,
        "id": image.image_id,
        "type": IMAGE,
        "inputs": inputs,
        # By it the provider deletes the snapshots with the image.
        "outputs": {**inputs, "id": image.image_id, "manageEbsSnapshots": True},
        "parent": component["urn"],
        "provider": provider,
    }
    return [component, made]


def names_behind(resource: Resource, image: Image, names: Mapping[str, str], called: str) -> list[Resource]:
    """The Tags of the snapshots behind an image that have a Name, as the components declare them.

    `resource`: the image in the state. `names`: snapshot id to Name. `called`: what the program calls the image.
    """
    named = {device: one for device, one in image.snapshots.items() if one in names}
    return [_name(resource, f"{called}:{device}", one, names[one]) for device, one in named.items()]


def _name(image: Resource, called: str, snapshot_id: str, name: str) -> Resource:
    inputs = {"key": "Name", "resourceId": snapshot_id, "value": name, "__defaults": []}
    return {
        "urn": child(image["parent"], TAG, called),
        "custom": True,
        "id": f"{snapshot_id},Name",
        "type": TAG,
        "inputs": inputs,
        "outputs": {**inputs, "id": f"{snapshot_id},Name"},
        "parent": image["parent"],
        "provider": image["provider"],
        "dependencies": [image["urn"]],
        "deletedWith": image["urn"],
    }
