"""Reads a stack's images and the names of their snapshots from its state. Plain functions over a deployment."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from snapnames.rules.owned_names import RECORD_OUTPUT, Record
from snapnames.rules.resource_types import (
    IMAGE,
    IMAGE_COPY,
    LAUNCH_PERMISSION,
    OWNED_IMAGES,
    RELEASE_IMAGE,
    ROOT,
    TAG,
    TEMPLATE,
)

from .copies import copies_of
from .exported import Exported, Resource


@dataclass(frozen=True)
class Declared:
    """A stack as its last update left it."""

    stack: str = ""
    """`<organization>/<project>/<stack>`, as in the tag of the stack's images."""

    images: Mapping[str, str] = field(default_factory=dict)
    """Image id to name, of the images that the state has."""

    copies: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Region to image id to name, of the copies that the state has in other regions."""

    shared: frozenset[str] = frozenset()
    """Ids of images and copies that the stack lets others launch."""

    leaving: frozenset[str] = frozenset()
    """Ids of images whose delete or replacement was begun."""

    creating: frozenset[str] = frozenset()
    """Names of images whose create was begun. The state does not say whether AWS has made them."""

    names: Mapping[str, str] = field(default_factory=dict)
    """Snapshot id to declared Name, for the snapshots behind releases."""

    named: Mapping[str, str] = field(default_factory=dict)
    """The part of `names` that the outputs of the components have. A refresh reads the Tags, which others can write."""

    owned: Mapping[str, str] = field(default_factory=dict)
    """Snapshot id to the Name that `OwnedImages` gave. If a person has replaced this name, the person's name stays."""

    releases: Mapping[str, str] = field(default_factory=dict)
    """Image id to release."""

    live: str | None = None
    """The release whose image the fleet launches."""

    templates: frozenset[str] = frozenset()
    """Ids of the launch templates that the state has."""

    def built(self, builder: str | None) -> bool:
        """Whether an image with this `snapnames:stack` is a release of this stack."""
        return bool(self.stack) and builder == self.stack


def declared(deployment: Mapping[str, Any], stack: str) -> Declared:
    """Read a deployment; `stack` is what its images bear, `<organization>/<project>/<stack>`."""
    state = Exported(deployment)
    resources = [resource for resource in state.resources if not resource.get("delete")]
    images = list(state.of_type(IMAGE))
    outputs = next((_outputs(resource) for resource in resources if resource["type"] == ROOT), {})
    creating = [one["inputs"]["name"] for one in state.cut_off.creating if one["type"] == IMAGE]
    return Declared(
        stack=stack,
        images={one["id"]: one["inputs"]["name"] for one in images if one.get("id") and not one.get("delete")}
        | {image_id: one.name for image_id, one in state.taken_in.items()},
        copies=_by_region(deployment),
        shared=frozenset(one["inputs"]["imageId"] for one in resources if one["type"] == LAUNCH_PERMISSION),
        leaving=frozenset(one["id"] for one in images if one.get("id") and one.get("delete")),
        creating=frozenset(creating),
        names={
            **dict(_tagged(resources, RELEASE_IMAGE)),
            **dict(_tagged(resources, IMAGE_COPY)),
            **dict(_named(resources)),
        },
        named=dict(_named(resources)),
        owned={
            **dict(_tagged(resources, OWNED_IMAGES)),
            **dict(_recorded(resources)),
            **Record.of(outputs.get(RECORD_OUTPUT)).names,
        },
        releases={image_id: release for release, image_id in _strings(outputs.get("images")).items()},
        live=next(iter(_strings({"live": outputs.get("live")}).values()), None),
        templates=frozenset(one["id"] for one in resources if one["type"] == TEMPLATE and one.get("id")),
    )


def _by_region(deployment: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for copy in copies_of(deployment):
        found.setdefault(copy.region, {})[copy.image_id] = copy.name
    return found


def _strings(output: object) -> dict[str, str]:
    """The entries of an output whose values are texts. Another program may export something else under that name."""
    items = output.items() if isinstance(output, Mapping) else ()
    return {name: value for name, value in items if isinstance(value, str)}


def _outputs(resource: Resource) -> Mapping[str, Any]:
    return resource.get("outputs") or {}


def _named(resources: list[Resource]) -> Iterator[tuple[str, str]]:
    """The names that each `ReleaseImage` and `ImageCopy` declared.

    A refresh changes the Tags, but it does not change these outputs.
    """
    for resource in resources:
        if resource["type"] in (RELEASE_IMAGE, IMAGE_COPY):
            ids, names = (_outputs(resource).get(key) or {} for key in ("snapshot_ids", "snapshot_names"))
            for device, snapshot_id in ids.items():
                if device in names:
                    yield snapshot_id, names[device]


def _recorded(resources: list[Resource]) -> Iterator[tuple[str, str]]:
    """The names that each `OwnedImages` gave or found. It has no Tags for those that it found."""
    for resource in resources:
        if resource["type"] == OWNED_IMAGES:
            yield from _strings(_outputs(resource).get("names")).items()


def _tagged(resources: list[Resource], component: str) -> Iterator[tuple[str, str]]:
    """The Names in the state of the Tags that belong to a component."""
    for resource in resources:
        inputs = resource.get("inputs") or {}
        if resource["type"] == TAG and f"{component}$" in resource["urn"] and inputs.get("key") == "Name":
            yield inputs["resourceId"], inputs["value"]
