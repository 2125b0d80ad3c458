"""The rules of EC2 and of snapnames for the tags on an image."""

from collections.abc import Mapping

from snapnames.errors import InputError
from snapnames.rules.naming import MAX_TAG_VALUE

MAX_TAG_KEY = 128
MAX_RESOURCE_TAGS = 50
"""Tags on a resource, at most: docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions."""

_OWN_TAGS = 3
MAX_TAGS = MAX_RESOURCE_TAGS - _OWN_TAGS


def check_image_tags(tags: Mapping[str, str], setting: str) -> None:
    """Raise `InputError` for a tag that EC2 refuses or that snapnames sets itself. `setting`: the setting to change."""
    if len(tags) > MAX_TAGS:
        raise InputError(
            f"{setting} has {len(tags)} tags; EC2 takes {MAX_RESOURCE_TAGS} a resource and {_OWN_TAGS} are snapnames' "
            f"own: leave at most {MAX_TAGS}"
        )
    for key, value in tags.items():
        where = f"tag {key!r} in {setting}"
        if not 1 <= len(key) <= MAX_TAG_KEY:
            raise InputError(f"{where} has a key of {len(key)} characters; EC2 wants 1 to {MAX_TAG_KEY}: rename it")
        if len(value) > MAX_TAG_VALUE:
            raise InputError(
                f"{where} has a value of {len(value)} characters; EC2 takes at most {MAX_TAG_VALUE}: shorten it"
            )
        if not (key.isprintable() and value.isprintable()):
            raise InputError(f"{where} has characters that can't be printed ({value!r}): take them out")
        if key.lower().startswith("aws:"):
            raise InputError(f"{where} begins with 'aws:', which AWS keeps for itself: rename it")
        if key == "Name" or key.startswith("snapnames:"):
            raise InputError(f"{where} is set by snapnames: take it out")
