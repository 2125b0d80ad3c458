"""What the state has of the stack's copies and parameters, as the engine itself tells the running program.

A failed update leaves no outputs, so only the state tells every copy that it has made.
"""

from dataclasses import dataclass

from snapnames.errors import InputError
from snapnames.resources.account_images import stack_tag
from snapnames.resources.stack_outputs import RecordedResource, last_resources
from snapnames.rules.copies import copied_to
from snapnames.rules.images import SERVICE_TAG
from snapnames.rules.releases import release_of
from snapnames.rules.resource_types import COPY, SSM_PARAMETER, logical_name


@dataclass(frozen=True)
class RecordedCopy:
    """A copy of a release that the state has."""

    image_id: str
    name: str
    region: str
    has_volumes: bool
    """Whether the state has its snapshots, which a delete of the copy deletes too."""


def recorded_copies(service: str = "") -> list[RecordedCopy]:
    """The copies of releases that the state has. Raises `InputError` if the state can't be read.

    An `ImageCopy` that a program calls otherwise than by image and region is no copy of a release. `service`: only
    those of this service, in a stack that has several.
    """
    found = []
    for one in _of_type(COPY):
        image_name, region = copied_to(logical_name(one.urn))
        image_id = one.outputs.get("id")
        if image_id and region and (not service or _is_of(service, image_name, one)):
            volumes = bool(one.outputs.get("ebsBlockDevices"))
            found.append(RecordedCopy(image_id, image_name, region, has_volumes=volumes))
    return found


def records_parameter(name: str) -> bool:
    """Whether the state has a parameter of that name, in any region. Raises `InputError` if it can't be read."""
    return any(one.outputs.get("name") == name for one in _of_type(SSM_PARAMETER))


def _is_of(service: str, image_name: str, copy: RecordedResource) -> bool:
    """Its tag says so. A refresh may have read that somebody has taken the tag away: then the name does."""
    tagged = (copy.outputs.get("tags") or {}).get(SERVICE_TAG)
    return bool(tagged == service if tagged else release_of(service, image_name))


def _of_type(kind: str) -> list[RecordedResource]:
    try:
        return last_resources(kind)
    except Exception as error:  # Pulumi raises no narrower one
        raise InputError(
            f"the engine can't read what the state of {stack_tag()} has in other regions: {error}; without it an "
            "update could delete a copy that is in use: run the same command again, and see to the backend of the "
            "state if it says the same"
        ) from error
