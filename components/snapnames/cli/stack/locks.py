"""Who holds a stack that is locked, and whether that process can still be alive."""

import fcntl
import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from snapnames.cli.errors import CommandError
from snapnames.own_updates import has_ended, state_folder, taken_here
from snapnames.printable import beside_commands

_HOLDER = re.compile(r"(?P<lock>\S+): created by (?P<user>.*)@(?P<host>\S+) \(pid (?P<pid>\d+)\) at (?P<since>\S+)")
"""Pulumi's message about a lock, for the backends that keep locks as files: a folder or a bucket."""


class Holder(NamedTuple):
    """The process that made a lock."""

    lock: str
    """The URL of the lock. Each lock has another URL."""

    user: str
    host: str
    pid: int
    since: datetime

    @property
    def gone(self) -> bool:
        """Whether the process has certainly ended.

        A record says that a process of this boot and PID namespace took the lock, and that process is not there any
        more. A process that is not seen proves nothing: another machine or container may have this host name.
        """
        taken = taken_here(self.lock, self.host, self.pid, self.since)
        return taken is not None and has_ended(taken)

    @property
    def known(self) -> str:
        """What else this machine knows of it, as a sentence for people."""
        if self.host != socket.gethostname():
            return f"The lock was made on {beside_commands(self.host)}, and this machine is {socket.gethostname()}."
        if taken_here(self.lock, self.host, self.pid, self.since):
            return f"The record of this machine says that process {self.pid} took the lock here, and it still runs."
        return (
            f"This machine or container is {self.host} too, but it has no record of the lock: another one of this name "
            f"may have made it. {'A' if _seen(self.pid) else 'No'} process {self.pid} runs here, which proves nothing."
        )

    def __str__(self) -> str:
        """For people."""
        who = beside_commands(f"{self.user}@{self.host}")
        return f"{who}, process {self.pid}, since {self.since:%Y-%m-%d %H:%M:%S} UTC"


def _seen(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass  # a process of another user
    return True


def holders(error: str) -> list[Holder]:
    """The lock holders that pulumi's error about a locked stack names.

    >>> [str(holder) for holder in holders("file:///x.json: created by ci@runner-1 (pid 42) at 2018-03-07T23:12:07Z")]
    ['ci@runner-1, process 42, since 2018-03-07 23:12:07 UTC']
    """
    return [
        Holder(found["lock"], found["user"], found["host"], int(found["pid"]), datetime.fromisoformat(found["since"]))
        for found in _HOLDER.finditer(error)
    ]


def removed(dead: list[Holder]) -> bool:
    """Remove these locks, and no newer ones. Unless all of them are files in a folder, do nothing and give False."""
    urls = [urlsplit(holder.lock) for holder in dead]
    if any(url.scheme != "file" for url in urls):
        return False
    for url in urls:
        path = unquote(url.path)
        Path(path).unlink(missing_ok=True)
        Path(f"{path}.attrs").unlink(missing_ok=True)
    return True


@contextmanager
def alone(stack: str) -> Iterator[None]:
    """While this lasts, no other command of this user on this machine runs `pulumi cancel` for the stack.

    `pulumi cancel` removes every lock of the stack, also the lock of an update that began after another cancel. Raises
    `CommandError` if another command is doing it.
    """
    try:
        file = os.open(state_folder() / f"{stack}.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise CommandError(
            f"the file by which one command at a time removes a lock can't be opened ({error}): remove it, or set "
            "XDG_STATE_HOME to a folder that this user can write, and run the same command again"
        ) from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(file)
        raise CommandError(
            f"another command has just let go of the dead lock of stack {stack}: wait for it, and run the same command "
            "again"
        ) from error
    try:
        yield
    finally:
        os.close(file)
