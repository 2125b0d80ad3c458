"""The name of the parameter of Systems Manager that has the id of the live release's image."""

import re

from snapnames.errors import InputError

MAX_NAME = 950
"""Characters. Systems Manager takes 1,011, of which the ARN before the name takes some sixty in the longest region.

docs.aws.amazon.com/systems-manager/latest/userguide/sysman-parameter-name-constraints.html
"""

MAX_LEVELS = 15
"""docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html"""

_LEVEL = re.compile(r"[A-Za-z0-9_.-]+")
_RESERVED = ("aws", "ssm")


def check_parameter_name(name: str, setting: str) -> None:
    """Raise `InputError` for a name that Systems Manager refuses, or that is not in a hierarchy.

    >>> check_parameter_name("/front-web/ami", "snapnames:parameter")
    """
    if not name.startswith("/"):
        raise InputError(
            f"{setting} is {name!r}; the name of a parameter begins with a slash, as /front-web/ami: add it"
        )
    levels = name[1:].split("/")
    wrong = next((level for level in levels if not _LEVEL.fullmatch(level)), None)
    if wrong == "":
        raise InputError(f"{setting} is {name!r}, with nothing between two slashes or after the last one: take one out")
    if wrong is not None:
        raise InputError(
            f"{setting} is {name!r}; Systems Manager takes letters, digits and . - _ between the slashes, and not "
            f"{wrong!r}: correct it"
        )
    if levels[0].lower().startswith(_RESERVED):
        raise InputError(
            f"{setting} is {name!r}; AWS keeps the names that begin with {' or '.join(_RESERVED)} for itself: begin it "
            "with another word"
        )
    if len(levels) > MAX_LEVELS:
        raise InputError(
            f"{setting} has {len(levels)} levels; Systems Manager takes at most {MAX_LEVELS}: leave some out"
        )
    if len(name) > MAX_NAME:
        raise InputError(
            f"{setting} has {len(name)} characters; Systems Manager takes {MAX_NAME} in every region: shorten it"
        )
