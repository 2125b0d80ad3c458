"""Finds parts of a fleet that AWS has made and that the engine did not record.

The answer to a create was lost. The provider tried again, and AWS refused because the name was taken by then. So the
engine counted the create as failed. The state has no pending operation for it, and the next update would make another
resource under another generated name.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from snapnames.cli.recovery.made import Found, Made
from snapnames.cli.state.exported import Exported, Resource
from snapnames.cli.state.repair import Settled
from snapnames.rules.resource_types import FLEET, GROUP, TEMPLATE, child, logical_name

_GENERATED = re.compile(r"(?P<fleet>.+)-[0-9a-f]{7}")
"""The name that Pulumi generates for a resource without a name."""


@dataclass(frozen=True)
class Unrecorded:
    """What bears a name that was generated for a fleet of the state, which the state does not have.

    Others can make such things: none of them is taken in without a person's word.
    """

    configurations: tuple[str, ...]
    groups: tuple[Settled, ...]
    """As creates, to be taken in when a person says so."""


def unrecorded(deployment: Mapping[str, Any], made: Made, stack_tag: str) -> Unrecorded:
    """Launch configurations and groups of the state's fleets that AWS has and the state does not have.

    The name must be one that Pulumi generated for the fleet. A launch configuration must launch one of the state's
    images. A group must have the tag `stack_tag`, and the state must not have a group of this fleet. Makes at most one
    paged read of each kind, and none without a fleet. Raises `CommandError` if AWS refuses one.
    """
    fleets = [resource for resource in deployment.get("resources") or [] if resource["type"] == FLEET]
    configurations: list[str] = []
    groups: list[Settled] = []
    configured = [fleet for fleet in fleets if not _has(fleet, TEMPLATE, deployment)]
    if configured:
        there = _unknown(made.launch_configurations(set(Exported(deployment).held_images)), deployment)
        configurations += [one[0] for fleet in configured for one in there if _is_of(fleet, one)]
    groupless = [fleet for fleet in fleets if not _has(fleet, GROUP, deployment)]
    if groupless:
        there = _unknown(made.groups(stack_tag), deployment)
        groups += [_create(deployment, fleet, GROUP, one) for fleet in groupless for one in there if _is_of(fleet, one)]
    return Unrecorded(tuple(configurations), tuple(groups))


def _has(fleet: Resource, kind: str, deployment: Mapping[str, Any]) -> bool:
    return any(
        part["type"] == kind and part.get("parent") == fleet["urn"] and not part.get("delete")
        for part in deployment["resources"]
    )


def _unknown(found: list[Found], deployment: Mapping[str, Any]) -> list[Found]:
    """The resources that the state does not have and was not making. They are compared by name."""
    known = {resource.get("id") for resource in deployment["resources"]}
    known |= {resource["inputs"].get("name") for resource in Exported(deployment).cut_off.creating}
    return [one for one in found if one[0] not in known]


def _is_of(fleet: Resource, found: Found) -> bool:
    generated = _GENERATED.fullmatch(found[0])
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
