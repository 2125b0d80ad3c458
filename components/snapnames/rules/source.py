"""Which running instance a release is made of."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

FLEET = "fleet"
"""The value of `snapnames:source` that asks for an instance of the stack's own group. Nobody can write who is in it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A running instance that passes both status checks."""

    instance_id: str
    image_id: str
    launched: datetime
    group: str = ""
    """Its Auto Scaling group, by the tag that AWS alone writes; empty for an instance of no group."""

    in_service: bool = True
    """Whether its group has it in service: not while it is in standby, or being launched or terminated."""

    launches: str = ""
    """Id of the image that its group launches now; empty for an instance of no group."""

    @property
    def current(self) -> bool:
        """Whether it runs what its group launches."""
        return not self.group or self.image_id == self.launches


def chosen(candidates: Iterable[Candidate]) -> Candidate | None:
    """The one that has run longest, of those in service; first of those that run what their group launches.

    While a group replaces its instances, those of the release before bear the same tags.

    >>> from datetime import UTC, timedelta
    >>> noon = datetime(2018, 3, 7, 12, tzinfo=UTC)
    >>> old = Candidate("i-1", "ami-1", noon - timedelta(hours=9), "web", launches="ami-2")
    >>> new = Candidate("i-2", "ami-2", noon - timedelta(hours=1), "web", launches="ami-2")
    >>> leaving = Candidate("i-3", "ami-2", noon - timedelta(hours=2), "web", in_service=False, launches="ami-2")
    >>> chosen([old, new, leaving]).instance_id
    'i-2'
    >>> chosen([leaving])
    """
    serving = (one for one in candidates if one.in_service)
    return min(serving, key=lambda one: (not one.current, one.launched, one.instance_id), default=None)
