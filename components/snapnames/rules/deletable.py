"""Whether a delete may be advised: only of what every read that there is has found free."""

from collections.abc import Mapping
from dataclasses import dataclass

from snapnames.printable import beside_commands

from .evidence import tag_says_keep
from .images import BACKUP_TAGS, SERVICE_TAG, STACK_TAG, TAKEN_IN_TAG


@dataclass(frozen=True)
class Proof:
    """What the reads say of one image with its snapshots, or of one snapshot."""

    held: tuple[str, ...] = ()
    """Why it has to stay."""

    unread: tuple[str, ...] = ()
    """What could not be read."""

    passed: tuple[str, ...] = ()
    """The reads that found nothing."""

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
    >>> kept_by_tags({"auto-delete": "False"})
    ['the tag auto-delete=False says to keep it']
    """
    found = []
    for key, value in tags.items():
        if key.startswith(BACKUP_TAGS):
            found.append(f"the tag {beside_commands(key)} says that it is a backup of another tool")
        elif key == STACK_TAG:
            found += [] if value == own else [f"it bears the mark of the stack {beside_commands(value)}: drop it there"]
        elif key == TAKEN_IN_TAG:
            found += [] if value == own else [f"the stack {beside_commands(value)} has taken it in: drop it there"]
        elif key != SERVICE_TAG and tag_says_keep(key, value):
            found.append(f"the tag {beside_commands(key)}={beside_commands(value)} says to keep it")
    return found
