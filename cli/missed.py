"""Finds images of listed releases that the account has and the state does not have, and adds them to the state.

This happens if an older state was restored, or if a refresh cleared a pending create. Plain functions over a
deployment, as the engine exports it.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from snapnames.described import snapshots_behind, tags_of

from .repair import IMAGE_TYPE, TAG_TYPE

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import ImageTypeDef

Resource = dict[str, Any]

ROOT_TYPE, PROVIDER_TYPE = "pulumi:pulumi:Stack", "pulumi:providers:aws"
RELEASE_TYPE = "snapnames:index:ReleaseImage"


def root_urn(project: str, stack: str) -> str:
    """The URN of the stack itself. `stack`: its short name."""
    return f"urn:pulumi:{stack}::{project}::{ROOT_TYPE}::{project}-{stack}"


def has_roots(deployment: Mapping[str, Any]) -> bool:
    """Whether the state has what an image depends on: the stack itself, and the program's default provider."""
    return bool(_roots(deployment))


def default_provider(deployment: Mapping[str, Any]) -> str:
    """The reference to the program's default provider. The state must have roots (`has_roots`)."""
    _, provider = _roots(deployment)
    return f"{provider['urn']}::{provider['id']}"


def missed(deployment: Mapping[str, Any], images: Iterable["ImageTypeDef"]) -> list["ImageTypeDef"]:
    """The images that the state does not have.

    An image is left out if the state has another image of that name: a refresh has to clear that one first.
    """
    held = [resource for resource in deployment.get("resources") or [] if resource["type"] == IMAGE_TYPE]
    ids, names = {resource.get("id") for resource in held}, {resource["inputs"]["name"] for resource in held}
    return [image for image in images if image["ImageId"] not in ids and image["Name"] not in names]


def without_volumes(deployment: Mapping[str, Any], images: Iterable["ImageTypeDef"]) -> list[str]:
    """The URNs of images that EC2 has made and the state has without volumes, as after a create that timed out."""
    made = {image["ImageId"] for image in images if image["State"] == "available"}
    return [
        resource["urn"]
        for resource in deployment.get("resources") or []
        if resource.get("id") in made and not resource.get("outputs", {}).get("ebsBlockDevices")
    ]


def taken_in(
    deployment: Mapping[str, Any], images: Iterable["ImageTypeDef"], names: Mapping[str, str]
) -> dict[str, Any]:
    """The deployment with these images added, each with its component and the names that its snapshots have.

    `names`: snapshot id to Name. A refresh has to read the rest of each image. The state must have roots (`has_roots`).
    """
    (root, _), provider = _roots(deployment), default_provider(deployment)
    resources = list(deployment["resources"])
    urns = {resource["urn"] for resource in resources}
    for image in images:
        made = _image(root, provider, image)
        made += [_name(made[-1], device, *named) for device, named in _named(image, names).items()]
        resources += [resource for resource in made if resource["urn"] not in urns]
    return {**deployment, "resources": resources}


def _roots(deployment: Mapping[str, Any]) -> tuple[Resource, ...]:
    found = {
        resource["type"]: resource
        for resource in deployment.get("resources") or []
        if resource["type"] == ROOT_TYPE
        or (resource["type"] == PROVIDER_TYPE and resource["urn"].rpartition("::")[2].startswith("default"))
    }
    return (found[ROOT_TYPE], found[PROVIDER_TYPE]) if len(found) == len((ROOT_TYPE, PROVIDER_TYPE)) else ()


def _image(root: Resource, provider: str, image: "ImageTypeDef") -> list[Resource]:
    """The component and the image, as `ReleaseImage` declares them."""
    before, name = root["urn"].partition(f"::{ROOT_TYPE}::")[0], image["Name"]
    component = {
        "urn": f"{before}::{RELEASE_TYPE}::{name}",
        "custom": False,
        "type": RELEASE_TYPE,
        "parent": root["urn"],
    }
    inputs = {
        "name": name,
        "sourceInstanceId": image.get("SourceInstanceId", ""),
        "snapshotWithoutReboot": True,
        "tags": tags_of(image),
        "__defaults": [],
    }
    if image.get("Description"):
        inputs["description"] = image["Description"]
    made = {
        "urn": f"{before}::{RELEASE_TYPE}${IMAGE_TYPE}::{name}",
        "custom": True,
        "id": image["ImageId"],
        "type": IMAGE_TYPE,
        "inputs": inputs,
        # With this property, the provider deletes the snapshots together with the image.
        "outputs": {**inputs, "id": image["ImageId"], "manageEbsSnapshots": True},
        "parent": component["urn"],
        "provider": provider,
    }
    return [component, made]


def _name(image: Resource, device: str, snapshot_id: str, name: str) -> Resource:
    """The Tag of a snapshot, as `ReleaseImage` declares it."""
    inputs = {"key": "Name", "resourceId": snapshot_id, "value": name, "__defaults": []}
    return {
        "urn": f"{image['urn'].partition('$')[0]}${TAG_TYPE}::{image['inputs']['name']}:{device}",
        "custom": True,
        "id": f"{snapshot_id},Name",
        "type": TAG_TYPE,
        "inputs": inputs,
        "outputs": {**inputs, "id": f"{snapshot_id},Name"},
        "parent": image["parent"],
        "provider": image["provider"],
        "dependencies": [image["urn"]],
        "deletedWith": image["urn"],
    }


def _named(image: "ImageTypeDef", names: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Device name to snapshot id and Name, for the snapshots that have a Name."""
    behind = snapshots_behind(image)
    return {device: (snapshot, names[snapshot]) for device, snapshot in behind.items() if snapshot in names}
