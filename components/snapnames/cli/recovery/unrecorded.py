"""Finds parts of a fleet that AWS has made and that the engine did not record.

The answer to a create was lost. The provider tried again, and AWS refused because the name was taken by then. So the
engine counted the create as failed. The state has no pending operation for it, and the next update would make another
resource under another generated name.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from snapnames.cli.recovery.made import Found, Made
from snapnames.cli.state.exported import Exported, Resource, inputs_of
from snapnames.cli.state.repair import Settled
from snapnames.rules.groups import Group
from snapnames.rules.resource_types import FLEET, GROUP, TEMPLATE, child, logical_name

_GENERATED = re.compile(r"(?P<fleet>.+)-[0-9a-f]{7}")
"""The name that Pulumi generates for a resource without a name."""


@dataclass(frozen=True)
class Unrecorded:
    """What bears a name that was generated for a fleet of the state, which the state does not have.

    Others can make such things: none of them is taken in without a person's word.
    """

    configurations: tuple[str, ...]
    groups: Mapping[str, tuple[Group, Settled]]
    """By name, each also as a create, to be taken in if a person says so."""


def unrecorded(deployment: Mapping[str, Any], made: Made, stack_tag: str, settled: Collection[str] = ()) -> Unrecorded:
    """Launch configurations and groups of the state's fleets that AWS has and the state does not have.

    The name must be one that Pulumi generated for the fleet. A launch configuration must launch one of the state's
    images. A group must have the tag `stack_tag`, and the state must not have a group of this fleet. `settled`: ids of
    recorded creates that AWS has done. Makes at most one paged read of each kind, and none without a fleet. Raises
    `CommandError` if AWS refuses one.
    """
    fleets = [resource for resource in deployment.get("resources") or [] if resource["type"] == FLEET]
    configurations: list[str] = []
    groups: dict[str, tuple[Group, Settled]] = {}
    known = {*settled, *(resource.get("id") for resource in deployment["resources"])}
    begun = {inputs_of(resource).get("name") for resource in Exported(deployment).cut_off.creating}
    configured = [fleet for fleet in fleets if not _has(fleet, TEMPLATE, deployment)]
    if configured:
        names = [name for name, _ in made.launch_configurations(set(Exported(deployment).held_images))]
        unknown = [name for name in names if name not in known | begun]
        configurations += [name for fleet in configured for name in unknown if _is_of(fleet, name)]
    groupless = [fleet for fleet in fleets if not _has(fleet, GROUP, deployment)]
    if groupless:
        there = [group for group in made.groups(stack_tag) if group.name not in known]
        groups |= {
            group.name: (group, _create(deployment, fleet, GROUP, (group.name, group.created)))
            for fleet in groupless
            for group in there
            if _is_of(fleet, group.name)
        }
    return Unrecorded(tuple(configurations), groups)


def _has(fleet: Resource, kind: str, deployment: Mapping[str, Any]) -> bool:
    return any(
        part["type"] == kind and part.get("parent") == fleet["urn"] and not part.get("delete")
        for part in deployment["resources"]
    )


def _is_of(fleet: Resource, name: str) -> bool:
    generated = _GENERATED.fullmatch(name)
    return generated is not None and generated["fleet"] == logical_name(fleet["urn"])


def _create(deployment: Mapping[str, Any], fleet: Resource, kind: str, found: Found) -> Settled:
    """The pending create that the engine did not keep. It has only the name. A refresh reads the rest."""
    siblings = [r["provider"] for r in deployment["resources"] if r.get("parent") == fleet["urn"] and r.get("provider")]
    resource = {
        "urn": child(fleet["urn"], kind, logical_name(fleet["urn"])),
        "custom": True,
        "type": kind,
        "inputs": {"name": found[0], "__defaults": ["name"]},
        "parent": fleet["urn"],
        "provider": next(iter(siblings), Exported(deployment).default_provider),
    }
    return Settled(resource, *found)
