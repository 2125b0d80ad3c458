"""Who holds a stack that is locked, and whether that process can still be alive."""

import re
import socket
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import psutil

_HOLDER = re.compile(r"created by (?P<user>.*)@(?P<host>\S+) \(pid (?P<pid>\d+)\) at (?P<since>\S+)")
"""How pulumi says it, for the backends that keep locks as files: a folder, or a bucket."""

_DOUBT = timedelta(minutes=1)
"""How far a process may seem to start behind its lock: clocks are set, and pulumi cuts off fractions."""


class Holder(NamedTuple):
    """The process that made a lock."""

    user: str
    host: str
    pid: int
    since: datetime

    @property
    def gone(self) -> bool:
        """Whether the process has certainly ended: it ran on this machine, where none or a later one has its id now."""
        if self.host != socket.gethostname():
            return False
        try:
            started = psutil.Process(self.pid).create_time()
        except psutil.NoSuchProcess:
            return True
        return datetime.fromtimestamp(started, UTC) > self.since + _DOUBT

    def __str__(self) -> str:
        """For people."""
        return f"{self.user}@{self.host}, process {self.pid}, since {self.since:%Y-%m-%d %H:%M:%S} UTC"


def holders(error: str) -> list[Holder]:
    """Those that pulumi's error about a locked stack names.

    >>> [str(holder) for holder in holders("file:///x.json: created by ci@runner-1 (pid 42) at 2018-03-07T23:12:07Z")]
    ['ci@runner-1, process 42, since 2018-03-07 23:12:07 UTC']
    """
    return [
        Holder(found["user"], found["host"], int(found["pid"]), datetime.fromisoformat(found["since"]))
        for found in _HOLDER.finditer(error)
    ]
