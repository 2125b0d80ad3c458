"""Time spans of the config, and when an image that is built now becomes deprecated."""

import re
from datetime import datetime, timedelta

DEFAULT_CREATE_TIMEOUT = "6h"
"""How long an image may stay pending, where nothing else is said."""

DEFAULT_ROLLOUT_TIMEOUT = "2h"
"""How long an update waits for its instance refresh, where nothing else is said."""

_SPAN = re.compile(r"([1-9][0-9]{0,4}(h|m|s))+")
"""Of what Go's time.ParseDuration takes; it refuses one that is longer than 292 years."""

_UNITS = {"h": "hours", "m": "minutes", "s": "seconds"}


def is_span(value: object) -> bool:
    """Whether a value is a time span as Go writes it: hours, minutes, seconds, each at most 99999.

    >>> [is_span(value) for value in ("6h", "1h30m", "0h", "6 h", 6)]
    [True, True, False, False, False]
    """
    return isinstance(value, str) and _SPAN.fullmatch(value) is not None


def seconds_of(span: str) -> float:
    """How long a time span is.

    >>> seconds_of("1h30m")
    5400.0
    """
    return _length(span).total_seconds()


def _length(span: str) -> timedelta:
    parts = re.findall(r"(\d+)([hms])", span)
    return sum((timedelta(**{_UNITS[unit]: int(count)}) for count, unit in parts), timedelta())


def deprecation_time(after: str, built: datetime) -> str:
    """When an image becomes deprecated: the end of the day on which the time span ends, as RFC 3339 in UTC.

    It is the end of a day, so that a saved plan is still valid a while later.

    >>> from datetime import UTC
    >>> deprecation_time("24h", datetime(2018, 3, 7, 23, 12, 7, tzinfo=UTC))
    '2018-03-09T00:00:00Z'
    """
    return (built + _length(after) + timedelta(days=1)).strftime("%Y-%m-%dT00:00:00Z")
