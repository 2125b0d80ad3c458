"""Who holds a stack that is locked, and whether that process can still be alive."""

import fcntl
import os
import re
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import psutil

from snapnames.cli.errors import CommandError
from snapnames.cli.stack.started import in_container, state_folder, was_started_here

_HOLDER = re.compile(r"(?P<lock>\S+): created by (?P<user>.*)@(?P<host>\S+) \(pid (?P<pid>\d+)\) at (?P<since>\S+)")
"""Pulumi's message about a lock, for the backends that keep locks as files: a folder or a bucket."""

_DOUBT = timedelta(minutes=1)
"""How much later than its lock a process may seem to start, because clocks change and pulumi cuts off fractions."""


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

        It must have run on this machine, and in a place where this process would see it. Then no process has its id, or
        a process that started later has it. From a container, nothing is certain: another container may bear the same
        host name, and its processes are not seen.
        """
        if self.host != socket.gethostname() or not (was_started_here(self.pid, self.since) or _visible(self.pid)):
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            pass  # a process of another user, which /proc may hide
        try:
            started = psutil.Process(self.pid).create_time()
        except psutil.Error:
            return False
        return datetime.fromtimestamp(started, UTC) > self.since + _DOUBT

    def __str__(self) -> str:
        """For people."""
        return f"{self.user}@{self.host}, process {self.pid}, since {self.since:%Y-%m-%d %H:%M:%S} UTC"


def _visible(pid: int) -> bool:
    """Whether the process, if it ran on this machine, would certainly be seen under this id.

    On Linux that is so only outside of containers, and only if no container has a process of this id: a container may
    bear the machine's host name. https://man7.org/linux/man-pages/man5/proc_pid_status.5.html (NSpid)
    """
    if not sys.platform.startswith("linux"):
        return True
    if in_container():
        return False
    try:
        Path("/proc/1/status").read_bytes()  # refused where /proc hides the processes of others
    except OSError:
        return False
    return not any(ids[-1] == str(pid) for ids in _nested())


def _nested() -> Iterator[list[str]]:
    """The ids of each process in a container, the last of them the one in its own namespace."""
    for status in Path("/proc").glob("[0-9]*/status"):
        with suppress(OSError):
            line = next((li for li in status.read_text(errors="replace").splitlines() if li.startswith("NSpid:")), "")
            if len(ids := line.split()[1:]) > 1:
                yield ids


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
