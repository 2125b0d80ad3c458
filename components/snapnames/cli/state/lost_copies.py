"""Copies of releases that their regions have and the state does not, and the state with them.

Plain functions over a deployment, as the engine exports it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from snapnames.rules.copies import copy_name
from snapnames.rules.images import Image
from snapnames.rules.resource_types import COPY, IMAGE_COPY, PROVIDER, beside, child

from .copies import copies_of, creating_copies, leaving_copies
from .exported import Exported
from .missed import Resource, names_behind


@dataclass(frozen=True)
class LostCopy:
    """A copy that a region has."""

    image: Image
    region: str
    names: Mapping[str, str] = field(default_factory=dict)
    """Snapshot id to Name, of the snapshots behind it that have one."""

    @property
    def called(self) -> str:
        """What the program calls it."""
        return copy_name(self.image.name, self.region)

    @property
    def name(self) -> str:
        """The name of the image."""
        return self.image.name

    def __str__(self) -> str:
        return f"{self.name} in {self.region}"


def missing(deployment: Mapping[str, Any], region: str, names: Iterable[str]) -> list[str]:
    """Those of the names that no copy in the region has: none that the state has, or was making or deleting."""
    known = (*copies_of(deployment), *creating_copies(deployment), *leaving_copies(deployment))
    held = {one.name for one in known if one.region == region}
    return [name for name in names if name not in held]


def declared(deployment: Mapping[str, Any], called: str) -> bool:
    """Whether an update has declared the copy before it began it, as the state has recorded."""
    return any(one["urn"].endswith(f"::{IMAGE_COPY}::{called}") for one in Exported(deployment).of_type(IMAGE_COPY))


def with_copies(deployment: Mapping[str, Any], lost: Iterable[LostCopy], home: str) -> dict[str, Any]:
    """The deployment with these copies, each with its component and the names that its snapshots have.

    A region whose provider is lost too gets one, made as the program makes it of the stack's own. A refresh has to read
    the rest of the copies. `home`: the region of the stack. Raises `ValueError` unless the state has its roots.
    """
    resources = list(deployment["resources"])
    for one in lost:
        after = {**deployment, "resources": resources}
        provider = _provider(after, one.region)
        if provider is None:
            provider = _made(after, one.region, home)
            resources.append(provider)
        urns = {resource["urn"] for resource in resources}
        resources += [made for made in _copy(after, one, provider) if made["urn"] not in urns]
    return {**deployment, "resources": resources}


def _provider(deployment: Mapping[str, Any], region: str) -> Resource | None:
    named = f"::{PROVIDER}::{region}"
    found = (dict(one) for one in Exported(deployment).of_type(PROVIDER) if not one.get("delete"))
    return next((one for one in found if one["urn"].endswith(named)), None)


def _made(deployment: Mapping[str, Any], region: str, home: str) -> Resource:
    """The provider of a region, of the inputs of the stack's own; secrets among them stay encrypted."""
    state = Exported(deployment)
    if state.roots is None:
        raise ValueError("the state has lost what a copy hangs on")
    root, own = state.roots
    inputs = {**{key: value for key, value in (own.get("inputs") or {}).items() if key != "region"}, "region": region}
    inputs.setdefault("stsRegion", home)
    return {
        "urn": beside(root["urn"], PROVIDER, region),
        "custom": True,
        "id": str(uuid4()),
        "type": PROVIDER,
        "inputs": inputs,
        "outputs": dict(inputs),
        "parent": root["urn"],
    }


def _copy(deployment: Mapping[str, Any], lost: LostCopy, provider: Resource) -> list[Resource]:
    """The component, the copy and its names, as `ImageCopy` declares them."""
    state, image = Exported(deployment), lost.image
    if state.roots is None:
        raise ValueError("the state has lost what a copy hangs on")
    root, _ = state.roots
    component = {
        "urn": beside(root["urn"], IMAGE_COPY, lost.called),
        "custom": False,
        "type": IMAGE_COPY,
        "parent": root["urn"],
    }
    inputs = {
        "name": image.name,
        "sourceAmiId": image.source_image_id,
        "sourceAmiRegion": image.source_region,
        "encrypted": image.encrypted,
        "tags": dict(image.tags),
        "__defaults": [],
    }
    if image.description:
        inputs["description"] = image.description
    made = {
        "urn": child(component["urn"], COPY, lost.called),
        "custom": True,
        "id": image.image_id,
        "type": COPY,
        "inputs": inputs,
        # By it the provider deletes the snapshots with the copy.
        "outputs": {**inputs, "id": image.image_id, "manageEbsSnapshots": True},
        "parent": component["urn"],
        "provider": f"{provider['urn']}::{provider['id']}",
    }
    return [component, made, *names_behind(made, image, lost.names, lost.called)]
