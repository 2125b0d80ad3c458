"""Several services in one program: each has its config under its own name, as `front:releases`."""

import re
from collections.abc import Iterable

NAMESPACE = "snapnames:"
"""Of the config of the one service that the program of snapnames itself has."""

SERVICE = f"{NAMESPACE}service"
"""The key that has the name of that service."""

SERVICE_KEYS = (
    "source",
    "releases",
    "live",
    "force",
    "namePattern",
    "reboot",
    "description",
    "imageTags",
    "snapshotTags",
    "deprecateAfter",
    "createTimeout",
    "shareWith",
    "copies",
    "parameter",
)
"""The keys that a service of a program of one's own has under its name."""

_KEY = re.compile(rf"\bsnapnames:(?=(?:{'|'.join(SERVICE_KEYS)})\b)")
_COMMAND = re.compile(r"\bsnapnames (deploy|rollback|prune|releases)\b")


def namespace_of(service: str) -> str:
    """Where the config of the service is; the one of snapnames' own program is called with an empty text.

    >>> namespace_of("front"), namespace_of("")
    ('front:', 'snapnames:')
    """
    return f"{service}:" if service else NAMESPACE


def services_in(keys: Iterable[str]) -> list[str]:
    """The services that have config under their own name: each has a source.

    >>> services_in(["aws:region", "front:source", "front:releases", "back:source", "snapnames:source"])
    ['back', 'front']
    """
    found = (key.rpartition(":") for key in keys)
    return sorted(name for name, _, key in found if key == "source" and name not in ("", NAMESPACE[:-1]))


def of_service(text: str, service: str) -> str:
    """What is said of the config and the commands of snapnames' own program, said of a service with its own config.

    >>> of_service("set snapnames:live, or run `snapnames deploy --release 2`", "front")
    'set front:live, or run `snapnames deploy --service front --release 2`'
    >>> of_service("set snapnames:live", "")
    'set snapnames:live'
    """
    if not service:
        return text
    keys = _KEY.sub(lambda _: namespace_of(service), text)
    return _COMMAND.sub(lambda found: f"{found[0]} --service {service}", keys)
