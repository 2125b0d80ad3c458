"""The reads of AWS that the components make through the caller's own provider, without the SDK's classes.

They are the very same data sources as those of `pulumi_aws`; the answers bear the names that other languages know.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pulumi import ComponentResource, Input, InvokeOptions, InvokeOutputOptions, Output
from pulumi.runtime import invoke, invoke_output

from snapnames.rules.resource_types import IMAGE_DATA, IMAGE_IDS, INSTANCE_DATA

from .aws_plugin import plugin_version

Filter = Mapping[str, str | Sequence[str]]
"""`name`, and the `values` of which any may match."""


def own_image_ids(filters: Sequence[Filter]) -> Sequence[str]:
    """The ids of the account's own images that all filters let pass, at once, through the default provider."""
    found: Sequence[str] = invoke(IMAGE_IDS, _of_own(filters), InvokeOptions(version=plugin_version())).value["ids"]
    return found


def own_image_ids_output(filters: Sequence[Filter], owner: ComponentResource) -> Output[Sequence[str]]:
    """The same as an output, through the provider of `owner`."""
    return _read(IMAGE_IDS, _of_own(filters), owner).apply(lambda answer: answer["ids"])


def own_image(image_id: str, owner: ComponentResource) -> Output[Mapping[str, Any]]:
    """All that EC2 says of one image of the account's own."""
    return _read(IMAGE_DATA, _of_own([{"name": "image-id", "values": [image_id]}]), owner)


def instance(instance_id: str, owner: ComponentResource) -> Output[Mapping[str, Any]]:
    """All that EC2 says of one instance."""
    return _read(INSTANCE_DATA, {"instanceId": instance_id}, owner)


def _of_own(filters: Sequence[Filter]) -> dict[str, Any]:
    return {"owners": ["self"], "includeDeprecated": True, "filters": filters}


def _read(token: str, asked: Mapping[str, Input[Any]], owner: ComponentResource) -> Output[Any]:
    return invoke_output(token, asked, InvokeOutputOptions(parent=owner, version=plugin_version()))
