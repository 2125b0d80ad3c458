"""Whether a delete may be advised: only of what every read that there is has found free."""

from collections.abc import Mapping
from dataclasses import dataclass

from .images import BACKUP_TAGS, STACK_TAG

_KEEP = ("keep", "retain", "donotdelete", "protected")
_NO = ("false", "no", "0")


@dataclass(frozen=True)
class Proof:
    """What the reads say of one image with its snapshots, or of one snapshot."""

    held: tuple[str, ...] = ()
    """Why it has to stay."""

    unread: tuple[str, ...] = ()
    """What could not be read."""

    passed: tuple[str, ...] = ()
    """The reads that found nothing."""

    shared: bool = False
    """Whether other accounts can launch the image, or use the snapshot."""

    @property
    def safe(self) -> bool:
        """Whether every read was made, and none found a reason to keep it."""
        return bool(self.passed) and not self.held and not self.unread


def kept_by_tags(tags: Mapping[str, str], own: str | None = None) -> list[str]:
    """What the tags say against a delete. `own` is the mark of the stack that asks.

    >>> kept_by_tags({"dlm:managed": "true"})
    ['the tag dlm:managed says that it is a backup of another tool']
    >>> kept_by_tags({"Do-Not-Delete": "false"})
    []
    """
    found = []
    for key, value in tags.items():
        plain = key.lower().replace("-", "").replace("_", "").replace(" ", "")
        if key.startswith(BACKUP_TAGS):
            found.append(f"the tag {key} says that it is a backup of another tool")
        elif (plain in _KEEP and value.lower() not in _NO) or value.lower() in ("keep", "do not delete"):
            found.append(f"the tag {key}={value} says to keep it")
        elif key == STACK_TAG and value != own:
            found.append(f"it bears the mark of the stack {value}: drop it there")
    return found
