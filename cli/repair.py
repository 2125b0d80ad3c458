"""Images that EC2 made for an update that was cut off: the state of the stack has only that they were being created."""

from collections.abc import Mapping
from typing import Any

from .account import Image

_IMAGE_TYPE = "aws:ec2/amiFromInstance:AmiFromInstance"


def adopted(deployment: Mapping[str, Any], images: Mapping[str, Image]) -> tuple[dict[str, Any], list[str]] | None:
    """The deployment with the images that it was creating, and their names; None when there is none.

    `images`: name to image, of those that this stack built. A refresh has to read the rest of them into the state.
    """
    operations = deployment.get("pending_operations") or []
    found = [operation for operation in operations if _image_name(operation) in images]
    if not found:
        return None
    resources = [_resource(operation["resource"], images[_image_name(operation)].image_id) for operation in found]
    left = [operation for operation in operations if operation not in found]
    return (
        {**deployment, "resources": [*deployment["resources"], *resources], "pending_operations": left},
        [_image_name(operation) for operation in found],
    )


def _image_name(operation: Mapping[str, Any]) -> str:
    resource = operation["resource"]
    if operation["type"] != "creating" or resource["type"] != _IMAGE_TYPE:
        return ""
    return str(resource["inputs"]["name"])


def _resource(creating: Mapping[str, Any], image_id: str) -> dict[str, Any]:
    # Only a create sets manageEbsSnapshots, by which the provider deletes the snapshots with the image.
    outputs = {key: value for key, value in creating["inputs"].items() if key != "__defaults"}
    return {**creating, "id": image_id, "outputs": {**outputs, "id": image_id, "manageEbsSnapshots": True}}
