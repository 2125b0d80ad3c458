"""The clock by which protections, locks, retentions and deprecations run. A test can set it ahead."""

from __future__ import annotations

from datetime import datetime, timedelta

from moto.core.utils import utcnow

from . import settings

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def now() -> datetime:
    """The time in UTC, without a time zone as moto writes times, and ahead by what the settings say."""
    return utcnow() + timedelta(seconds=settings.CURRENT.ec2.clock_ahead_seconds)


def stamp(time: datetime) -> str:
    """A time as EC2 writes it in a text."""
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z")
