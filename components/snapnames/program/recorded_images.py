"""What the state has of the stack's images and of their copies.

Others can give an image the mark of the stack, and no output tells which image an update has left unfinished. The image
that a group of the team's own launches is marked in the state to outlive the stack. An update that fails leaves the
mark, and leaves no outputs: only the state itself tells which images have it. So it is with the copies that a failed
update has made.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi

from snapnames.errors import InputError
from snapnames.own_updates import engine_process
from snapnames.resources.account_images import stack_tag
from snapnames.rules.images import SERVICE_TAG
from snapnames.rules.resource_types import COPY, IMAGE, PROVIDER, SSM_PARAMETER

_TRIES = 3
"""The engine saves the state while the program runs, and a backend of files may show half of it."""


@dataclass(frozen=True)
class RecordedCopy:
    """A copy of a release that the state has."""

    image_id: str
    name: str
    region: str
    has_volumes: bool
    """Whether the state has its snapshots, which a delete of the copy deletes too."""


def recorded_images() -> Mapping[str, bool]:
    """Image id to whether the state has the image as one that outlives the stack; nothing of other images.

    Raises `InputError` if the state can't be read.
    """
    images = (one for one in _recorded("has") if one["type"] == IMAGE and one.get("id"))
    return {one["id"]: bool(one.get("retainOnDelete")) for one in images}


def recorded_copies(service: str = "") -> list[RecordedCopy]:
    """The copies that the state has. Raises `InputError` if the state can't be read.

    `service`: only those of this service, in a stack that has several.
    """
    resources = _recorded("has in other regions")
    found = [one for one in resources if one["type"] == COPY and one.get("id")]
    providers = {one["urn"]: one for one in resources if one["type"] == PROVIDER}
    return [
        _copy(one, providers)
        for one in found
        if not service or one["inputs"].get("tags", {}).get(SERVICE_TAG) == service
    ]


def records_parameter(name: str) -> bool:
    """Whether the state has a parameter of that name, in any region. Raises `InputError` if it can't be read."""
    resources = _recorded("has in other regions")
    return any(one["type"] == SSM_PARAMETER and one["inputs"].get("name") == name for one in resources)


def _copy(resource: Mapping[str, Any], providers: Mapping[str, Mapping[str, Any]]) -> RecordedCopy:
    provider = providers.get(str(resource.get("provider", "")).rpartition("::")[0], {})
    region = resource["inputs"].get("region") or provider.get("inputs", {}).get("region", "")
    return RecordedCopy(
        resource["id"],
        str(resource["inputs"].get("name", "")),
        str(region),
        has_volumes=bool(resource.get("outputs", {}).get("ebsBlockDevices")),
    )


def _recorded(what: str) -> Sequence[Mapping[str, Any]]:
    """The resources of the state: one `pulumi stack export`, which takes no lock. A program can't ask its engine."""
    command = [_pulumi(), "stack", "export", "--stack", stack_tag(), "--non-interactive"]
    environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    why = ""
    for _ in range(_TRIES):
        try:
            done = subprocess.run(  # noqa: S603 -- pulumi, and the name of the running stack
                command,
                cwd=pulumi.get_root_directory() or None,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=True,
            )
            resources: Sequence[Mapping[str, Any]] = json.loads(done.stdout)["deployment"].get("resources") or []
        except subprocess.CalledProcessError as error:
            why = error.stderr.strip()
        except (OSError, ValueError, KeyError) as error:
            why = str(error)
        else:
            return resources
    raise InputError(
        f"`pulumi stack export` can't read which images the state of {stack_tag()} {what}: {why}; an image that it has "
        "could stay in the account for good: put pulumi on PATH, and update again"
    )


def _pulumi() -> str:
    """The pulumi on PATH, or else the one that runs this program."""
    engine = engine_process()
    return shutil.which("pulumi") or (str(Path(f"/proc/{engine}/exe").resolve()) if engine else "pulumi")
