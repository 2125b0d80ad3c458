"""What a recovery has found in a state, and the state that it makes of it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from snapnames.cli.recovery.copies import MendedCopies
from snapnames.cli.state.exported import CutOff
from snapnames.cli.state.repair import Settled


class Mending(NamedTuple):
    """What was found in a state, and the repaired state."""

    found: CutOff
    settled: list[Settled]
    """Pending creates that AWS has done."""

    unrecorded: list[Settled]
    """Resources of a fleet that AWS has made, and whose create the engine counted as failed."""

    lost: list[str]
    """Names of images that the state does not have, and for which there is no pending create."""

    held: Mapping[str, str]
    """Image id to name, for all images that the state has or had begun."""

    leaving: set[str]
    """Ids of images whose delete was begun."""

    unread: list[str]
    """URNs that a refresh has to read."""

    copies: MendedCopies
    after: Mapping[str, Any]
