"""How long ago something was, for people."""

from datetime import timedelta


def age(time: timedelta) -> str:
    """How long ago, in its largest unit.

    >>> [age(timedelta(seconds=n)) for n in (59, 60, 7199, 90000)]
    ['59 s', '1 min', '1 h', '1 d']
    """
    seconds = int(time.total_seconds())
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"
